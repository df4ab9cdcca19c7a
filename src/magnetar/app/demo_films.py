"""The demo's films: rendered in a process of their own while the rehearsal runs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from magnetar.capabilities.autopilot import Plan
from magnetar.kernel.errors import MagnetarError
from magnetar.vocabulary.catalogue import Product

FILMS = 3


def chosen(plan: Plan, products: Sequence[Product], count: int = FILMS) -> list[Product]:
    """The products that the plan thinks most of, one from each category, those with a picture."""
    taken: dict[str, Product] = {}
    for one in plan.groups:
        product = products[one.row]
        if product.images:
            taken.setdefault(one.category, product)
    return list(taken.values())[:count]


def _render(product: Product, pictures: str, out: str) -> tuple[str, str]:
    """(file, what went wrong); one of them is empty."""
    from magnetar.capabilities.creative import render_film, render_still

    os.nice(5)  # the rehearsal goes first
    try:
        render_film(product, pictures, out)
        render_still(product, pictures, Path(out).with_suffix(".jpg"), shape="9:16")
    except MagnetarError as error:
        return "", str(error)
    return out, ""


class Films:
    """Films under way."""

    def __init__(self, products: Sequence[Product], pictures: Path, folder: Path) -> None:
        self._pool = ProcessPoolExecutor(1, get_context("spawn"))
        self._under_way: list[Future[tuple[str, str]]] = [
            self._pool.submit(_render, product, str(pictures), str(folder / f"{product.id}.mp4"))
            for product in products
        ]

    def finish(self) -> tuple[list[str], list[str]]:
        """Wait for them: the files, and what went wrong with the others."""
        ended = [future.result() for future in self._under_way]
        self._pool.shutdown()
        return [file for file, _ in ended if file], list(dict.fromkeys(wrong for _, wrong in ended if wrong))

    def cancel(self) -> None:
        """Let go of those that have not begun."""
        self._pool.shutdown(wait=False, cancel_futures=True)
