"""Material understanding: a film's card, in the words of product cards, with what contradicts the product it is about."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from av.error import FFmpegError

from magnetar.capabilities.understanding.cards import ProductCard
from magnetar.capabilities.understanding.cautions import Flag, find_flags
from magnetar.capabilities.understanding.claims import ATTRIBUTES, Claim, Kind, Quote, check_quotes
from magnetar.capabilities.understanding.frames import Pictures, look
from magnetar.capabilities.understanding.lexicon import find_words, fold
from magnetar.capabilities.understanding.measures import find_measures
from magnetar.capabilities.understanding.ports import SCREEN, SPEECH, Models, Words
from magnetar.capabilities.understanding.sounds import Hearing, hear
from magnetar.capabilities.understanding.words import terms
from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.catalogue import Product

MENTIONED = 0.6
"""Share of a selling point's terms that a film must say for the point to count as mentioned."""
HINTS = 10
"""Words that recognition is told are likely; more make it hear them where they were not said."""
_HINT = re.compile(r"[\u3400-\u9fff]+|[A-Za-z]{3,}")
_AMOUNT = r"(\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,7}(?:\.\d{1,2})?)"
_PRICES = (
    (re.compile(rf"[¥￥]\s*{_AMOUNT}"), "CNY"), (re.compile(rf"{_AMOUNT}\s*(?:元|块钱?)(?![^\W\d_]*[以起]?券)"), "CNY"),
    (re.compile(rf"(?:rmb|cny)\s*{_AMOUNT}"), "CNY"), (re.compile(rf"(?<![a-z])(?:us)?\$\s*{_AMOUNT}"), "USD"),
    (re.compile(rf"€\s*{_AMOUNT}"), "EUR"), (re.compile(rf"£\s*{_AMOUNT}"), "GBP"),
    (re.compile(rf"(?:只要|仅需|到手价?|现价|售价|特价)\s*{_AMOUNT}(?![\d.]|\s*(?:ml|g|kg|cm|mm|l|w|个|只|件|片|折|天|小时))"), ""),
)  # fmt: skip
_OFF = re.compile(r"(?:减|省|返|券|红包|补贴|优惠|满|save|off|coupon|extra)\s*(?:了)?[¥￥$]?\s*$")
_OFF_AFTER = re.compile(r"^\s*(?:元|块)?(?:的)?(?:优惠券|券|红包|off)")


@dataclass(frozen=True, slots=True)
class PriceSaid:
    """A price that a film mentions."""

    amount: float
    currency: str
    """'' where the film gives none."""
    quote: Quote
    at_s: float
    verdict: str
    """price, list_price, contradicts, other_currency, or unchecked where no product is given."""


@dataclass(frozen=True, slots=True)
class Unread:
    """What of a film was not read, and how to have it read."""

    what: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class MaterialCard:
    """What is understood of a film."""

    file: str
    pictures: Pictures | None
    sound: Hearing | None
    words: tuple[Words, ...]
    sources: dict[str, str]
    claims: tuple[Claim, ...]
    flags: tuple[Flag, ...]
    prices: tuple[PriceSaid, ...]
    mentioned: tuple[tuple[int, Quote], ...]
    """Which of the product's selling points are mentioned, and where."""
    unsupported: tuple[Claim, ...]
    """What the film says of the product's attributes and the product's card does not."""
    unread: tuple[Unread, ...]

    def __post_init__(self) -> None:
        check_quotes(self.claims, self.sources)

    def as_json(self) -> dict[str, Any]:
        """The card for programs; key pictures are left out."""
        seen, heard = self.pictures, self.sound
        return {
            "file": self.file,
            "seconds": seen.seconds if seen else None,
            "pictures": seen
            and {
                "width": seen.width, "height": seen.height, "fps": seen.fps, "shape": seen.shape,
                "cuts_per_minute": seen.cuts_per_minute, "cut_short": seen.cut_short,
                "scenes": [
                    {"start_s": one.start_s, "end_s": one.end_s, "brightness": one.brightness, "motion": one.motion,
                     "colours": [{"colour": colour, "share": share} for colour, share in one.colours]}
                    for one in seen.scenes
                ],
            },
            "sound": heard
            and {"lufs": heard.lufs, "silence": heard.silence, "speech_like": heard.speech_like, "music_like": heard.music_like},
            "words": [{"start_s": one.start_s, "end_s": one.end_s, "text": one.text, "source": one.source} for one in self.words],
            "claims": [one.as_json() for one in self.claims],
            "flags": [one._asdict() for one in self.flags],
            "prices": [
                {"amount": one.amount, "currency": one.currency or None, "at_s": one.at_s, "verdict": one.verdict,
                 "source": one.quote.source, "start": one.quote.start, "end": one.quote.end, "text": one.quote.text}
                for one in self.prices
            ],
            "mentioned": [{"selling_point": place, "source": quote.source, "text": quote.text} for place, quote in self.mentioned],
            "unsupported": [one.as_json() for one in self.unsupported],
            "unread": [{"what": one.what, "zh": one.zh, "en": one.en} for one in self.unread],
        }  # fmt: skip


