"""What goes with what was clicked: named by behaviour, by likeness where behaviour is silent, and worth what pages show."""

import numpy as np
import pytest

from magnetar.capabilities.recommendation.following import (
    ALIKE,
    NEXT,
    PRIOR,
    WIDE,
    Following,
    PartnersAdopted,
    alike,
    clearly_below,
)
from magnetar.capabilities.serving import Reason
from magnetar.capabilities.shoppers import Clicked
from magnetar.capabilities.understanding import Shelf
from magnetar.engines.memory import MemoryLog
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import SteppedClock
from magnetar.kernel.events import Envelope, decode, encode

ITEMS = 8


def shelf(vectors: np.ndarray | None = None, items: int = ITEMS) -> Shelf:
    return Shelf.of(
        ids=[f"p{one}" for one in range(items)],
        merchants=["m"],
        merchant=np.zeros(items, np.int64),
        categories=["c"],
        category=np.zeros(items, np.int64),
        price=np.full(items, 10.0),
        scenes=np.full(items, 15, np.uint8),
        vectors=vectors,
    )


def opened(vectors: np.ndarray | None = None, items: int = ITEMS) -> Following:
    return Following(Bus(MemoryLog(), SteppedClock()), shelf(vectors, items), 5)


def clicks(*pairs: tuple[int, int]) -> Clicked:
    shopper, item = np.array(pairs, np.int64).T
    none = np.zeros(len(pairs), np.int64)
    return Clicked(
        at=none, request=none.astype(np.uint64), position=none, shopper=shopper, scene=none, item=item, group=none - 1
    )


def click(one: Following, *pairs: tuple[int, int]) -> None:
    one.on_clicked(clicks(*pairs))
    one.open_tick()


def test_behaviour_names_what_follows():
    one = opened()
    for shopper in range(5):
        click(one, (shopper, 0), (shopper, 3))
    one.refresh()
    assert one.next[0].tolist() == [3, -1, -1, -1]
    assert one.next[3].tolist() == [-1] * NEXT


def test_the_latest_clicks_are_those_before_the_tick():
    one = opened()
    one.on_clicked(clicks((1, 2)))
    assert one.recent[1].tolist() == [-1, -1]
    one.open_tick()
    assert one.recent[1].tolist() == [2, -1]
    click(one, (1, 5), (1, 2))
    assert one.recent[1].tolist() == [2, 5]


def test_a_new_product_has_partners_by_likeness():
    vectors = np.eye(3, dtype=np.float32)[[0, 0, 1, 1, 2, 2, 0, 1]]
    one = opened(vectors)
    assert set(one.next[0].tolist()) >= {1, 6}
    assert one.next[4][0] == 5


def test_likeness_is_within_a_category_and_never_of_oneself():
    vectors = np.ones((ITEMS, 2), np.float32)
    near, cosine = alike(vectors, np.array([0, 0, 0, 0, 1, 1, 1, 2]))
    assert near.shape == (ITEMS, ALIKE)
    assert near[7].tolist() == [-1] * ALIKE
    assert set(near[4].tolist()) == {5, 6, -1}
    assert all(row not in near[row] for row in range(ITEMS))
    assert cosine[0, 0] == pytest.approx(1.0)


@pytest.mark.parametrize("items", [0, 1])
def test_a_shelf_of_none_or_one_has_no_partners(items: int):
    one = opened(items=items)
    one.refresh()
    assert (one.next == -1).all()


def test_one_batch_learns_what_many_do():
    rng = np.random.default_rng(1)
    pairs = [(int(a), int(b)) for a, b in zip(rng.integers(5, size=200), rng.integers(ITEMS, size=200), strict=True)]
    together, apart = opened(), opened()
    together.on_clicked(clicks(*pairs))
    for pair in pairs:
        apart.on_clicked(clicks(pair))
    for one in (together, apart):
        one.open_tick()
        one.refresh()
    assert (together.next == apart.next).all()
    assert (together.recent == apart.recent).all()
    assert together.lift == apart.lift


def test_what_following_up_is_worth_is_clicks_over_expected_clicks():
    one = opened()
    click(one, (0, 0), (0, 3), (1, 0))
    one.refresh()
    for _ in range(60):
        one.on_clicked(clicks((1, 3)))  # a click on what follows up, thirty expected of no view at all
    one.refresh()
    assert one.lift == pytest.approx((PRIOR + 60.0) / PRIOR)


def test_who_is_forgotten_leaves_nothing_to_follow():
    one = opened()
    click(one, (2, 1))
    one.on_clicked(clicks((2, 4)))
    one.forget(2)
    one.open_tick()
    assert one.recent[2].tolist() == [-1, -1]


def test_what_was_learned_is_taken_over_by_a_larger_shelf():
    old = opened()
    for shopper in range(5):
        click(old, (shopper, 0), (shopper, 3))
    new = opened(items=ITEMS + 3)
    new.take_over(old)
    assert new.next[0][0] == 3
    assert new.recent[:5].tolist() == old.recent.tolist()


def test_it_is_said_in_both_languages():
    from magnetar.capabilities.serving import explain

    assert explain(Reason.FOLLOWED) == "和刚看过的商品相配"
    assert "goes with" in explain(Reason.FOLLOWED, "en")


