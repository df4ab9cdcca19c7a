"""Every command that `magnetar --help` lists exists and is explained in both languages."""

import importlib
import re
from collections.abc import Iterator

import pytest

from magnetar.cli.main import COMMANDS, Table, run


def commands(table: Table, *path: str) -> Iterator[tuple[str, str, str | None]]:
    """Name, help and target of each command and group, groups without a target."""
    for name, (text, target) in table.items():
        here = (*path, name)
        yield " ".join(here), text, target if isinstance(target, str) else None
        if not isinstance(target, str):
            yield from commands(target, *here)


EVERY = list(commands(COMMANDS))


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, text, _ in EVERY])
def test_a_command_is_explained_in_chinese_and_english(name: str, text: str):
    chinese, dot, english = text.partition(" · ")
    assert dot, f"{name}: help reads '中文 · English', found {text!r}"
    assert re.search(r"[\u4e00-\u9fff]", chinese)
    assert re.search(r"[A-Za-z]", english)


@pytest.mark.parametrize(("name", "target"), [(name, target) for name, _, target in EVERY if target])
def test_a_command_has_a_function(name: str, target: str):
    module, colon, function = target.partition(":")
    assert colon, f"{name}: a target reads 'module:function', found {target!r}"
    assert callable(getattr(importlib.import_module(module), function))


@pytest.mark.parametrize(("name", "target"), [(name, target) for name, _, target in EVERY if target])
def test_a_command_explains_itself(name: str, target: str, capsys: pytest.CaptureFixture[str]):
    assert run([*name.split(), "--help"]) == 0
    assert "Usage" in capsys.readouterr().out


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]):
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in COMMANDS)


def test_an_unknown_command_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]):
    assert run(["catalog"]) == 2
    assert "Did you mean 'catalogue'?" in capsys.readouterr().err
