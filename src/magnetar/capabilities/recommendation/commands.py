"""`magnetar recommend fit` and `recommend serve`: learn from a file of histories, keep it if it is no worse, and serve it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from magnetar.capabilities.recommendation.flywheel import MARGIN, Shelf, Verdict, compare
from magnetar.capabilities.recommendation.judging import METRICS, bootstrap, judge
from magnetar.capabilities.recommendation.memory import Memory
from magnetar.capabilities.recommendation.mixture import Mixture
from magnetar.capabilities.recommendation.neighbours import TransitionKNN
from magnetar.capabilities.recommendation.reading import read_histories
from magnetar.capabilities.recommendation.registry import need_jax
from magnetar.capabilities.recommendation.service import Recommendations
from magnetar.capabilities.recommendation.splits import Split, split
from magnetar.capabilities.recommendation.weights import save
from magnetar.kernel.chance import Floats
from magnetar.kernel.errors import BadInput, MagnetarError, ProviderUnavailable
from magnetar.surface.report import JsonOption, SeedOption, check_target, cpu_seconds, progress, write_json
from magnetar.surface.session import session_of

NameOption = Annotated[str, typer.Option("--model", help="模型名 · Name of the model under MAGNETAR_HOME.")]
_NDCG = METRICS.index("ndcg@10")


def fit(
    context: typer.Context,
    data: Annotated[Path, typer.Option("--data", help="行为文件 · Histories: a line a shopper, or a table of events.")],
    texts: Annotated[
        str, typer.Option("--texts", help="商品文本 · Words of the items, for ids and new products.")
    ] = "",
    out: Annotated[str, typer.Option("--out", help="模型名 · Name of the model.")] = "default",
    no_user_id: Annotated[bool, typer.Option("--no-user-id", help="行首无用户 · Lines begin with an item.")] = False,
    split_by: Annotated[str, typer.Option("--split", help="验证划分 · loo or time; default by the file.")] = "",
    no_learn: Annotated[bool, typer.Option("--no-learn", help="只用记忆 · Memory and content only.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="快速 · A small network, few rounds.")] = False,
    margin: Annotated[
        float, typer.Option("--margin", help="可让的余地 · Share that a new model may be worse by.")
    ] = MARGIN,
    force: Annotated[bool, typer.Option("--force", help="不比较 · Take over without comparing.")] = False,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="回滚 · Return to the version before; nothing is learned.")
    ] = False,
    seed: SeedOption = 1,
    json: JsonOption = "",
) -> None:
    """学习推荐模型 · Learn a model, judge it on the latest events, and let it take over if it is not worse.

    Ctrl-C while the network is taught keeps the best so far and goes on; versions in use stay until the end.
    """
    check_target(json)
    if not 0.0 <= margin <= 1.0:
        raise BadInput(f"--margin must lie in [0, 1], found {margin}.")
    shelf = Shelf(session_of(context).settings.home, out)
    if rollback:
        version = shelf.roll_back()
        progress(f"已回到版本 back to version {version}")
        write_json(json, "recommend fit", {"model": out, "model_version": version, "rolled_back": True}, seed)
        return
    learn = not no_learn
    if learn:
        try:
            need_jax("generator")
        except ProviderUnavailable as error:
            learn = False
            progress(f"只拟合记忆与内容 · memory and content only, no network: {error}")
    read = read_histories(data, user_id=not no_user_id, texts=texts)
    histories = read.histories
    parts = split(histories, split_by)
    progress(
        f"{len(histories):,} 位顾客 shoppers · {len(histories.items):,} 个商品 items · {len(histories.item):,} 次事件 events"
    )
    model = Mixture(quick=quick, learn=learn, tell=progress)
    model.fit(parts.train, seed, valid=parts.valid)
    transition = TransitionKNN()
    transition.fit(parts.train, seed, valid=parts.valid)
    found, beside = judge(model, parts.test), judge(transition, parts.test)
    rows = _rows(("onerec", found.values), ("transition", beside.values), seed)
    verdict = None if force or shelf.current is None else _against(shelf, parts, found.values, margin)
    takes_over = verdict is None or verdict.takes_over
    model.catch_up(histories)
    version = shelf.next()
    about = {
        "data": histories.sha256()[:16], "seed": seed, "learned": learn, "split": parts.way, "shoppers": len(histories),
        "events": len(histories.item), "ndcg@10": rows[0]["ndcg@10"], "recall@10": rows[0]["recall@10"],
        "cpu_seconds": round(cpu_seconds(), 1),
    }  # fmt: skip
    save(shelf.at(version), model.recommender, histories.items, model.ids, model.texts, about)
    if takes_over:
        shelf.take(version)
    said = verdict.reason if verdict else "首个版本或不比较 first version, or not compared"
    progress(f"版本 version {version} {'启用 takes over' if takes_over else '不启用 does not take over'}: {said}")
    progress(f"写入 written to {shelf.at(version)}")
    if json != "-":
        table = Table(title="验证 · the latest events, unseen by the fit; all items ranked", title_justify="left")
        for name in ("模型 model", "已看过 seen items", "recall@10", "ndcg@10", "95 %", "n"):
            table.add_column(name)
        for one in rows:
            table.add_row(
                one["model"], "去除 filtered" if one["filtered"] else "保留 kept", f"{one['recall@10']:.4f}",
                f"{one['ndcg@10']:.4f}", f"[{one['low']:.4f}, {one['high']:.4f}]", str(one["n"]),
            )  # fmt: skip
        Console(width=120).print(table)
    write_json(
        json, "recommend fit",
        {
            "model": out, "model_version": version, "takes_over": takes_over, "reason": said, "folder": shelf.at(version),
            "rows": rows, "left_out": read.left_out, **about,
        },
        seed,
    )  # fmt: skip


def serve(
    context: typer.Context,
    model: NameOption = "default",
    port: Annotated[int, typer.Option("--port", help="端口 · Port on 127.0.0.1.")] = 8090,
    once: Annotated[list[str] | None, typer.Option("--once", help="试一次 · Answer for these item ids, oldest first, and end; may be repeated or separated by commas.")] = None,
    k: Annotated[int, typer.Option("--k", help="个数 · Products to name, with --once.")] = 10,
    seen: Annotated[bool, typer.Option("--seen", help="可重复 · Products taken before may come again, with --once.")] = False,
    json: JsonOption = "",
) -> None:  # fmt: skip
    """用模型推荐 · POST http://127.0.0.1:PORT/recommend {history: [ids], k, seen}; also /events, /items and /health."""
    if not 0 < port < 65_536:
        raise BadInput(f"--port must lie in [1, 65535], found {port}.")
    check_target(json)
    found = Recommendations.open(Shelf(session_of(context).settings.home, model).at())
    if once is not None:
        history = [item.strip() for one in once for item in one.split(",") if item.strip()]
        named, unknown = found.recommend(history, k, seen)
        if json != "-":
            table = Table("商品 product", "分 score", "理由 reason", "路径 path")
            for one in named:
                told = one.told()
                table.add_row(one.item, f"{one.score:.3f}", told["reason"], " → ".join(one.path))
            Console(width=140).print(table)
            if unknown:
                progress(f"未知 unknown: {', '.join(unknown[:20])}")
        write_json(json, "recommend serve", {"items": [one.told() for one in named], "unknown": unknown})
        return
    import uvicorn

    from magnetar.capabilities.recommendation.routes import App

    found.recommend([], 1)  # kernels are compiled before anybody waits
    if found.items:
        found.recommend(found.items[:2], 1)
    progress(f"http://127.0.0.1:{port}/recommend · {len(found.items):,} 个商品 items")
    uvicorn.run(App(found), host="127.0.0.1", port=port, log_level="warning", access_log=False)


