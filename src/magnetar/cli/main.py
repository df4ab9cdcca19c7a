"""`magnetar`: the table of commands, error mapping and exit codes.

The table is static and a command's module is imported when it is called, so that `--help` answers at once.
"""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any, cast

Table = dict[str, "tuple[str, str | Table]"]
"""Name → (help, `module:function`), or (help, table) for a group of commands."""

DEFAULT = ""
"""In a group: what runs when the next word names none of its commands."""

COMMANDS: Table = {
    "demo": ("一分钟演示 · The sample shop, from catalogue to proof, in a minute", "magnetar.web.demo:demo"),
    "rehearse": ("在数字孪生里预演 · Rehearse a catalogue and a budget", "magnetar.app.commands:rehearse"),
    "import": (
        "导入商品或订单 · Import a catalogue or orders",
        {
            "catalogue": (
                "导入商品目录 · Import a product feed",
                "magnetar.capabilities.catalogue.commands:import_catalogue",
            ),
            "orders": ("导入历史订单 · Import an order log", "magnetar.capabilities.orders.commands:import_orders"),
        },
    ),
    "catalogue": (
        "商品目录 · The catalogue",
        {
            "export": ("导出为 CSV · Export as our CSV", "magnetar.capabilities.catalogue.commands:export_catalogue"),
            "list": ("列出商品 · List products", "magnetar.capabilities.catalogue.commands:list_catalogue"),
        },
    ),
    "accounts": (
        "账号与密钥 · People's accounts and programs' keys",
        {
            "invite": (
                "邀请用户 · Invite somebody, by one-time link",
                "magnetar.capabilities.accounts.commands:invite",
            ),
            "key": ("签发密钥 · Issue an API key", "magnetar.capabilities.accounts.commands:key"),
            "list": (
                "列出用户与密钥 · List accounts and keys",
                "magnetar.capabilities.accounts.commands:list_accounts",
            ),
            "revoke": ("吊销密钥 · Revoke an API key", "magnetar.capabilities.accounts.commands:revoke"),
        },
    ),
    "events": (
        "事件日志 · The event log",
        {
            "seal": ("封存为 Parquet · Seal into Parquet", "magnetar.app.event_commands:seal"),
            "query": ("用 SQL 查询 · Ask in SQL", "magnetar.app.event_commands:query"),
        },
    ),
    "goals": (
        "优化目标表 · The goals that a campaign may have",
        "magnetar.capabilities.campaigns.commands:goals",
    ),
    "recommend": (
        "推荐 · Who wants what: learn from histories, judge and serve",
        {
            "fit": (
                "从行为序列学习 · Learn a model from a file of histories",
                "magnetar.capabilities.recommendation.commands:fit",
            ),
            "serve": (
                "用模型推荐 · Serve a model over loopback HTTP",
                "magnetar.capabilities.recommendation.commands:serve",
            ),
            "refit": (
                "从平台日志重学搭配 · Fit what pages follow up to the platform's own log, now",
                "magnetar.app.recommend_commands:refit",
            ),
            "rollback": (
                "回到前一版搭配表 · Return to the partners that were in use before",
                "magnetar.app.recommend_commands:rollback",
            ),
        },
    ),
    "search": (
        "搜索商品 · Search the catalogue",
        {
            DEFAULT: ("搜索商品 · Search the catalogue", "magnetar.capabilities.search.commands:search"),
            "suggest": ("搜索联想 · Suggest queries", "magnetar.capabilities.search.commands:suggest"),
            "keywords": (
                "智能扩词与否词 · Expand keywords of a product, with negatives",
                "magnetar.capabilities.search.commands:keywords",
            ),
        },
    ),
    "explain": (
        "推荐理由 · Why a shopper might want a product, as a path of needs",
        "magnetar.app.understanding_commands:explain",
    ),
    "understand": (
        "理解 · What the platform understands",
        {
            "product": (
                "商品卡 · A product card, evidence for every claim",
                "magnetar.app.understanding_commands:product",
            ),
            "material": ("素材卡 · What a film shows and says", "magnetar.app.understanding_commands:material"),
            "shopper": ("人群理解 · What is thought of a shopper", "magnetar.app.understanding_commands:shopper"),
            "intents": ("消费意图图谱 · Mine the intent graph", "magnetar.app.understanding_commands:intents"),
            "audience": ("受众推理 · Audiences of a product, ranked", "magnetar.app.understanding_commands:audience"),
        },
    ),
    "film": ("商品广告片 · A finished ad film of a product", "magnetar.capabilities.creative.commands:film"),
    "studio": (
        "广告片工厂 · The studio: films made, checked and signed",
        {
            "make": ("一个商品, 成千条片 · N different films of one product", "magnetar.app.studio_commands:make"),
            "cut": (
                "素材剪成片 · Raw clips and photos cut into a finished film",
                "magnetar.capabilities.creative.cutting.commands:cut",
            ),
            "check": ("检查影片 · List a film's defects", "magnetar.capabilities.creative.judging.commands:check"),
            "agent": (
                "创意 Agent · Make, change and publish a film by talking about it",
                "magnetar.capabilities.creative.agent.commands:agent",
            ),
            "export": (
                "导出给剪辑软件 · A film's cut for editors: OTIO, EDL, 剪映, subtitles",
                "magnetar.capabilities.creative.timeline.commands:export",
            ),
            "render": (
                "按时间线重制 · A film made again as an editor cut it",
                "magnetar.capabilities.creative.timeline.commands:render",
            ),
            "sign": ("内容凭证签名 · Sign a film (C2PA)", "magnetar.capabilities.creative.judging.commands:sign"),
            "library": (
                "素材库 · Creatives with what they did",
                "magnetar.capabilities.creative.library.commands:library",
            ),
            "refine": (
                "素材微调 · Variants of winners, one element changed in each",
                "magnetar.capabilities.creative.library.commands:refine",
            ),
            "score": (
                "预估跑量 · What creatives should bring before money is spent",
                "magnetar.capabilities.creative.library.commands:score",
            ),
        },
    ),
    "drama": (
        "短剧 · Short drama from an agreed script",
        {
            "make": (
                "剧本变短剧 · Episodes, promos, pay plan and cost",
                "magnetar.capabilities.creative.drama.commands:make",
            ),
            "check": (
                "检查剧本与成片 · Is every line told, none rewritten",
                "magnetar.capabilities.creative.drama.commands:check",
            ),
        },
    ),
    "generation": (
        "生成任务服务 · The task service for pictures and films, priced in credits",
        {
            "serve": (
                "运行任务服务 · Serve the task API (Kling contract) with workers",
                "magnetar.web.generation_commands:serve",
            ),
            "work": ("执行任务 · Make queued tasks", "magnetar.web.generation_commands:work"),
            "keys": ("任务密钥 · Pairs of access and secret key", "magnetar.web.generation_commands:keys"),
            "credits": ("灵感值 · Credits and membership", "magnetar.web.generation_commands:credits"),
            "check": ("对账 · Tasks against the ledger", "magnetar.web.generation_commands:check"),
            "sweep": ("清理 · Delete results whose time is over", "magnetar.web.generation_commands:sweep"),
        },
    ),
    "models": (
        "模型仓库 · The models that can be pulled",
        {
            "list": ("列出模型 · List models", "magnetar.capabilities.generation.commands:list_models"),
            "pull": ("取模型 · Bring models, checked by hash", "magnetar.capabilities.generation.commands:pull"),
            "verify": ("校验模型 · Hash what is here again", "magnetar.capabilities.generation.commands:verify"),
        },
    ),
    "say": ("把文字念出来 · Say a text into a WAV file", "magnetar.capabilities.generation.commands:say"),
    "serve": ("运行平台 · Run the door, the API and the console", "magnetar.web.commands:serve"),
    "load": ("压测投放接口 · Press the door and measure it", "magnetar.web.commands:load"),
    "warm": ("编译内核 · Compile the numeric kernels once", "magnetar.app.commands:warm"),
    "train": (
        "训练模型 · Teach what is learned",
        {"bidder": ("训练出价模型 · Teach the learned bidder in the twin", "magnetar.app.train_commands:bidder")},
    ),
    "twin": (
        "数字孪生 · The digital twin of the market",
        {
            "calibrate": ("用订单日志校准 · Calibrate on an order log", "magnetar.twin.commands:calibrate"),
            "certify": ("检验孪生的预测 · Certify what a fitted twin foretells", "magnetar.twin.commands:certify"),
        },
    ),
    "measure": (
        "投后度量 · What the money brought, and what it is credited with",
        {
            "attribution": ("归因分, 不是因果 · Credit by channel", "magnetar.app.measure_commands:attribution"),
            "off-policy": (
                "离线策略评估 · What another policy would have earned, from a log",
                "magnetar.capabilities.measurement.commands:off_policy",
            ),
            "mmm": (
                "营销组合模型 · Channels' returns from weekly totals and lift tests",
                "magnetar.capabilities.measurement.commands:mmm",
            ),
        },
    ),
    "bench": (
        "指标与基线 · Figures beside their baselines, measured in one run",
        {
            "decide": ("决策速度 · How many pages a CPU-second decides", "magnetar.app.bench_commands:decide"),
            "goals": (
                "优化目标 · Whether campaigns get what they pay for, goal by goal",
                "magnetar.app.bench_commands:goals",
            ),
            "twin": ("孪生速度 · How many pages a CPU-second simulates", "magnetar.app.bench_commands:twin"),
            "kernel": ("竞价内核速度 · How many auctions a CPU-second holds", "magnetar.app.bench_commands:kernel"),
            "autopilot": (
                "自动投放对人工 · UAX and whole-site against the manual playbook, in held-out worlds",
                "magnetar.app.bench_commands:autopilot",
            ),
            "bidding": (
                "出价智能体 · Bidders against frozen rivals and hindsight",
                "magnetar.app.bench_commands:bidding",
            ),
            "estimators": (
                "估计量认证 · Experiment estimators where the truth is known",
                "magnetar.app.bench_commands:estimators",
            ),
            "recommend": (
                "推荐模型对基线 · Recommenders and their baselines, on a file of histories",
                "magnetar.app.learning_benches:recommend",
            ),
            "search": (
                "搜索引擎对基线 · Search engines on a catalogue and its queries",
                "magnetar.app.learning_benches:search",
            ),
            "intents": (
                "意图图谱 · Complements, intentions and paths, against nearest neighbours",
                "magnetar.app.learning_benches:intents",
            ),
            "predict": (
                "预测校准 · Click, order, return and lifetime predictions beside the oracle",
                "magnetar.app.learning_benches:predict",
            ),
            "cards": (
                "商品卡 · Attributes recovered from texts alone",
                "magnetar.app.learning_benches:cards",
            ),
            "portraits": (
                "用户画像 · Price bands, look-alikes and identities, by a split in time",
                "magnetar.app.learning_benches:portraits",
            ),
            "following": (
                "跟看值多少 · What following up the latest clicks is worth in the twin",
                "magnetar.app.learning_benches:following",
            ),
            "coldstart": (
                "冷启动 · New shoppers, products and merchants in the twin",
                "magnetar.app.learning_benches:coldstart",
            ),
        },
    ),
}


