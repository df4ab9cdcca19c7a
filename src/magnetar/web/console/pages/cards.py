"""Product cards: what is claimed of a product with the words that say so marked in its texts, its price feel, its audiences."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from magnetar.app.understood import brands_of, find
from magnetar.capabilities.understanding import (
    Kind,
    Neighbourhood,
    PriceFeel,
    ProductCard,
    Quote,
    completed,
    make_card,
    rank_audiences,
)
from magnetar.capabilities.understanding.cautions import WORDS as CAUTIONS
from magnetar.capabilities.understanding.claims import WORDS as KINDS
from magnetar.capabilities.understanding.identities import IDENTITIES
from magnetar.capabilities.understanding.price_standing import WORDS as FEELS
from magnetar.vocabulary.catalogue import Product
from magnetar.web.console.site import Site, Visit

MOST = 1_000
"""Products among which likenesses are sought."""
SHOWN_AUDIENCES, LONGEST = 8, 2_000
_GROUPS = (
    (("是什么", "What it is"), (Kind.ENTITY, Kind.BRAND, Kind.MODEL, Kind.MATERIAL, Kind.COLOUR, Kind.STYLE, Kind.PATTERN, Kind.FLAVOUR, Kind.ORIGIN)),
    (("多大多少", "How much"), (Kind.SIZE, Kind.QUANTITY, Kind.CAPACITY, Kind.WEIGHT, Kind.POWER)),
    (("给谁, 何时何地", "For whom, when and where"), (Kind.AUDIENCE, Kind.SCENE, Kind.OCCASION, Kind.SEASON)),
    (("好在哪里", "What it does"), (Kind.FUNCTION, Kind.SELLING_POINT)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a source text: marked by claims or by a caution, or plain."""

    text: str
    words: str
    """What the mark says, '' for plain text."""
    tone: str


def routes(site: Site) -> list[Route]:
    """Pages of this part."""
    turn = threading.Lock()
    kept: dict[str, tuple[Sequence[Product], Neighbourhood]] = {}

    def around(merchant: str, goods: Sequence[Product]) -> Neighbourhood:
        """The merchant's cards, made anew when the goods change."""
        with turn:
            known = kept.get(merchant)
            if known is None or known[0] is not goods:
                brands = brands_of(goods)
                known = kept[merchant] = (
                    goods,
                    Neighbourhood.of([make_card(one, (), (), brands) for one in goods[:MOST]]),
                )
            return known[1]

    def show(visit: Visit) -> Response:
        goods = site.goods(visit.merchant)
        product = find(visit.request.path_params["product"], goods)
        card = completed(make_card(product, goods, (), brands_of(goods)), around(visit.merchant, goods))
        t = visit.voice
        return site.render(
            visit, "card.html", product=product, card=card, groups=_grouped(card, visit),
            sources=[(name, _pieces(card, name, visit)) for name in card.sources],
            names={kind: t(*words) for kind, words in KINDS.items()}, cautions={name: t(*words) for name, words in CAUTIONS.items()},
            strip=_strip(card.price) if card.price else None, feel=t(*FEELS[card.price.feel]) if card.price else "",
            statement=card.price.statement() if card.price else None, audiences=_segments(site, visit.merchant, product),
            speaks_to=_speaks_to(card),
        )  # fmt: skip

    return [site.page("/catalogue/cards/{product:path}", show)]


def _grouped(card: ProductCard, visit: Visit) -> list[tuple[str, list[Any]]]:
    found = [(visit.voice(*words), [one for one in card.claims if one.kind in kinds]) for words, kinds in _GROUPS]
    return [(words, claims) for words, claims in found if claims]


def _pieces(card: ProductCard, source: str, visit: Visit) -> list[Piece]:
    """A text cut where marks begin and end; overlapping claims share a mark, a caution wins."""
    text, t = card.sources[source][:LONGEST], visit.voice
    marks: list[tuple[int, int, str, str]] = []
    for claim in card.claims:
        whole = claim.kind is Kind.SELLING_POINT
        for one in claim.evidence:
            if isinstance(one, Quote) and one.source == source and not whole:
                value = claim.value if t.language == "zh" else claim.value_en
                marks.append((one.start, one.end, f"{t(*KINDS[claim.kind])}: {value}", claim.kind.value))
    for flag in card.flags:
        if flag.source == source:
            marks.append((flag.start, flag.end, t(*CAUTIONS[flag.reason]), "caution"))
    edges = sorted({0, len(text), *(min(edge, len(text)) for mark in marks for edge in mark[:2])})
    found: list[Piece] = []
    for start, end in pairwise(edges):
        over = [mark for mark in marks if mark[0] < end and start < mark[1]]
        tone = "caution" if any(mark[3] == "caution" for mark in over) else over[0][3] if over else ""
        found.append(Piece(text[start:end], "; ".join(dict.fromkeys(mark[2] for mark in over)), tone))
    return found


def _strip(price: PriceFeel) -> dict[str, Any]:
    """Places of the peers' prices and of ours on a strip of 0 … 100, by rank; prices can differ by a thousand times."""
    count = len(price.prices)
    peers = [round(100 * (place + 0.5) / count, 2) for place in range(count)] if count <= 200 else []
    return {"peers": peers, "mine": round(100 * price.percentile, 2), "low": round(100 * price.low, 2), "high": round(100 * price.high, 2),
            "cheapest": price.prices[0], "dearest": price.prices[-1]}  # fmt: skip


def _segments(site: Site, merchant: str, product: Product) -> Mapping[str, Any] | None:
    """The live platform's segments for a product on its shelf, ranked; None where it is on no shelf."""
    live = site.hosting.live
    predictor = live.market.predictor
    row = live.item(merchant, str(product.id))
    if row is None:
        return None
    mask, ranked = rank_audiences(predictor, row)
    return {"mask": mask, "ranked": ranked[:SHOWN_AUDIENCES], "all": len(ranked)}


def _speaks_to(card: ProductCard) -> list[tuple[str, str, list[str]]]:
    """Hypotheses about shoppers that share words with the card: (Chinese, English, words)."""
    about = {one.value_en for one in card.claims}
    return [(one.zh, one.en, sorted(one.cues & about)) for one in IDENTITIES if one.cues & about]
