"""Work spread over processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any


class Processes:
    """A pool of processes for one call; forked where the system can, so that nothing is imported twice."""

    def run(
        self, work: Callable[[Any], Any], items: Sequence[Any], workers: int
    ) -> Generator[tuple[int, Any], None, None]:
        forks = os.name == "posix" and "fork" in multiprocessing.get_all_start_methods()
        context = multiprocessing.get_context("fork" if forks else "spawn")
        others = set(multiprocessing.active_children())
        with ProcessPoolExecutor(workers or os.cpu_count(), context, _end_at_once) as pool:
            places = {pool.submit(work, item): place for place, item in enumerate(items)}
            try:
                for done in as_completed(places):
                    yield places[done], done.result()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                for worker in set(multiprocessing.active_children()) - others:
                    worker.terminate()
                    worker.join()
                raise


def _end_at_once() -> None:
    """An interrupt ends a worker where it stands; the parent tells what happened."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