ABOUT = """Magnetar 磁星: 交出商品目录和预算, 先在数字孪生里预演整个计划, 再放心投放。
Hand over a catalogue and a budget, watch the whole plan rehearsed in a digital twin of the market, then let it run."""


INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit: 0 done, 1 a goal missed, 2 bad input, 3 a part is missing, 130 interrupted."""
    # Small matrices, many processes: threads of a BLAS that wait for each other cost ten times what they do. Set
    # before numpy is imported; who knows better names another number.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        code = run(sys.argv[1:] if arguments is None else list(arguments))
        sys.stdout.flush()
    except BrokenPipeError:  # the reader went away (`| head`); nothing is wrong
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command; returns its exit code."""
    words = list(arguments)
    if len(words) > 1 and words[1] == "bench":  # `magnetar X bench …` is an alias of `magnetar bench X …`
        words[:2] = ["bench", words[0]]
    table, path, about = COMMANDS, ["magnetar"], ABOUT
    while True:
        word = words.pop(0) if words else ""
        if word == "--version" and len(path) == 1:
            from magnetar import __version__

            print(__version__)
            return 0
        if DEFAULT in table and word not in table and word not in ("-h", "--help"):
            return _call(path, cast(str, table[DEFAULT][1]), [word, *words])
        if word in ("", "-h", "--help"):
            print(_help(path, about, table))
            return 0 if word else 2
        if word not in table:
            close = difflib.get_close_matches(word, table, 1)
            hint = f" Did you mean {close[0]!r}?" if close else f" Choose one of: {', '.join(table)}."
            sys.stderr.write(f"magnetar: no command {word!r} in {' '.join(path)!r}.{hint}\n")
            return 2
        about, target = table[word]
        path.append(word)
        if isinstance(target, str):
            return _call(path, target, words)
        table = target