def understand_film(
    path: Path, product: Product | None = None, card: ProductCard | None = None, *, speech: str = "", screen: str = "",
    models: Models | None = None,
) -> MaterialCard:  # fmt: skip
    """Look at a film, hear it, and read what its readers can read.

    Args:
        product, card: the product that the film is about, to check prices, selling points and attributes against.
        speech, screen: the readers of speech and of written words; '' is auto: what was written down for the film
            where there is something, else a model where one is ready.
        models: those that are here; without them nothing is recognised.

    Raises:
        BadInput: there is no such file, or it is no film.
        ProviderUnavailable: a reader was named whose model is not ready.
    """
    if not path.is_file():
        raise BadInput(f"没有文件 There is no file {str(path)!r}. Name a film: magnetar understand material FILE.mp4.")
    readers = SPEECH.make(speech, models), SCREEN.make(screen, models)
    try:
        pictures, sound = look(path), hear(path)
    except (FFmpegError, OSError, ValueError) as error:
        raise BadInput(
            f"无法读取影片 {str(path)!r} cannot be read as a film: {error}. Give an MP4, MOV or WebM."
        ) from None
    said = readers[0].read(path, hints_of(product))
    shown = readers[1].read(path)
    unread: list[Unread] = []
    if said is None and sound is not None and sound.silence < 1.0:
        unread.append(Unread("speech", "没有字幕文件或字幕轨, 影片里说的话没有读取; 请把 .srt 或 .vtt 放在影片旁边, 或安装语音识别 (magnetar models pull whisper-base --unverified)",
                             "no subtitle file or track: what is said was not read; put a .srt or .vtt beside the film, "
                             "or get recognition: magnetar models pull whisper-base --unverified"))  # fmt: skip
    if shown is None and pictures is not None:
        unread.append(Unread("screen", "画面上的文字没有读取: 没有 OCR 读取器 (pip install 'magnetar[ocr]'), 旁边也没有本平台的影片脚本 (.json)",
                             "words on the pictures were not read: no script of ours (.json) lies beside the film, and no OCR "
                             "reader is here (pip install 'magnetar[ocr]')"))  # fmt: skip
    if pictures is not None and pictures.cut_short:
        unread.append(Unread("rest", "影片超过 30 分钟, 只看了前 30 分钟", "only the first 30 minutes were looked at"))
    words = tuple(sorted([*(said or ()), *(shown or ())], key=lambda one: (one.start_s, one.source)))
    return read_words(str(path), words, product, card, pictures, sound, tuple(unread))


