"""Ports: chosen by name, imported when chosen, errors that say what to do."""

import sys
from pathlib import Path

import pytest

from magnetar.kernel.errors import ProviderUnavailable, UnknownProvider
from magnetar.kernel.ports import Port

SHAPES = Port[dict[str, int]](
    "shapes", {"plain": "builtins:dict", "remote": "shapes_of_others:Remote"}, default="plain", extra="shapes"
)


def test_the_chosen_provider_is_made_with_what_it_needs():
    assert SHAPES.make() == {}
    assert SHAPES.make("plain", a=1) == {"a": 1}


def test_an_unknown_provider_lists_the_known_ones():
    with pytest.raises(UnknownProvider, match=r"No provider 'imovie' for 'shapes'\. Choose one of: plain, remote\."):
        SHAPES.make("imovie")


def test_a_missing_package_says_how_to_install_it():
    with pytest.raises(
        ProviderUnavailable, match=r"needs 'shapes_of_others'.*pip install 'magnetar\[shapes\]'"
    ) as raised:
        SHAPES.make("remote")
    assert raised.value.exit_code == 3


def test_our_own_broken_import_is_not_called_a_missing_package():
    with pytest.raises(ModuleNotFoundError):
        Port[object]("shapes", {"ours": "magnetar.no_such_module:X"}, default="ours").make()


def test_nothing_is_imported_before_it_is_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "late_shapes.py").write_text("class Late: pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    port = Port[object]("shapes", {"late": "late_shapes:Late"}, default="late")
    port.choices()
    assert "late_shapes" not in sys.modules
    assert type(port.make()).__name__ == "Late"


def test_third_parties_join_by_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    info = tmp_path / "others-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: others\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[magnetar.shapes]\nround = collections:OrderedDict\nplain = collections:Counter\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert list(SHAPES.choices()) == ["plain", "remote", "round"]
    assert SHAPES.choices()["plain"] == "builtins:dict"  # ours is not replaced
    assert SHAPES.make("round", a=1) == {"a": 1}