def _rows(ours: tuple[str, Floats], theirs: tuple[str, Floats], seed: int) -> list[dict[str, Any]]:
    rows = []
    for name, values in (ours, theirs):
        for way in (1, 0):
            recall = values[:, way, METRICS.index("recall@10")]
            mean, low, high, count = bootstrap([values[:, way, _NDCG]], seed)[0]
            rows.append({
                "model": name, "filtered": bool(way), "recall@10": float(np.nanmean(recall)) if count else float("nan"),
                "ndcg@10": mean, "low": low, "high": high, "n": count,
            })  # fmt: skip
    return rows


def _against(shelf: Shelf, parts: Split, new: Floats, margin: float) -> Verdict | None:
    """Judge the model in use on the same events, its counts brought to the same state; None where it cannot be read.

    The model in use has counted events that are judged now; what is compared is what was learned, not who peeked.
    """
    test, train = parts.test, parts.train
    try:
        old = Recommendations.open(shelf.at())
    except MagnetarError as error:
        progress(str(error))
        return None
    values = np.empty((len(test), 2))
    known = {item: row for row, item in enumerate(old.items)}
    there = np.array([known.get(item, -1) for item in train.items], np.int64)
    seen = train.kept(there[train.item] >= 0)
    memory = Memory(len(old.items))
    memory.learn(replace(seen, items=old.items, item=there[seen.item].astype(np.int32), text=None))
    old.recommender.count_from(memory)
    for row in range(len(test)):
        wanted = set(there[test.target[test.start[row] : test.start[row + 1]]].tolist())
        history = there[test.context.of(row)]
        history = history[history >= 0].astype(np.int32)
        for way in (0, 1):
            targets = wanted - set(history.tolist()) if way else wanted
            answer = old.recommender.answer(history, 10, bool(way)).items.tolist()
            hits = sum(1 / np.log2(place + 2) for place, one in enumerate(answer) if one in targets)
            most = sum(1 / np.log2(place + 2) for place in range(min(10, len(targets))))
            values[row, way] = hits / most if targets else np.nan
    return compare(np.nanmean(new[:, :, _NDCG], axis=1), np.nanmean(values, axis=1), margin)
