"""CPU time of a request at the hot door, beside FastAPI with pydantic doing the same, in one process and one run.

    python benchmarks/door.py [--quick] [--json FILE|-]

Both are asked for pages over kept-alive connections from another process, in turn, round by round, by the same
server (uvicorn with uvloop and httptools). *Empty*: key, body, an empty page. *Real*: the sample shop's page with
prediction, auction, reasons, token and event log. Both look a key up in a dictionary, both decide the calls of one
moment as one batch, and both send the same fields. CPU seconds are the server's own, all threads.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from magnetar.app.benches.rows import conditions, not_met, row, shown
from magnetar.capabilities.measurement import Interval, mean_interval
from magnetar.web.loading import SampleServer, cpu_seconds, listening_socket, open_sample, pages_wanted, press

GOALS = {"empty": 3.0, "real": 2.0}
CONNECTIONS = 32
STEADY = 2_500.0
"""Pages a second at which the wait is measured, as they come and whether or not the last one is answered."""


class Nothing:
    """Stands where the platform would: every page is empty."""

    trouble = ""

    def check(self, ask: Any) -> None:
        pass

    def decide_many(self, asks: list[Any]) -> Nothing:
        return self

    def json(self, row: int) -> bytes:
        return b'{"request":"","page":null,"degraded":false,"positions":[]}'

    def health(self) -> dict[str, Any]:
        return {"status": "ok"}


def with_fastapi(live: Any, keys: Any) -> Any:
    """The same door as FastAPI and pydantic would have it."""
    from fastapi import Depends, FastAPI, HTTPException
    from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
    from pydantic import BaseModel, Field

    from magnetar.capabilities.serving import Reason, explain
    from magnetar.platform.live import SCENES
    from magnetar.platform.live import Ask as Asked
    from magnetar.platform.pages import LABEL

    class Ask(BaseModel):
        shopper: str = Field("", max_length=200)
        scene: str = "feed"
        query: str = Field("", max_length=200)
        category: str = Field("", max_length=200)
        request: str = Field("", max_length=200)

    class Words(BaseModel):
        zh: str
        en: str

    class Placed(BaseModel):
        position: int
        product: str
        merchant: str
        title: str
        title_en: str
        price: float
        currency: str
        link: str
        image: str
        paid: bool
        label: Words | None
        reason: Words

    class Page(BaseModel):
        request: str
        page: str | None
        degraded: bool
        positions: list[Placed]

    globals().update(Ask=Ask)  # FastAPI looks the annotation up here
    app = FastAPI()
    known: dict[str, Any] = {}
    bearer = HTTPBearer()

    async def gate(given: HTTPAuthorizationCredentials = Depends(bearer)) -> Any:
        who = known.get(given.credentials)
        if who is None:
            who = known[given.credentials] = await asyncio.to_thread(keys.principal_of_key, given.credentials)
        if who is None:
            raise HTTPException(401)
        return who

    waiting: list[tuple[Any, Any]] = []

    def decide_all() -> None:
        batch = waiting[:]
        waiting.clear()
        answers = live.decide_many([ask for ask, _ in batch])
        for place, (_, future) in enumerate(batch):
            future.set_result((answers, place))

    if isinstance(live, Nothing):

        @app.post("/fast/decide", response_model=Page)
        async def nothing(ask: Ask, who: Any = Depends(gate)) -> Any:
            return {"request": ask.request, "page": None, "degraded": False, "positions": []}

        return app

    products = [
        {
            "product": item.product,
            "merchant": item.merchant,
            "title": one.title,
            "title_en": one.title_en,
            "price": one.price.amount,
            "currency": one.price.currency,
            "link": one.link,
            "image": one.images[0] if one.images else "",
        }
        for item, one in zip(live.items, live._stock.products, strict=True)
    ]
    reasons = [{"zh": explain(code), "en": explain(code, "en")} for code in Reason]
    label = {"zh": LABEL[0], "en": LABEL[1]}

    @app.post("/fast/decide", response_model=Page)
    async def decide(ask: Ask, who: Any = Depends(gate)) -> Any:
        if ask.scene not in SCENES:
            raise HTTPException(400, "no such scene")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        wanted = Asked(ask.shopper, ask.scene, ask.query, ask.category, ask.request)
        waiting.append(((who.merchant, wanted), future))
        if len(waiting) == 1:
            loop.call_soon(decide_all)
        answers, place = await future
        groups, codes = answers.group[place], answers.reason[place]
        return {
            "request": answers.requests[place],
            "page": answers.tokens[place],
            "degraded": False,
            "positions": [
                {
                    "position": position,
                    **products[item],
                    "paid": groups[position] >= 0,
                    "label": label if groups[position] >= 0 else None,
                    "reason": reasons[codes[position]],
                }
                for position, item in enumerate(answers.item[place])
                if item >= 0
            ],
        }

    return app


def serve(folder: Path, task: str) -> None:
    """The server of one task: both doors on one port."""
    import uvicorn

    from magnetar.web.door import Door
    from magnetar.web.server import keep_answering

    live, key = open_sample(folder)
    live.decide("warm", "feed")
    shown_by: Any = Nothing() if task == "empty" else live
    door = Door(shown_by, live.platform.accounts, rate=1e9)
    fast = with_fastapi(shown_by, live.platform.accounts)
    live.recorder.start()
    keep_answering()

    async def both(scope: Any, receive: Any, send: Any) -> None:
        await (fast if scope["path"].startswith("/fast/") else door)(scope, receive, send)

    socket = listening_socket()
    print(json.dumps({"port": socket.getsockname()[1], "key": key}), flush=True)
    config = uvicorn.Config(both, lifespan="off", log_level="error", access_log=False, date_header=False)
    uvicorn.Server(config).run(sockets=[socket])
    live.close()


def measure(task: str, rounds: int, seconds: float) -> list[dict[str, Any]]:
    """Rows of one task."""
    with SampleServer(task, module=str(Path(__file__).resolve())) as server:
        ways = {
            name: pages_wanted("127.0.0.1", server.key, path=path)
            for name, path in (("hot door", "/v1/decide"), ("FastAPI + pydantic", "/fast/decide"))
        }
        spent: dict[str, list[float]] = {name: [] for name in ways}
        waits: dict[str, list[float]] = {name: [] for name in ways}
        for turn in range(rounds + 1):
            for name, requests in ways.items():
                before = cpu_seconds("127.0.0.1", server.port, server.key)
                found = press("127.0.0.1", server.port, requests, connections=CONNECTIONS, seconds=seconds)
                used = cpu_seconds("127.0.0.1", server.port, server.key) - before
                if found.errors:
                    raise SystemExit(f"{name}: {found.errors} of {found.requests} calls failed")
                if turn:  # the first round warms up
                    spent[name].append(used / found.requests * 1e6)
                    waits[name].append(found.p99_ms)
        steady = []
        if task == "real":  # under half of what one core should carry
            steady = [
                press("127.0.0.1", server.port, ways["hot door"], connections=CONNECTIONS, seconds=seconds, rate=STEADY)
                for _ in range(rounds)
            ]
    hot, fast = (np.array(spent[name]) for name in ways)
    per_second = mean_interval(1e6 / hot)
    baseline = ("FastAPI + pydantic", float((1e6 / fast).mean()))
    rows: list[dict[str, Any]] = []
    if steady:
        waits_ms = np.array([one.p99_ms for one in steady])
        typical = float(np.median(waits_ms))
        low, high = np.quantile(waits_ms, [0.25, 0.75])
        rows.append(
            row(
                f"{task}: p99 at {STEADY:,.0f} pages a second, median and quartiles of the rounds", "ms",
                Interval(typical, float(low), float(high), len(steady)),
                p50_ms=float(np.median([one.p50_ms for one in steady])), load_average=os.getloadavg()[0],
            )
        )  # fmt: skip
    return [
        row(
            f"{task}: requests per CPU-second", "requests", per_second, baseline=baseline,
            cpu_us=float(hot.mean()), cpu_us_baseline=float(fast.mean()),
            p99_ms=float(np.median(waits["hot door"])), p99_ms_baseline=float(np.median(waits["FastAPI + pydantic"])),
        ),
        row(f"{task}: hot door over FastAPI + pydantic", "times", mean_interval(fast / hot), goal=GOALS[task]),
        *rows,
    ]  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    options.add_argument("--json", metavar="FILE", help="write the rows here, - for standard output")
    chosen = options.parse_args()
    rounds, seconds = (4, 1.0) if chosen.quick else (10, 2.0)
    rows = [one for task in GOALS for one in measure(task, rounds, seconds)]
    whole = {
        "rows": rows,
        "conditions": conditions(
            [], connections=CONNECTIONS, rounds=rounds, seconds=seconds, server="uvicorn, one process"
        ),
    }
    if chosen.json == "-":
        json.dump(whole, sys.stdout, indent=1)
        print()
    else:
        for one in rows:
            more = (
                f"  {one['cpu_us']:.0f} against {one['cpu_us_baseline']:.0f} µs"
                if "cpu_us" in one
                else f"  {one['value']:.2f} ×"
            )
            print("  ".join(shown(one)) + more)
        if chosen.json:
            Path(chosen.json).write_text(json.dumps(whole, indent=1) + "\n")
    if missed := not_met(rows):
        sys.exit(f"not met: {', '.join(missed)}")


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[2] in GOALS:
        serve(Path(sys.argv[1]), sys.argv[2])
    else:
        main()
