"""`magnetar measure off-policy` and `measure mmm`."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from magnetar.kernel.errors import BadInput, Refused
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
            "effective_rewarded": overlap.rewarded,
            "largest_share": overlap.largest_share,
            "mean_weight": overlap.mean_weight,
            "standard_errors_off": overlap.off,
            "refusal": overlap.refusal or None,
            "caution": overlap.caution or None,
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
        f"{result['rows']:,} 行 rows; 有效 effective {overlap['effective_rows']:,.0f} ({overlap['effective_share']:.1%}), "
        f"有奖励 with a reward {overlap['effective_rewarded']:,.1f}; "
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
    elif overlap["caution"]:
        console.print(f"区间可能偏窄 · intervals may be too narrow: {overlap['caution']}", style="yellow", markup=False)


def mmm(
    data: Annotated[
        str,
        typer.Option(
            "--data", metavar="FILE", help="逐日或逐周数据 · Table by day or week: date, outcome, spend by channel."
        ),
    ],
    channels: Annotated[str, typer.Option("--channels", help="渠道花费列, 逗号分隔 · Columns of spend, by comma.")],
    outcome: Annotated[str, typer.Option("--outcome", help="结果列 · Column of the outcome, such as GMV.")] = "gmv",
    controls: Annotated[
        str, typer.Option("--controls", help="控制列 · Columns that sell and are not advertising.")
    ] = "",
    lift: Annotated[
        str,
        typer.Option(
            "--lift",
            metavar="FILE",
            help="增量实验 · Lift tests: channel, first, last, increment, error or low and high.",
        ),
    ] = "",
    budget: Annotated[
        float, typer.Option("--budget", help="每期预算, 0 为现状 · Budget of a period; 0 for the present.")
    ] = 0.0,
    prior: Annotated[float, typer.Option("--prior", help="先验 ROI · Return believed in beforehand.")] = 1.0,
    prior_sd: Annotated[float, typer.Option("--prior-sd", help="先验标准差 · Its standard deviation.")] = 1.5,
    doubt: Annotated[
        float,
        typer.Option("--doubt", help="序列之外的偏差, -1 为学习 · What the series shows beyond returns; -1 learns it."),
    ] = -1.0,
    draws: Annotated[int, typer.Option("--draws", min=100, max=100_000, help="每链抽样 · Draws of each chain.")] = 1000,
    seed: SeedOption = 0,
    json: JsonOption = "",
) -> None:
    """营销组合模型 · Each channel's return with its interval, calibrated by lift tests; says what cannot be told."""
    from magnetar.capabilities.measurement.mmm import (
        Prior,
        advise,
        as_json,
        findings,
        fit,
        read_lift_tests,
        read_series,
    )
    from magnetar.capabilities.measurement.mmm.identification import hidden

    check_target(json)
    names = [one.strip() for one in channels.split(",") if one.strip()]
    series, dates = read_series(data, outcome, names, [one.strip() for one in controls.split(",") if one.strip()])
    tests = read_lift_tests(lift, series, dates) if lift else []
    if not 0.0 <= budget < float("inf"):
        raise BadInput(f"--budget must not be negative, found {budget}.")
    try:
        believed = Prior(prior, prior_sd, None if doubt == -1.0 else doubt)
    except ValueError as error:
        raise BadInput(f"--prior, --prior-sd, --doubt: {error}.") from None
    found = fit(series, tests, believed, draws=draws, seed=seed)
    said = findings(found)
    unsaid = ""
    try:
        advice = advise(found, budget or None, hidden(said))
    except Refused as error:
        advice, unsaid = None, str(error)
    result = as_json(found, said, advice) | {"first": dates[0], "last": dates[-1], "no_advice": unsaid or None}
    write_json(json, "measure mmm", result, seed)
    if json != "-":
        _show_mmm(result)


def _show_mmm(result: dict[str, Any]) -> None:
    console = Console(width=180)
    table = Table(title=f"营销组合模型 MMM, {result['first']} – {result['last']}", title_justify="left")
    for name in ("渠道 channel", "花费 spend", "ROI", "95 %", "下一元 next unit", "现在 now", "建议 advised"):
        table.add_column(name, justify="left" if name.startswith("渠道") else "right")
    split = {one["channel"]: one for one in result["advice"]["channels"]} if result["advice"] else {}
    for one in result["channels"]:
        roi, said = one["roi"], split.get(one["channel"])
        known = one["identified"]
        table.add_row(
            Text(one["channel"]),
            f"{one['spend']:,.0f}",
            f"{roi['median']:.2f}" if known else "—",
            Text(f"[{roi['low']:.2f}, {roi['high']:.2f}]") if known else "不可识别 not identified",
            Text(
                f"{said['marginal_roi']['mean']:.2f} [{said['marginal_roi']['low']:.2f}, {said['marginal_roi']['high']:.2f}]"
            )
            if said and known
            else "",
            f"{said['now']:,.0f}" if said else "",
            f"{said['advised']:,.0f}" if said else "",
        )
    console.print(table)
    if result["advice"]:
        gain = result["advice"]["gain"]
        sure = "" if gain["low"] > 0 else " · 不确定有增益 the interval holds 0: no case for moving money yet"
        console.print(
            f"建议之增益 gain of the advised split, a {result['period']}: {gain['mean']:,.0f} [{gain['low']:,.0f}, {gain['high']:,.0f}]{sure}",
            markup=False,
            highlight=False,
        )
    for one in result["findings"]:
        console.print(f"{one['channel'] or '模型 model'}: {one['text']}", style="yellow", markup=False, highlight=False)
    if result["no_advice"]:
        console.print(result["no_advice"], style="yellow", markup=False, highlight=False)
    console.print(
        f"解释 explained {result['explained']:.0%}; 噪声记忆 noise memory {result['noise']['memory']:.2f}; "
        f"先验 prior {result['prior']['mean']:g} ± {result['prior']['sd']:g}",
        style="dim",
        markup=False,
        highlight=False,
    )
