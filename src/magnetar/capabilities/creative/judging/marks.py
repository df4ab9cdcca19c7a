"""How a film says in its metadata that a machine made it (GB 45438-2025)."""

from __future__ import annotations

import json

from magnetar.capabilities.creative import label
from magnetar.capabilities.creative.judging.defects import Defect, defect

FIELDS = ("Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2")
NEEDED = ("ContentProducer", "ProduceID", "ContentPropagator", "PropagateID")


def check_marks(metadata: dict[str, str]) -> list[Defect]:
    """The one `AIGC` object: there, with every field, saying machine-made."""
    raw = metadata.get(label.KEY)
    if raw is None:
        return [defect("label metadata", 0.0, f"no {label.KEY} object in the file's metadata")]
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError):
        return [defect("label metadata", 0.0, f"{label.KEY} is no JSON object: {raw[:40]!r}")]
    if not isinstance(content, dict):
        return [defect("label metadata", 0.0, f"{label.KEY} is no JSON object: {raw[:40]!r}")]
    missing = [name for name in FIELDS if not isinstance(content.get(name), str)]
    missing += [name for name in NEEDED if name not in missing and not content[name].strip()]
    if missing:
        return [defect("label metadata", 0.0, f"{label.KEY} lacks {', '.join(missing)}")]
    if content["Label"] != label.GENERATED:
        return [defect("label metadata", 0.0, f"Label is {content['Label']!r}, expected {label.GENERATED!r}: machine-made")]  # fmt: skip
    return []
