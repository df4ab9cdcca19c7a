"""Predictions that auction and bidding stand on: click and order rates learned from the platform's own events."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.understanding.affinity import (
        BIAS,
        DOUBT,
        LENGTH,
        NATURE,
        NORM,
        UNSURE,
        VAGUE,
        WIDE,
        Affinity,
        Draws,
        belief,
        bring_up,
        rate_of,
    )
    from magnetar.capabilities.understanding.audiences import (
        Audience,
        expand,
        expansion_mask,
        rank_audiences,
        rank_cohorts,
        rank_segments,
    )
    from magnetar.capabilities.understanding.cards import ProductCard, make_card
    from magnetar.capabilities.understanding.cautions import Flag, find_flags
    from magnetar.capabilities.understanding.claims import Claim, Evidence, Kind, Quote, Statement
    from magnetar.capabilities.understanding.deepening import Dropped, deepen
    from magnetar.capabilities.understanding.delays import DelayLaw
    from magnetar.capabilities.understanding.identities import IDENTITIES, Identity
    from magnetar.capabilities.understanding.lexicon import find_words
    from magnetar.capabilities.understanding.lookalike import (
        auc,
        by_cosine,
        by_likeness_and_activity,
        by_regression,
        shopper_vectors,
    )
    from magnetar.capabilities.understanding.materials import MaterialCard, understand_film
    from magnetar.capabilities.understanding.measures import Measure, find_measures
    from magnetar.capabilities.understanding.neighbours import Neighbourhood, completed, infer
    from magnetar.capabilities.understanding.outcomes import Outcomes
    from magnetar.capabilities.understanding.portrait_book import PortraitBook
    from magnetar.capabilities.understanding.portraits import (
        Deed,
        Event,
        Goods,
        Population,
        Portrait,
        Taste,
        draw_portrait,
        goods_of,
    )
    from magnetar.capabilities.understanding.ports import (
        DEEPENERS,
        SCREEN,
        SPEECH,
        Deepener,
        ScreenReader,
        SpeechReader,
        Words,
    )
    from magnetar.capabilities.understanding.price_standing import Feel, PriceFeel, price_feel
    from magnetar.capabilities.understanding.rates import Rates, learn, predict
    from magnetar.capabilities.understanding.semantic_ids import SemanticIds
    from magnetar.capabilities.understanding.sensitive import sensitive_kind
    from magnetar.capabilities.understanding.service import SCENES, Predictor, Strengths
    from magnetar.capabilities.understanding.shelf import BAND_EDGES, NOBODY, Shelf, ShelfArrays
    from magnetar.capabilities.understanding.tastes import FAVOURITES, Tastes, meet
    from magnetar.capabilities.understanding.vectors import TextVectors
    from magnetar.capabilities.understanding.words import plain, terms

__all__ = [
    "BAND_EDGES",
    "BIAS",
    "DEEPENERS",
    "DOUBT",
    "FAVOURITES",
    "IDENTITIES",
    "LENGTH",
    "NATURE",
    "NOBODY",
    "NORM",
    "SCENES",
    "SCREEN",
    "SPEECH",
    "UNSURE",
    "VAGUE",
    "WIDE",
    "Affinity",
    "Audience",
    "Claim",
    "Deed",
    "Deepener",
    "DelayLaw",
    "Draws",
    "Dropped",
    "Event",
    "Evidence",
    "Feel",
    "Flag",
    "Goods",
    "Identity",
    "Kind",
    "MaterialCard",
    "Measure",
    "Neighbourhood",
    "Outcomes",
    "Population",
    "Portrait",
    "PortraitBook",
    "Predictor",
    "PriceFeel",
    "ProductCard",
    "Quote",
    "Rates",
    "ScreenReader",
    "SemanticIds",
    "Shelf",
    "ShelfArrays",
    "SpeechReader",
    "Statement",
    "Strengths",
    "Taste",
    "Tastes",
    "TextVectors",
    "Words",
    "auc",
    "belief",
    "bring_up",
    "by_cosine",
    "by_likeness_and_activity",
    "by_regression",
    "completed",
    "deepen",
    "draw_portrait",
    "expand",
    "expansion_mask",
    "find_flags",
    "find_measures",
    "find_words",
    "goods_of",
    "infer",
    "learn",
    "make_card",
    "meet",
    "plain",
    "predict",
    "price_feel",
    "rank_audiences",
    "rank_cohorts",
    "rank_segments",
    "rate_of",
    "sensitive_kind",
    "shopper_vectors",
    "terms",
    "understand_film",
]

__getattr__ = lazily(
    __name__,
    {
        "affinity": (
            "BIAS",
            "DOUBT",
            "LENGTH",
            "NATURE",
            "NORM",
            "UNSURE",
            "VAGUE",
            "WIDE",
            "Affinity",
            "Draws",
            "belief",
            "bring_up",
            "rate_of",
        ),
        "audiences": (
            "Audience",
            "expand",
            "expansion_mask",
            "rank_audiences",
            "rank_cohorts",
            "rank_segments",
        ),
        "cards": (
            "ProductCard",
            "make_card",
        ),
        "cautions": (
            "Flag",
            "find_flags",
        ),
        "claims": (
            "Claim",
            "Evidence",
            "Kind",
            "Quote",
            "Statement",
        ),
        "deepening": (
            "Dropped",
            "deepen",
        ),
        "delays": ("DelayLaw",),
        "identities": (
            "IDENTITIES",
            "Identity",
        ),
        "lexicon": ("find_words",),
        "lookalike": (
            "auc",
            "by_cosine",
            "by_likeness_and_activity",
            "by_regression",
            "shopper_vectors",
        ),
        "materials": (
            "MaterialCard",
            "understand_film",
        ),
        "measures": (
            "Measure",
            "find_measures",
        ),
        "neighbours": (
            "Neighbourhood",
            "completed",
            "infer",
        ),
        "outcomes": ("Outcomes",),
        "portrait_book": ("PortraitBook",),
        "portraits": (
            "Deed",
            "Event",
            "Goods",
            "Population",
            "Portrait",
            "Taste",
            "draw_portrait",
            "goods_of",
        ),
        "ports": (
            "DEEPENERS",
            "Deepener",
            "SCREEN",
            "SPEECH",
            "ScreenReader",
            "SpeechReader",
            "Words",
        ),
        "price_standing": (
            "Feel",
            "PriceFeel",
            "price_feel",
        ),
        "rates": (
            "Rates",
            "learn",
            "predict",
        ),
        "semantic_ids": ("SemanticIds",),
        "sensitive": ("sensitive_kind",),
        "service": (
            "SCENES",
            "Predictor",
            "Strengths",
        ),
        "shelf": (
            "BAND_EDGES",
            "NOBODY",
            "Shelf",
            "ShelfArrays",
        ),
        "tastes": (
            "FAVOURITES",
            "Tastes",
            "meet",
        ),
        "vectors": ("TextVectors",),
        "words": (
            "plain",
            "terms",
        ),
    },
)
