"""`magnetar`: the table of commands, error mapping and exit codes.

The table is static and a command's module is imported when it is called, so that `--help` answers at once.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

Target = tuple[str, str]
Table = dict[str, "Target | tuple[str, Table]"]

COMMANDS: Table = {
    "import": (
        "导入商品或订单 · Import a catalogue or orders",
        {
            "catalogue": ("magnetar.capabilities.catalogue.commands:import_catalogue", "导入商品目录 · Import a product feed"),
            "orders": ("magnetar.capabilities.orders.commands:import_orders", "导入历史订单 · Import an order log"),
        },
    ),
    "catalogue": (
        "商品目录 · The catalogue",
        {"list": ("magnetar.capabilities.catalogue.commands:list_catalogue", "列出商品 · List products")},
    ),
    "twin": (
        "数字孪生 · The digital twin of the market",
        {"calibrate": ("magnetar.twin.commands:calibrate", "用订单日志校准 · Calibrate on an order log")},
    ),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def __init__(self, table: Table, **options: Any) -> None:
        super().__init__(**options)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = self.table.get(cmd_name)
        if entry is None:
            return None
        if isinstance(entry[1], dict):
            return LazyGroup(entry[1], name=cmd_name, help=entry[0])
        return _load(cmd_name, entry[0])

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, entry[0] if isinstance(entry[1], dict) else str(entry[1])) for name, entry in self.table.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _load(name: str, target: str) -> click.Command:
    import typer

    module, _, function = target.partition(":")
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name)(getattr(importlib.import_module(module), function))
    return typer.main.get_command(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit: 0 done, 1 a goal missed, 2 bad input, 3 a part is missing, 130 interrupted."""
    sys.exit(run(sys.argv[1:] if arguments is None else list(arguments)))


def run(arguments: list[str]) -> int:
    """Run one command; returns its exit code."""
    words = list(arguments)
    for place, word in enumerate(words):  # `magnetar X bench …` is an alias of `magnetar bench X …`
        if word == "bench" and place == 1 and words[0] != "bench":
            words[:2] = ["bench", words[0]]
            break
    root = LazyGroup(
        COMMANDS,
        name="magnetar",
        help="Magnetar 磁星: 交出商品目录和预算, 先在数字孪生里预演整个计划, 再放心投放。\n\n"
        "Hand over a catalogue and a budget, watch the whole plan rehearsed in a digital twin of the market, then let it run.",
        params=[click.Option(["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")],
    )
    session = None
    try:
        context_object = None
        if words and not words[0].startswith("-"):
            session = context_object = _session()
        root.main(args=words, prog_name="magnetar", standalone_mode=False, obj=context_object)
        return 0
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        sys.stderr.write("已中断 · interrupted\n")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except Exception as error:
        from magnetar.kernel.errors import MagnetarError

        if not isinstance(error, MagnetarError):
            raise
        sys.stderr.write(f"magnetar: {error}\n")
        return error.exit_code
    finally:
        if session is not None:
            session.close()


def _version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        from magnetar import __version__

        click.echo(__version__)
        context.exit()


def _session() -> Any:
    from magnetar.kernel.settings import Settings
    from magnetar.surface.session import Session

    def open_platform(settings: Settings) -> Any:
        from magnetar.platform.assemble import assemble

        return assemble(settings)

    return Session(Settings, open_platform)


if __name__ == "__main__":
    main()
