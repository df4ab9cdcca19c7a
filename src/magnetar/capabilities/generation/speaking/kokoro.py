"""The phonemes that Kokoro and hibari know, each with its number.

Source: `config.json` of the model hexgrad/Kokoro-82M (Apache-2.0); hibari carries the same table.
"""

from __future__ import annotations

_RUNS = (  # (number of the first, phonemes with numbers that follow)
    (1, ";:,.!?"),
    (9, "—…\"()“” ̃ʣʥʦʨᵝꭧAI"),
    (31, "O"),
    (33, "Q"),
    (35, "ST"),
    (39, "W"),
    (41, "Yᵊabcdef"),
    (50, "hijklmnopqrstuvwxyzɑɐɒæ"),
    (75, "βɔɕç"),
    (80, "ɖðʤə"),
    (85, "ɚɛɜ"),
    (90, "ɟ"),
    (92, "ɡ"),
    (99, "ɥ"),
    (101, "ɨɪʝ"),
    (110, "ɯɰŋɳɲɴø"),
    (118, "ɸθœ"),
    (123, "ɹ"),
    (125, "ɾɻ"),
    (128, "ʁɽʂʃʈʧ"),
    (135, "ʊʋ"),
    (138, "ʌɣɤ"),
    (142, "χʎ"),
    (147, "ʒʔ"),
    (156, "ˈˌː"),
    (162, "ʰ"),
    (164, "ʲ"),
    (169, "↓"),
    (171, "→↗↘"),
    (177, "ᵻ"),
)  # fmt: skip
SYMBOLS: dict[str, int] = {letter: first + place for first, letters in _RUNS for place, letter in enumerate(letters)}