def hints_of(product: Product | None) -> tuple[str, ...]:
    """Words of the product that are likely to be said: its brand, what it is, words of its title, none twice."""
    if product is None:
        return ()
    parts = [product.brand, product.category.rsplit(" > ", 1)[-1], *_HINT.findall(product.title)]
    words = [
        word for part in parts for word in ([part] if part in parts[:1] else terms(part)) if len(word.strip()) >= 2
    ]
    longest = [word for word in words if not any(word != other and word in other for other in words)]
    return tuple(dict.fromkeys(word[:20] for word in longest if not word[0].isdigit()))[:HINTS]


def read_words(
    file: str, words: Sequence[Words], product: Product | None = None, card: ProductCard | None = None,
    pictures: Pictures | None = None, sound: Hearing | None = None, unread: tuple[Unread, ...] = (),
) -> MaterialCard:  # fmt: skip
    """The card of what a film says and shows in words."""
    sources = {f"{one.source}.{place}": one.text for place, one in enumerate(words)}
    claims: dict[tuple[Kind, str], Claim] = {}
    for name, text in sources.items():
        for found in find_words(text):
            quote = Quote(name, found.start, found.end, text[found.start : found.end])
            claims.setdefault((found.kind, found.en), Claim(found.kind, found.zh, found.en, (quote,), 0.9))
        for one in find_measures(text):
            quote = Quote(name, one.start, one.end, text[one.start : one.end])
            claims.setdefault((one.kind, one.name), Claim(one.kind, quote.text, one.name, (quote,), 0.9))
    kept = tuple(claims.values())
    checked = (*ATTRIBUTES[3:4], *ATTRIBUTES[8:14], Kind.ORIGIN)
    unsupported = tuple(
        one for one in kept if card is not None and one.kind in checked and one.value_en not in card.values(one.kind)
    )
    prices = tuple(
        one for at, (name, text) in zip(words, sources.items(), strict=True) for one in prices_in(name, text, at.start_s, product)
    )  # fmt: skip
    flags = tuple(flag for name, text in sources.items() for flag in find_flags(name, text))
    mentioned = tuple(_mentioned(product, sources)) if product else ()
    return MaterialCard(
        file, pictures, sound, tuple(words), sources, kept, flags, prices, mentioned, unsupported, unread
    )


def prices_in(source: str, text: str, at_s: float = 0.0, product: Product | None = None) -> list[PriceSaid]:
    """Prices that a text mentions, held against the product's; amounts off (满300减50, save $5) are no prices."""
    folded, places = fold(text)
    found: dict[tuple[int, int], PriceSaid] = {}
    for rule, currency in _PRICES:
        for match in rule.finditer(folded):
            first, last = match.span(1)
            if _OFF.search(folded[: match.start()]) or _OFF_AFTER.search(folded[last:]) or any(
                start < last and first < end for start, end in found
            ):  # fmt: skip
                continue
            amount = float(match.group(1).replace(",", ""))
            start, end = places[match.start()], places[match.end() - 1] + 1
            quote = Quote(source, start, end, text[start:end])
            found[first, last] = PriceSaid(amount, currency, quote, at_s, _verdict(amount, currency, product))
    return [found[key] for key in sorted(found)]


def _verdict(amount: float, currency: str, product: Product | None) -> str:
    if product is None:
        return "unchecked"
    if currency and currency != product.price.currency:
        return "other_currency"
    for name, money in (("price", product.price), ("list_price", product.list_price)):
        if money is not None and math.isclose(float(money.amount), amount, abs_tol=0.005):
            return name
    return "contradicts"


def _mentioned(product: Product, sources: dict[str, str]) -> list[tuple[int, Quote]]:
    found: list[tuple[int, Quote]] = []
    cut = {name: set(terms(text)) for name, text in sources.items()}
    everything = set[str]().union(*cut.values()) if cut else set[str]()
    for place, point in enumerate(product.selling_points):
        wanted = set(terms(point))
        if not wanted or len(wanted & everything) < MENTIONED * len(wanted):
            continue
        best = max(cut, key=lambda name: len(wanted & cut[name]))
        found.append((place, Quote(best, 0, len(sources[best]), sources[best])))
    return found
