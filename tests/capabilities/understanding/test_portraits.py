"""Portraits: hypotheses with deeds behind them, faded by time, never without consent, never of sensitive subjects, forgotten on demand."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magnetar.capabilities.understanding import (
    IDENTITIES,
    Deed,
    Event,
    Goods,
    Population,
    PortraitBook,
    Taste,
    draw_portrait,
    sensitive_kind,
)
from magnetar.engines.memory import MemoryStore
from magnetar.kernel.clock import DAY
from magnetar.kernel.errors import Refused

NOW = 1_000 * DAY
GOODS = {
    "tent": Goods("户外 > 帐篷", 0.9, frozenset({"camping"})),
    "stove": Goods("户外 > 炉", 0.8, frozenset({"camping"})),
    "mug": Goods("家 > 杯", 0.1, frozenset({"coffee"})),
    "plate": Goods("家 > 盘", 0.5, frozenset({"dining"})),
    "meter": Goods("家 > 器械", 0.5, frozenset({"camping"}), sensitive="health"),
    **{f"other{n}": Goods(f"别的 > {n}", 0.5, frozenset()) for n in range(20)},
}
EVERYBODY = Population.of(GOODS)


def bought(product: str, days_ago: float = 1.0, deed: Deed = Deed.ORDER) -> Event:
    return Event(NOW - round(days_ago * DAY), deed, product)


def belief(portrait: object, name: str) -> float:
    return next((one.probability for one in portrait.identities if one.name == name), 0.0)  # type: ignore[attr-defined]


def test_more_camping_goods_make_a_camper_more_probable() -> None:
    one = draw_portrait("s", [bought("tent")], EVERYBODY, NOW)
    two = draw_portrait("s", [bought("tent"), bought("stove")], EVERYBODY, NOW)
    assert 0.08 < belief(one, "camper") < belief(two, "camper") < 1.0


def test_every_belief_names_the_deeds_that_speak_for_it() -> None:
    portrait = draw_portrait("s", [bought("tent"), bought("mug")], EVERYBODY, NOW)
    camper = next(one for one in portrait.identities if one.name == "camper")
    assert [one.product for one in camper.deeds] == ["tent"]
    assert camper.zh == "露营新手"  # the first such deed is recent


def test_other_goods_speak_a_little_against() -> None:
    alone = draw_portrait("s", [bought("tent")], EVERYBODY, NOW)
    among = draw_portrait("s", [bought("tent"), *(bought(f"other{n}") for n in range(8))], EVERYBODY, NOW)
    assert belief(among, "camper") < belief(alone, "camper")


def test_old_deeds_fade_by_their_half_life() -> None:
    taste = Taste(half_life_days=30.0)
    fresh = draw_portrait("s", [bought("tent", 0)], EVERYBODY, NOW, taste)
    old = draw_portrait("s", [bought("tent", 300)], EVERYBODY, NOW, taste)
    assert belief(old, "camper") == pytest.approx(0.08, abs=0.01)
    assert belief(fresh, "camper") > 2 * belief(old, "camper")


def test_a_return_takes_the_order_back() -> None:
    kept = draw_portrait("s", [bought("tent", 3), bought("tent", 1, Deed.RETURN)], EVERYBODY, NOW)
    assert (kept.events, kept.identities) == (0, ())


def test_what_lies_after_the_moment_is_not_looked_at() -> None:
    assert draw_portrait("s", [bought("tent", -5)], EVERYBODY, NOW).events == 0


def test_price_bands_are_the_faded_counts_and_what_is_usual() -> None:
    taste = Taste(half_life_days=1e9, band_strength=4.0)
    population = Population(GOODS, EVERYBODY.rates, (0.5, 0.25, 0.25))
    portrait = draw_portrait(
        "s", [bought("mug"), bought("tent"), bought("stove"), bought("plate")], population, NOW, taste
    )
    assert portrait.bands == pytest.approx(((1 + 2) / 8, (1 + 1) / 8, (2 + 1) / 8))
    mean = (1 + 0.1 + 0.9 + 0.8 + 0.5) / 6
    assert portrait.price[0] == pytest.approx(mean)
    assert portrait.price[1] < mean < portrait.price[2]


def test_clicks_count_by_how_often_their_band_is_bought() -> None:
    population = Population(GOODS, EVERYBODY.rates, (1 / 3, 1 / 3, 1 / 3), (2.0, 1.0, 0.5))
    taste = Taste(half_life_days=1e9, band_strength=3.0)
    portrait = draw_portrait("s", [bought("mug", 1, Deed.CLICK), bought("tent", 1, Deed.CLICK)], population, NOW, taste)
    assert portrait.bands == pytest.approx((1.8 / 4, 1.0 / 4, 1.2 / 4))


def test_an_empty_history_says_what_is_said_of_everybody() -> None:
    portrait = draw_portrait("s", [], EVERYBODY, NOW)
    assert (portrait.identities, portrait.tastes, portrait.price_deeds) == ((), (), ())
    assert portrait.bands == pytest.approx(EVERYBODY.bands)
    assert portrait.price[0] == 0.5


def test_novelty_is_the_share_of_choices_in_new_categories() -> None:
    portrait = draw_portrait("s", [bought("tent", 5), bought("tent", 4), bought("mug", 3)], EVERYBODY, NOW)
    assert portrait.novelty[0] == pytest.approx((1 + 1) / (1 + 1 + 3 + 1))  # one new, one old, Beta(1, 3) before


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([*GOODS, "unknown"]), st.floats(0, 2000), st.sampled_from(list(Deed))), max_size=30
    )
)
def test_whatever_was_done_probabilities_are_probabilities(history: list[tuple[str, float, Deed]]) -> None:
    portrait = draw_portrait("s", [bought(*one) for one in history], EVERYBODY, NOW)
    assert sum(portrait.bands) == pytest.approx(1.0)
    assert all(0.0 < one.probability < 1.0 and one.deeds for one in portrait.identities)
    assert 0.0 <= portrait.price[1] <= portrait.price[0] <= portrait.price[2] <= 1.0
    assert portrait.left_out == sum(one[0] in ("meter", "unknown") for one in history)


def test_a_price_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        Event(0, Deed.ORDER, "tent", math.nan)


# ---- nothing sensitive


def test_deeds_with_sensitive_goods_are_not_looked_at() -> None:
    portrait = draw_portrait("s", [bought("meter")], EVERYBODY, NOW)
    assert (portrait.events, portrait.left_out, portrait.identities) == (0, 1, ())


@pytest.mark.parametrize(
    ("text", "subject"),
    [("家用血糖仪", "health"), ("早孕试纸", "health"), ("Pregnancy Pillow", "health"), ("檀木念珠 佛珠", "religion"), ("Holy Bible cover", "religion"),
     ("竞选 选举 徽章", "politics"), ("condoms 12 pack", "sexuality"), ("露营椅", ""), ("陶瓷餐盘 4只", ""), ("Christian Dior perfume", "")],
)  # fmt: skip
def test_sensitive_subjects_are_known_and_others_are_left_alone(text: str, subject: str) -> None:
    assert sensitive_kind(text) == subject


def test_no_hypothesis_is_about_a_sensitive_subject() -> None:
    for one in IDENTITIES:
        assert sensitive_kind(" ".join([one.zh, one.en, one.starter_zh, one.starter_en, *one.cues])) == "", one.name


# ---- consent and forgetting


def test_nothing_is_kept_or_drawn_without_consent() -> None:
    book = PortraitBook(MemoryStore())
    with pytest.raises(Refused, match="has not agreed"):
        book.note("m", "s", [bought("tent")])
    with pytest.raises(Refused, match="has not agreed"):
        book.portrait("m", "s", EVERYBODY, NOW)


def test_forgetting_leaves_nothing_behind() -> None:
    book = PortraitBook(store := MemoryStore())
    book.consent("m", "s", True, NOW)
    book.note("m", "s", [bought("tent")])
    assert book.forget("m", "s") == 2
    with pytest.raises(Refused):
        book.portrait("m", "s", EVERYBODY, NOW)
    book.consent("m", "s", True, NOW)
    assert book.portrait("m", "s", EVERYBODY, NOW).events == 0
    assert PortraitBook(store).portrait("m", "s", EVERYBODY, NOW).events == 0


def test_a_no_forgets_at_once_and_a_new_yes_starts_from_nothing() -> None:
    book = PortraitBook(MemoryStore())
    book.consent("m", "s", True, NOW)
    book.note("m", "s", [bought("tent")])
    book.consent("m", "s", False, NOW)
    assert not book.may("m", "s")
    book.consent("m", "s", True, NOW)
    assert book.portrait("m", "s", EVERYBODY, NOW).events == 0


def test_the_same_deed_twice_is_kept_once_and_merchants_do_not_share() -> None:
    book = PortraitBook(MemoryStore())
    book.consent("m", "s", True, NOW)
    assert book.note("m", "s", [bought("tent"), bought("tent")]) == 1
    assert book.note("m", "s", [bought("tent"), bought("mug")]) == 2
    assert not book.may("another", "s")