# ---- a model's table


def table(rows: dict[int, list[int]], items: int = ITEMS, clicks: float = 10.0) -> tuple[np.ndarray, np.ndarray]:
    partners = np.full((items, WIDE), -1, np.int32)
    for row, named in rows.items():
        partners[row, : len(named)] = named
    return partners, np.where(partners >= 0, np.float32(clicks), np.float32(0.0))


def test_an_adopted_table_stands_in_place_of_likeness_and_is_read_from_the_next_refresh():
    one = opened(np.eye(3, dtype=np.float32)[[0, 0, 1, 1, 2, 2, 0, 1]])
    before = one.next.copy()
    one.adopt(*table({0: [5, 4]}), 1)
    assert (one.next == before).all()
    assert one.version == 0
    one.refresh()
    assert one.version == 1
    assert one.next[0].tolist() == [5, 4, -1, -1]
    assert (one.next[1:] == before[1:]).all()  # what the model does not know stays with likeness


def test_clicks_go_on_counting_beside_the_table():
    one = opened()
    one.adopt(*table({0: [5]}, clicks=1.5), 1)
    for shopper in range(5):
        click(one, (shopper, 0), (shopper, 3))
    one.refresh()
    assert one.next[0, :2].tolist() == [3, 5]


def test_a_product_uploaded_since_is_reached_by_likeness_from_items_that_the_table_knows():
    old = opened(np.ones((ITEMS, 2), np.float32))
    old.adopt(*table({0: [5]}), 1)
    new = opened(np.ones((ITEMS + 1, 2), np.float32), ITEMS + 1)
    new.take_over(old)
    assert new.version == 1
    assert new.next[0, 0] == 5
    new.adopt(*table({one: [5] for one in range(5)}), 2)
    new.refresh()
    assert set(new.next[ITEMS].tolist()) - {-1}  # and it has partners itself
    assert ITEMS in new._beside()[0][0].tolist() or ITEMS not in new._alike[0].tolist()


def test_pairs_that_people_took_out_are_never_named():
    one = opened(np.ones((ITEMS, 2), np.float32))
    click(one, (0, 0), (0, 3))
    one.adopt(*table({0: [3, 5], 3: [0]}), 1, np.array([[0, 3], [6, 1]], np.int32))
    one.refresh()
    assert one.next[0].tolist() == [5, -1, -1, -1]
    assert one.next[3, 0] == 0
    assert 1 not in one.next[6].tolist()


def test_what_following_up_was_worth_is_counted_for_each_version():
    one = opened()
    click(one, (0, 0), (0, 3), (1, 0))
    one.refresh()
    for _ in range(4):
        one.on_clicked(clicks((1, 3)))
    one.adopt(*table({0: [6]}), 1)
    assert one.counts[0].tolist() == [4.0, 0.0]
    one.refresh()
    one.on_clicked(clicks((1, 6)))
    assert one.counts[0].tolist() == [4.0, 0.0]
    assert one.counts[1].tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    "partners",
    [np.full((ITEMS + 1, WIDE), -1), np.full((ITEMS, WIDE - 1), -1), np.full((ITEMS, WIDE), ITEMS)],
)
def test_a_table_that_does_not_fit_is_refused(partners: np.ndarray):
    one = opened()
    with pytest.raises(ValueError, match=r"shape|lie in"):
        one.adopt(partners.astype(np.int32), np.zeros(partners.shape, np.float32), 1)
    with pytest.raises(ValueError, match="not negative"):
        one.adopt(np.full((ITEMS, WIDE), -1, np.int32), np.full((ITEMS, WIDE), np.nan, np.float32), 1)


def test_adopting_is_told_to_the_log_and_a_replay_learns_the_same():
    log = MemoryLog()
    one = Following(Bus(log, SteppedClock()), shelf(), 5)
    one.adopt(*table({0: [5, 4]}), 1, np.array([[0, 4]], np.int32))
    one.refresh()
    (event,) = [decode(encode(envelope)).data for _, envelope in log.read()]
    assert isinstance(event, PartnersAdopted)
    other = opened()
    other.on_adopted(event)
    other.refresh()
    assert (other.next == one.next).all()
    assert other.version == 1


def test_an_empty_table_crosses_the_log_whole():
    event = PartnersAdopted(0, 3, *table({}, 0), np.zeros((0, 2), np.int32), 0.0, 0.0)
    again = decode(encode(Envelope("1", "here", 0, "PartnersAdopted", event))).data
    assert isinstance(again, PartnersAdopted)
    assert again.partners.shape == (0, WIDE)
    assert again.without.shape == (0, 2)


@pytest.mark.parametrize(
    ("now", "before", "worse"),
    [
        ((80.0, 100.0), (200.0, 100.0), True),
        ((150.0, 100.0), (200.0, 100.0), False),  # log ratio −0.29, three standard errors 0.32
        ((0.0, 20.0), (200.0, 100.0), False),  # too few expected
        ((0.0, 100.0), (200.0, 100.0), True),
        ((5.0, 100.0), (0.0, 100.0), False),
    ],
)
def test_clearly_below_asks_for_three_standard_errors(now: tuple, before: tuple, worse: bool):
    assert clearly_below(np.array(now), np.array(before)) is worse
