"""What goes with what was clicked: named by behaviour, by likeness where behaviour is silent, and worth what pages show."""

import numpy as np
import pytest

from magnetar.capabilities.recommendation.following import ALIKE, NEXT, PRIOR, Following, alike
from magnetar.capabilities.serving import Reason
from magnetar.capabilities.shoppers import Clicked
from magnetar.capabilities.understanding import Shelf
from magnetar.engines.memory import MemoryLog
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import SteppedClock

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
