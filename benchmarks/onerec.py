"""What OneRec costs to serve: a million products, beam 50, history 50; updates, new products, value-aware search.

    python benchmarks/onerec.py [--items 1000000] [--seconds 10] [--json FILE|-]

Weights and histories are made up: speed does not depend on what they say. The requests come over loopback HTTP from
another process to one server process; both processes share the machine.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import os
import resource
import socket
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from magnetar.app.benches.rows import conditions, not_met, row, shown
from magnetar.capabilities.measurement import Interval, mean_interval
from magnetar.capabilities.recommendation.beam import Generator, Trie
from magnetar.capabilities.recommendation.evidence import Evidence, nobody_alike
from magnetar.capabilities.recommendation.gate import Gate
from magnetar.capabilities.recommendation.generator import Network, Shape, fresh
from magnetar.capabilities.recommendation.memory import Memory, Table
from magnetar.capabilities.recommendation.mixture import CONTEXT, DENSE, Parts, Recommender, prior_weights
from magnetar.capabilities.recommendation.routes import App
from magnetar.capabilities.recommendation.service import Recommendations
from magnetar.capabilities.recommendation.value import TILT, Bounds, log_worth, most_valuable
from magnetar.capabilities.understanding import SemanticIds
from magnetar.kernel.chance import Chance

CORE_HOUR_CNY = 0.25
"""Price of a core for an hour at a public cloud, rounded up; an assumption, printed with the figure."""
CPM_CNY = 40.0
"""What the articles name as the price of a thousand impressions."""


def made(items: int, seed: int) -> Recommendations:
    """A model of the default size with random weights: distinct random ids, 8 transitions an item."""
    rng = np.random.default_rng(seed)
    whole = rng.permutation(np.unique(rng.integers(0, 256**3, int(items * 1.1) + 50, np.int32)))[:items]
    codes = np.stack([whole >> 16, whole >> 8 & 255, whole & 255], axis=1).astype(np.int32)
    shape = Shape()
    vectors = rng.standard_normal((items, shape.size), np.float32)
    if items > DENSE:
        vectors = vectors.astype(np.float16)  # as a model of this size is kept on disk
    network = Network(shape, fresh_with_codes(shape, seed), vectors)
    memory = Memory(items)
    goal = rng.integers(0, items, 8 * items, np.int32)
    weight = rng.random(8 * items, np.float32)
    start = np.arange(items + 1, dtype=np.int64) * 8
    memory.after = Table.of(start, goal, weight)
    memory.before = Table.of(start, rng.permutation(goal), weight)
    memory.count += rng.zipf(1.6, items).clip(max=10_000).astype(np.float32)
    books = rng.standard_normal((3, 256, 16), np.float32)
    ids = SemanticIds(books, np.zeros((3, 256), np.float32), codes)
    gate = Gate.plain(prior_weights(), CONTEXT)
    parts = Parts(memory, gate, gate, Evidence(memory, nobody_alike(items)), Generator(network, Trie.of(codes)))
    return Recommendations(Recommender(parts), [f"p{one}" for one in range(items)], ids)


def fresh_with_codes(shape: Shape, seed: int) -> dict[str, np.ndarray]:
    """Untaught weights with the tables that new products are made of."""
    learned = fresh(shape, Chance(seed))
    for level in range(3):
        learned[f"code{level}"] = learned["first_to_1"] * 0.5
    learned["project"] = np.zeros((0, shape.size), np.float32)
    return learned


def serve(items: int, seed: int, port: int, ready: multiprocessing.connection.Connection) -> None:
    """The server process: one core, one model; says how much memory and CPU time it took when asked to end."""
    import uvicorn

    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    model = made(items, seed)
    model.recommend([f"p{one}" for one in range(50)], 10)
    server = uvicorn.Server(
        uvicorn.Config(App(model), host="127.0.0.1", port=port, log_level="error", access_log=False)
    )

    import threading

    def wait() -> None:
        ready.recv()
        server.should_exit = True

    threading.Thread(target=wait, daemon=True).start()
    ready.send(time.process_time())
    server.run()
    ready.send((time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def press(port: int, items: int, seconds: float, seed: int) -> tuple[list[float], int]:
    """Ask one after the other; milliseconds of each answer and how many were not as they should be."""
    rng, took, bad = np.random.default_rng(seed), [], 0
    line = http.client.HTTPConnection("127.0.0.1", port)
    end = time.perf_counter() + seconds
    asked = 0
    while time.perf_counter() < end:
        body = json.dumps({"history": [f"p{one}" for one in rng.integers(0, items, 50)], "k": 10})
        before = time.perf_counter()
        line.request("POST", "/recommend", body, {"content-type": "application/json"})
        answer = line.getresponse()
        text = answer.read()
        took.append((time.perf_counter() - before) * 1e3)
        asked += 1
        if asked <= 20:
            named = {one["item"] for one in json.loads(text)["items"]}
            bad += answer.status != 200 or len(named) != 10
    return took, bad


def load(items: int, seconds: float, seed: int) -> list[dict]:
    """Rows of the load."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(items, seed, port, theirs))
    process.start()
    started = ours.recv()
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            break
        except OSError:
            time.sleep(0.1)
    press(port, items, 1.0, seed + 1)
    took, bad = press(port, items, seconds, seed)
    ours.send("end")
    cpu, memory = ours.recv()
    process.join()
    asked, cpu = len(took), cpu - started
    per = cpu / max(1, asked) * seconds / (seconds + 1.0)
    times = np.array(took)
    none = float("nan")
    cost = 1000 * per / 3600 * CORE_HOUR_CNY
    return [
        row("served: p99 over loopback", "ms", Interval(float(np.quantile(times, 0.99)), none, none, asked), goal=10.0,
            met=bool(np.quantile(times, 0.99) <= 10.0), at_most=True),
        row("served: median over loopback", "ms", Interval(float(np.median(times)), none, none, asked)),
        row("served: requests a second, wall", "requests/s", Interval(asked / seconds, none, none, asked)),
        row("served: requests a second of one core", "requests/s", Interval(1.0 / per, none, none, asked), goal=200.0),
        row("served: memory of the server", "MiB", Interval(memory, none, none, 1), goal=1024.0, met=memory <= 1024, at_most=True),
        row("served: answers that were wrong", "answers", Interval(float(bad), none, none, min(20, asked)), goal=0.5, met=bad == 0, at_most=True),
        row("cost of 1,000 decisions", "CNY per 1,000 ×1e6", Interval(cost * 1e6, none, none, asked), baseline=("¥40 CPM", CPM_CNY * 1e6)),
    ]  # fmt: skip


