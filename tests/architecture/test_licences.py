"""docs/licences.md names what is installed, and what is installed is permissive where the page says so."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PAGE = (ROOT / "docs" / "licences.md").read_text()
PERMISSIVE = re.compile(r"MIT|BSD|Apache|PSF|ISC|0BSD|Zlib|HPND|Python Software Foundation|Mozilla|MPL", re.IGNORECASE)
COPYLEFT = re.compile(r"\bA?GPL|GNU (Affero )?General Public", re.IGNORECASE)


def named(requirement: str) -> str:
    return re.split(r"[\[<>=;! ]", requirement)[0].lower().replace("_", "-")


DEFAULT = sorted({named(one) for one in PROJECT["dependencies"]})
EXTRAS = sorted({named(one) for group in PROJECT["optional-dependencies"].values() for one in group})


@pytest.mark.parametrize("package", [*DEFAULT, *EXTRAS])
def test_every_dependency_stands_on_the_page(package: str):
    assert re.search(rf"(?<![\w-]){re.escape(package)}(?![\w-])", PAGE), f"docs/licences.md does not name {package}"


@pytest.mark.parametrize("package", DEFAULT)
def test_every_default_dependency_declares_a_permissive_licence(package: str):
    try:
        told = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        pytest.skip(f"{package} is not installed on this system")
    fields = [told.get("License-Expression") or "", *(told.get("License") or "").splitlines()[:1]]
    declared = " ".join([*fields, *(one for one in told.get_all("Classifier") or [] if one.startswith("License"))])
    assert PERMISSIVE.search(declared) or "Copyright" in declared, f"{package} declares {declared!r}"
    assert not COPYLEFT.search(declared), f"{package} declares {declared!r}"
