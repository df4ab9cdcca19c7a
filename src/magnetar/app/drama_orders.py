"""Short dramas that a merchant orders: a script is kept, planned, agreed to with its forecast, and only then made."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from magnetar.app.apart import kill, last_words, spawn
from magnetar.app.backlog import DONE, FAILED, QUEUED, RUNNING, Backlog, told_by
from magnetar.app.drama_making import MAKE, PLAN, DramaMaking, DramaTold, DramaWish
from magnetar.capabilities.creative.drama import parse
from magnetar.kernel.clock import Clock
from magnetar.kernel.errors import BadInput, NotFound, Refused
from magnetar.kernel.store import Store
from magnetar.vocabulary.catalogue import Product

LONGEST = 200_000
"""Bytes of a script over HTTP; longer ones are made on the command line."""
SOURCES = ("auto", "panels", "image", "video")


@dataclass(frozen=True, slots=True)
class Drama:
    """An order as it is kept."""

    id: str
    merchant: str
    by: str
    made_at: int
    title: str
    wish: DramaWish
    phase: str = PLAN
    """plan until its forecast is agreed to, then make."""
    state: str = QUEUED
    said: str = ""
    done: int = 0
    of: int = 0
    plan: dict[str, Any] = field(default_factory=dict[str, Any])
    """What is decided before the first frame: forecast, coverage, placements, pay plan."""
    notes: tuple[str, ...] = ()
    error: str = ""
    ended_at: int = 0
    server: str = ""
    attempts: int = 0

    @property
    def active(self) -> bool:
        return self.state in (QUEUED, RUNNING)

    @property
    def folder(self) -> str:
        """Name of the folder that its films go to."""
        plain = re.sub(r"[^\w\u3400-\u9fff-]+", "-", self.title).strip("-")[:40]
        return f"{plain or 'drama'}-{self.id[-6:]}"

    @property
    def planned(self) -> bool:
        """Whether it waits for the merchant's yes."""
        return self.phase == PLAN and self.state == DONE


class DramaOrders(Backlog[Drama]):
    """Takes, watches and keeps dramas."""

    noun = "短剧任务", "drama"

    def __init__(
        self, store: Store, clock: Clock, home: Path, products: Callable[[str], Sequence[Product]], *, font: str = ""
    ) -> None:
        """
        Args:
            products: what a merchant's lines are held against.
        """
        super().__init__(store, clock, "drama_orders", Drama)
        self._home, self._products, self._font = home, products, font
        self.width = 1080
        """Of the films in pixels; smaller for tests."""

    def start(self, merchant: str, by: str, script: str, wish: DramaWish) -> Drama:
        """Keep a script and have it planned; nothing is made before `agree`.

        Raises:
            BadInput: the script, naming the line; or an option.
            Refused: too many of the merchant's wait.
        """
        if not script.strip():
            raise BadInput("请粘贴或上传剧本. · Paste or upload a script.")
        if len(script.encode()) > LONGEST:
            raise BadInput(
                f"剧本超过 {LONGEST // 1000} KB, 请用命令行 magnetar drama make. · The script is larger than {LONGEST // 1000} KB; use magnetar drama make."
            )
        if wish.pictures not in SOURCES:
            raise BadInput(
                f"画面来源应为 {', '.join(SOURCES)}. · Pictures come from {', '.join(SOURCES)}, found {wish.pictures[:20]!r}."
            )
        script = script.replace("\r\n", "\n")
        read = parse(script, "script.md", wish.language)
        self._admit(merchant)
        one = Drama(
            self._new_id(merchant, "d"),
            merchant,
            by,
            self._clock.now(),
            read.title,
            wish,
            of=len(read.episodes) + wish.promos,
        )
        kept = self.script_of(one)
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(script, encoding="utf-8")
        return self._enqueue(one)

    def agree(self, merchant: str, id: str) -> Drama:
        """Have a planned drama made, at the forecast that was shown.

        Raises:
            NotFound: the merchant has no such drama.
            Refused: it is not planned, or a line contradicts a product's record.
        """
        one = self.get(merchant, id)
        if not one.planned:
            raise Refused("还没有预估, 或已经确认过. · It has no forecast yet, or was agreed to already.")
        if wrong := [row for row in one.plan.get("placements", []) if row.get("findings")]:
            raise Refused(
                f"第 {wrong[0]['line']} 行与商品档案不符, 先改剧本. · Line {wrong[0]['line']} contradicts the product's record; change the script first."
            )
        self._admit(merchant)
        return self._enqueue(replace(one, phase=MAKE, said="", done=0, attempts=0, ended_at=0))

    def script_of(self, one: Drama) -> Path:
        """Where its script is kept."""
        return self.root(one.merchant) / ".scripts" / f"{one.id}.md"

    def root(self, merchant: str) -> Path:
        """Where a merchant's dramas lie; it need not exist.

        Raises:
            NotFound: the merchant's name is no folder's.
        """
        base = (self._home / "drama").resolve()
        path = (base / merchant).resolve()
        if path.parent != base or not merchant:
            raise NotFound("没有这个商家. · There is no such merchant.")
        return path

    def _run(self, one: Drama) -> None:
        text = self.script_of(one).read_text("utf-8")
        named = [product for product in self._products(one.merchant) if _named(product, text)]
        order = DramaMaking(
            one.phase, one.wish, str(self.script_of(one)), str(self.root(one.merchant) / one.folder), str(self._home), one.merchant, named,
            self.width, self._font,
        )  # fmt: skip
        process = spawn("magnetar.app.drama_making", msgspec.msgpack.encode(order))
        self._by(one, process)
        error = ""
        try:
            for line in told_by(process, DramaTold):
                error = line.error or error
                one = replace(
                    one, said=line.said or one.said, done=max(one.done, line.done), of=line.of or one.of, plan=line.plan or one.plan,
                    notes=tuple(dict.fromkeys((*one.notes, *line.notes)))[:20],
                )  # fmt: skip
                if not self._tell(one):
                    return
            code = process.wait()
        finally:
            self._by(one, None)
            kill(process)
        error = error or (last_words(process, code) if code else "")
        self._tell(replace(one, state=FAILED if error else DONE, error=error[:500], ended_at=self._clock.now()))


def _named(product: Product, text: str) -> bool:
    """Whether a script may speak of a product: only such are worth sending along."""
    names = (product.title, product.title.split(" ")[0], product.title_en.split(",")[0], product.brand)
    low = text.casefold()
    return any(len(name) >= 2 and name.casefold() in low for name in names)