def _help(path: list[str], about: str, table: Table) -> str:
    named = {name or "…": entry for name, entry in table.items()}
    width = max(map(len, named)) + 2
    rows = "\n".join(f"  {name:<{width}}{entry[0]}" for name, entry in named.items())
    return f"Usage: {' '.join(path)} COMMAND …\n\n{about}\n\n{rows}\n\nEach command explains itself with --help."


def _call(path: list[str], target: str, words: list[str]) -> int:
    """Import a command's module and run the command."""
    import typer

    from magnetar.kernel.errors import MagnetarError
    from magnetar.kernel.settings import Settings
    from magnetar.surface.session import Session

    def open_platform(settings: Settings) -> Any:
        from magnetar.platform.assemble import assemble

        return assemble(settings)

    module, _, function = target.partition(":")
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command(path[-1])(getattr(importlib.import_module(module), function))
    command = cast(Any, typer.main.get_command(app))
    session = Session(Settings, open_platform)
    try:
        code = command.main(args=words, prog_name=" ".join(path), standalone_mode=False, obj=session) or 0
        if code == INTERRUPTED:
            sys.stderr.write("已中断 · interrupted\n")
        return code
    except MagnetarError as error:
        sys.stderr.write(f"magnetar: {error}\n")
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        sys.stderr.write("已中断 · interrupted\n")
        return INTERRUPTED
    except _usage_error() as error:
        error.show()
        return 2
    finally:
        session.close()


def _usage_error() -> Any:
    """The base of Typer's errors about arguments; Typer itself does not export it."""
    import typer

    return typer.BadParameter.__mro__[2]


if __name__ == "__main__":
    main()
