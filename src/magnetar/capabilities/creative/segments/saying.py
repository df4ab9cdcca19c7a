"""What a product's films say: parts of copy, or plain scripts where those say more; and the texts for their band."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from magnetar.capabilities.creative.copy import Brief, make_copy
from magnetar.capabilities.creative.copy.brief import TONES
from magnetar.capabilities.creative.script import Script, write_script
from magnetar.capabilities.creative.segments.menu import Menu, joined, make_menu
from magnetar.capabilities.creative.segments.takes import POINTS
from magnetar.capabilities.creative.wording import clean_text, forbidden_words
from magnetar.capabilities.understanding import Audience, make_card
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.catalogue import Product

_TEXTS, _LONGEST = 24, 40
_SCRIPTS = 8


def menu_for(
    product: Product, language: str, points: Sequence[str] | None, brief: Brief | None, audiences: Sequence[Audience],
    count: int, chance: Chance, notes: list[str],
) -> Menu | None:  # fmt: skip
    """Checked parts of copy for so many films; None where the record is too thin for them and plain scripts say more.

    A record of which copy leaves something out is never handed to the plain scripts, and nor is a brief.
    """
    own = brief or Brief(language=language)
    card = make_card(product)
    copy = make_copy(product, card, own, points=points or (), audiences=audiences)
    menu = make_menu(copy, count, chance)
    if menu.scripts_count < count and brief is None:  # nobody asked for a tone: the others' hooks and offers say more
        tones = [replace(own, tone=tone) for tone in TONES if tone != own.tone]
        more = [make_copy(product, card, one, points=points or (), audiences=audiences) for one in tones]
        menu = max(menu, make_menu(joined(copy, more), count, chance), key=lambda one: one.scripts_count)
    if brief is not None or menu.slots >= POINTS or any("left out" in note for note in copy.notes):
        return menu
    plain = write_script(product, language, points)
    told = sum(line.kind == "point" for line in plain.lines)
    if told <= menu.slots or menu.scripts_count >= min(count, 2 * math.factorial(min(POINTS, told))):
        return menu
    notes.append("scripts: 商品资料太少 the record is too thin for angles and audiences; plain scripts are used")
    return None


def write_scripts(product: Product, language: str, points: Sequence[str] | None = None) -> tuple[Script, ...]:
    """Scripts that between them say all selling points of a record, three each."""
    every = list(points if points is not None else product.selling_points)
    first = write_script(product, language, points)
    further = [every[start : start + POINTS] for start in range(POINTS, len(every), POINTS)][: _SCRIPTS - 1]
    found = [first]
    for some in further:
        script = write_script(product, language, some)
        if any(line.kind == "point" for line in script.lines):
            found.append(script)
    return tuple(found)


def band_texts(
    scripts: Sequence[Script], product: Product, given: Sequence[str] = (), checked: Sequence[str] = ()
) -> list[str]:
    """The texts for the band: those given, else facts of the record that films show anyway.

    Args:
        checked: such facts, where copy has them.

    Raises:
        BadInput: a given text is empty, too long or holds a forbidden word.
        Refused: right-to-left writing, or a number that the record does not hold.
    """
    if given:
        found: list[str] = []
        for text in given:
            clean = clean_text(text, "--text", [])
            if not clean or len(clean) > _LONGEST:
                raise BadInput(
                    f"--text takes 1 to {_LONGEST} characters that can be shown, found {text[:60]!r} ({len(text)})."
                )
            if words := forbidden_words(clean):
                raise BadInput(f"--text {clean!r}: 广告法禁用词 forbidden words {', '.join(words)}. Leave them out.")
            found.append(clean)
        return list(dict.fromkeys(found))
    texts: list[str] = list(checked)
    for script in scripts if not checked else ():
        hook = script.lines[0]
        texts += [script.brand, *hook.caption.split(" · "), hook.chip, "".join(script.price)]
        texts += [line.chip for line in script.lines if line.kind == "point"]
    return list(dict.fromkeys(text for text in texts if text and len(text) <= _LONGEST))[:_TEXTS] or [""]
