"""What spreading work means, wherever it runs; Ray's part runs where the extra `scale` is installed."""

import math
import os
import time
from collections.abc import Iterator
from functools import partial

import pytest

from magnetar.engines.spread import SPREADERS, spread
from magnetar.kernel.errors import UnknownProvider


@pytest.fixture(scope="module", params=["processes", "ray"])
def over(request: pytest.FixtureRequest) -> Iterator[str]:
    """A provider; one local Ray serves all tests, and is used and left alone by each call."""
    if request.param == "processes":
        yield "processes"
        return
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    ray = pytest.importorskip("ray", reason="needs the extra `scale`")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    yield "ray"
    assert ray.is_initialized()
    ray.shutdown()


def test_every_item_gives_its_result_at_its_place(over: str):
    items = list(range(23))
    found = list(spread(partial(pow, 2), items, workers=2, over=over))
    assert sorted(found) == [(place, 2**item) for place, item in enumerate(items)]


def test_work_runs_in_other_processes(over: str):
    pids = {result for _, result in spread(_process, list(range(8)), workers=2, over=over)}
    assert os.getpid() not in pids


def test_results_do_not_wait_for_slower_ones(over: str):
    first, _ = next(iter(spread(time.sleep, [20.0, 0.0], workers=2, over=over)))
    assert first == 1


def test_what_a_piece_raises_is_raised_as_it_was(over: str):
    with pytest.raises(ValueError, match=r"math domain error|nonnegative"):
        list(spread(math.sqrt, [1.0, -1.0, 4.0], workers=2, over=over))


def test_closing_early_ends_the_rest(over: str):
    began = time.monotonic()
    running = spread(time.sleep, [0.0, 60.0, 60.0, 60.0], workers=2, over=over)
    next(running)
    running.close()
    assert time.monotonic() - began < 50


@pytest.mark.parametrize("items", [[], [9.0]])
def test_none_or_one_item_needs_nobody_else(items: list[float], over: str):
    assert list(spread(math.sqrt, items, workers=4, over=over)) == [(0, 3.0)] * len(items)


def test_one_worker_is_this_process_in_order():
    assert [result for _, result in spread(_process, [1, 2, 3], workers=1)] == [os.getpid()] * 3
    assert list(spread(abs, [-5, -7], workers=1)) == [(0, 5), (1, 7)]


def test_the_setting_chooses(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAGNETAR_SPREAD", "pigeons")
    with pytest.raises(UnknownProvider, match=r"'pigeons' for 'spread'\. Choose one of: processes, ray"):
        spread(abs, [1, 2])


def test_a_negative_number_of_workers_is_refused():
    with pytest.raises(ValueError, match="at least 0, found -1"):
        spread(abs, [1], workers=-1)


def test_the_default_is_a_provider():
    assert SPREADERS.default in SPREADERS.choices()


def _process(_: object) -> int:
    return os.getpid()
