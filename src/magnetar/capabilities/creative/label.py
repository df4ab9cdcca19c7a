"""How a film says that a machine made it: the visible label and the metadata (GB 45438-2025, in force since 1 Sep 2025).

Visible: at least 5 % of the short side high, at least 2 s from the first frame (ours stays for the whole film).
Metadata: one JSON object under the key `AIGC`.
"""

from __future__ import annotations

import json

from magnetar import __version__

TEXT = {"zh": "AI 生成", "en": "AI-generated"}
SHARE = 0.05
"""Least height of the label's letters, as a share of the picture's short side."""
LEAST_S = 2.0
KEY = "AIGC"
GENERATED = "1"
"""Label value: the content is machine-made (2: may be, 3: suspected)."""


def font_size(language: str, short_side: int) -> int:
    """The font size at which the label's letters are high enough: Han characters fill 0.88 of it, capitals 0.733."""
    return -(-round(short_side * SHARE * 1000) // (880 if language == "zh" else 733)) + (short_side > 400)


def metadata(merchant: str, film: str) -> str:
    """The `AIGC` object of a film.

    Args:
        merchant: who publishes it.
        film: the film's own number: a digest of what it was made of.
    """
    producer = f"magnetar/{__version__}"
    return json.dumps(
        {
            "Label": GENERATED,
            "ContentProducer": producer,
            "ProduceID": film,
            "ReservedCode1": "",
            "ContentPropagator": merchant,
            "PropagateID": film,
            "ReservedCode2": "",
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
