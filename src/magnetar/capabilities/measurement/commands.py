"""`magnetar measure off-policy` and `measure mmm`."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from magnetar.kernel.errors import BadInput
from magnetar.surface.report import JsonOption, SeedOption, check_target, write_json

DrawsOption = Annotated[int, typer.Option("--draws", min=0, max=20_000, help="自助法次数 · Bootstrap samples.")]


def off_policy(
    log: Annotated[
        str,
        typer.Option(
            "--log",
            metavar="FILE",
            help="日志: action, reward, propensity[, position] · The log; Open Bandit's names too.",
        ),
    ],
    target: Annotated[
        str,
        typer.Option(
            "--target", metavar="uniform|FILE", help="目标策略 · uniform, or a table: action, probability[, position]."
        ),
    ] = "",
    like: Annotated[
        str,
        typer.Option(
            "--like", metavar="FILE", help="目标策略如另一份日志 · The target acts as often as in another log."
        ),
    ] = "",
    truth: Annotated[
        str,
        typer.Option(
            "--truth", metavar="FILE", help="目标策略自己的日志 · A log in which the target itself ran, to judge by."
        ),
    ] = "",
    context: Annotated[
        str, typer.Option("--context", help="模型可用的列, 逗号分隔 · Columns for the reward model, by comma.")
    ] = "",
    pooled: Annotated[
        bool,
        typer.Option(
            "--pooled",
            help="按位置合并概率 · Use how often each action was taken at its position; right only if the policy "
            "looked at nothing else and rewards do not drift.",
        ),
    ] = False,
    estimators: Annotated[str, typer.Option("--estimators", help="估计量 · By comma; all by default.")] = "",
    draws: DrawsOption = 1000,
    insist: Annotated[
        bool, typer.Option("--insist", help="重叠不足也照算 · Estimate even where the overlap is refused.")
    ] = False,
    seed: SeedOption = 0,
    json: JsonOption = "",
) -> None:
    """离线策略评估 · What another policy would have earned, from a log with its chances; refused where they overlap too little."""
    import numpy as np

    from magnetar.capabilities.measurement.off_policy import (
        ESTIMATORS,
        RECOMMENDED,
        evaluate,
        read_log,
        read_target,
        relative_error,
    )

    check_target(json)
    names = [one.strip() for one in estimators.split(",") if one.strip()] or list(ESTIMATORS)
    unknown = [one for one in names if one not in ESTIMATORS]
    if unknown:
        raise BadInput(f"--estimators takes {', '.join(ESTIMATORS)}; found {unknown[0][:40]!r}.")
    if bool(target) == bool(like):
        raise BadInput(
            "目标策略 name the target policy by --target uniform, --target FILE or --like FILE, one of them."
        )
    columns = [one.strip() for one in context.split(",") if one.strip()]
    logged = read_log(log, columns)
    ran = read_log(truth or like, (), logged.actions, logged.positions) if truth or like else None
    model = read_log(like, (), logged.actions, logged.positions) if like else None
    if target == "uniform":
        shares = np.full((len(logged.positions), len(logged.actions)), 1.0 / len(logged.actions))
    elif model is None:
        shares = read_target(target, logged)
    elif len(model.actions) > len(logged.actions) or len(model.positions) > len(logged.positions):
        raise BadInput(f"{like!r} 有日志里没有的动作或位置 takes actions or has positions that {log!r} never shows.")
    else:
        shares = model.shares()
    try:
        overlap, found = evaluate(
            logged.as_log(pooled=pooled), shares[logged.position], names, draws=draws, seed=seed, insist=insist
        )
    except ValueError as error:
        raise BadInput(f"{log}: {error}.") from None
    rows: list[dict[str, Any]] = []
    for one in found:
        drawn = one.bootstrap
        row: dict[str, Any] = {
            "estimator": one.name,
            "recommended": one.name == RECOMMENDED,
            "value": one.value.mean,
            "low": one.value.low,
            "high": one.value.high,
            "bootstrap": {"low": drawn.low, "high": drawn.high, "draws": len(one.draws)},
            "note": one.note,
        }
        if ran is not None:
            off = relative_error(one, ran.reward, seed)
            row["relative_error"] = {"mean": off.mean, "low": off.low, "high": off.high}
        rows.append(row)
    result: dict[str, Any] = {
        "rows": len(logged.action),
        "actions": len(logged.actions),
        "positions": len(logged.positions),
        "logged_mean": float(logged.reward.mean()),
        "on_policy_mean": float(ran.reward.mean()) if ran is not None else None,
        "propensities": "pooled" if pooled else "logged",
        "overlap": {
            "effective_rows": overlap.effective,
            "effective_share": overlap.effective_share,
            "largest_share": overlap.largest_share,
            "mean_weight": overlap.mean_weight,
            "standard_errors_off": overlap.off,
            "refusal": overlap.refusal or None,
        },
        "estimates": rows,
    }
    write_json(json, "measure off-policy", result, seed)
    if json != "-":
        _show_off_policy(result)


def _show_off_policy(result: dict[str, Any]) -> None:
    console = Console(width=180)
    table = Table(title="离线策略评估 off-policy", title_justify="left")
    for name in ("估计量 estimator", "均值 value", "95 %", "自助法 bootstrap", "相对误差 relative error", ""):
        table.add_column(name)
    for row in result["estimates"]:
        off, drawn = row.get("relative_error"), row["bootstrap"]
        table.add_row(
            f"{row['estimator']}{' *' if row['recommended'] else ''}",
            f"{row['value']:.5g}",
            f"[{row['low']:.5g}, {row['high']:.5g}]".replace("[", "\\["),
            f"[{drawn['low']:.5g}, {drawn['high']:.5g}]".replace("[", "\\[") if drawn["draws"] else "",
            f"{off['mean']:+.1%} [{off['low']:+.1%}, {off['high']:+.1%}]".replace("[", "\\[") if off else "",
            row["note"],
        )
    console.print(table)
    overlap = result["overlap"]
    console.print(
        f"{result['rows']:,} 行 rows; 有效 effective {overlap['effective_rows']:,.0f} ({overlap['effective_share']:.1%}); "
        f"最大权重 heaviest row {overlap['largest_share']:.2%}; 平均权重 mean weight {overlap['mean_weight']:.3f}; "
        f"日志均值 logged mean {result['logged_mean']:.5g}"
        + ("" if result["on_policy_mean"] is None else f"; 真值 on-policy {result['on_policy_mean']:.5g}")
        + "; * 推荐 recommended",
        style="dim",
        markup=False,
        highlight=False,
    )
    if overlap["refusal"]:
        console.print(f"不可信 · not to be believed: {overlap['refusal']}", style="bold red", markup=False)