def inside(items: int, seed: int) -> list[dict]:
    """Rows of what one process does without HTTP: an event, a new product."""
    model, rng = made(items, seed), np.random.default_rng(seed)
    histories = [[f"p{one}" for one in rng.integers(0, items, 50)] for _ in range(2_000)]
    model.observe(histories[0], "p1")
    before = time.process_time()
    for history in histories:
        model.observe(history[:-1], history[-1])
    event = (time.process_time() - before) / len(histories) * 1e3
    model.add("new0")
    took = []
    for number in range(1, 21):
        before = time.process_time()
        model.add(f"new{number}")
        found, _ = model.recommend(histories[number], 10)
        took.append((time.process_time() - before) * 1e3)
        assert found
    added = np.array(took)
    none = float("nan")
    return [
        row("learn from one event", "CPU ms", Interval(event, none, none, len(histories)), goal=1.0, met=event <= 1.0, at_most=True),
        row("new product: upload to next answer, mean", "CPU ms", mean_interval(added)),
        row(f"new product: upload to next answer, slowest of {len(added)}", "CPU ms", Interval(float(added.max()), none, none, len(added)), goal=100.0, met=bool(added.max() <= 100.0), at_most=True),
    ]  # fmt: skip


def valued(items: int, cases: int, seed: int) -> list[dict]:
    """Rows of value-aware search against scoring everything: revenue = Σ probability × bid × pCTR × pCVR of ten."""
    model, rng = made(items, seed), np.random.default_rng(seed)
    generator = model.recommender.parts.generator
    assert generator is not None
    sharp = {name: one * (3.0 if name.startswith("logit") else 1.0) for name, one in generator.network.learned.items()}
    centres = rng.normal(size=(items // 40, 32))
    content = centres[rng.integers(0, len(centres), items)] + 0.4 * rng.normal(size=(items, 32))
    trie = Trie.of(SemanticIds.fit(content.astype(np.float32), seed).codes)
    generator = Generator(Network(generator.network.shape, sharp, generator.network.items), trie)
    out = []
    for spread in (0.3, 0.7, 1.2):
        found, best, plain, scored = np.zeros(cases), np.zeros(cases), np.zeros(cases), np.zeros(cases)
        for case in range(cases):
            worth = log_worth(np.exp(spread * rng.normal(size=items)), rng.beta(2, 40, items), rng.beta(2, 30, items))
            state = generator.network.encode(rng.integers(0, items, 20).astype(np.int32))
            answer = most_valuable(generator, state, Bounds.of(generator.trie, worth, TILT), 10, scored_at_most=0.05)
            every = generator.everything(state) + worth
            named, log_p = generator.generate(state)
            found[case] = np.exp(answer.scores).sum()
            best[case] = np.exp(np.sort(every)[-10:]).sum()
            plain[case] = np.exp(np.sort(log_p + worth[named])[-10:]).sum()
            scored[case] = answer.scored / items
        share = mean_interval(found / best)
        out += [
            row(f"bids spread {spread:g}: revenue of exhaustive", "of 1", share, goal=0.98,
                baseline=("beam 50, then value", float((plain / best).mean()))),
            row(f"bids spread {spread:g}: products scored", "of 1", mean_interval(scored), goal=0.05,
                met=bool(scored.mean() <= 0.05), at_most=True),
        ]  # fmt: skip
    return out


def main() -> int:
    """Run, print, and say whether goals are met."""
    take = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    take.add_argument("--items", type=int, default=1_000_000)
    take.add_argument("--seconds", type=float, default=10.0)
    take.add_argument("--cases", type=int, default=40)
    take.add_argument("--seed", type=int, default=1)
    take.add_argument("--json", default="")
    given = take.parse_args()
    rows = load(given.items, given.seconds, given.seed) + inside(given.items, given.seed)
    rows += valued(12_000, given.cases, given.seed)
    for one in rows:
        print("  ".join(shown(one)))
    missed = not_met(rows)
    said = conditions([], items=given.items, history=50, beam=50, core_hour_cny=CORE_HOUR_CNY, load=os.getloadavg()[0])
    print(said)
    if given.json:
        text = json.dumps({"rows": rows, "conditions": said, "not_met": missed}, ensure_ascii=False, default=str)
        print(text) if given.json == "-" else Path(given.json).write_text(text + "\n", encoding="utf-8")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
