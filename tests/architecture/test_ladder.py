"""The ladder of imports holds, and a fault against each of its rules is caught."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"


def lint_imports(where: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the package below `where`, with the contracts of this repository."""
    return subprocess.run(
        [sys.executable, "-c", LINT_IMPORTS, "--config", str(where / "pyproject.toml"), "--no-cache", "--no-logo"],
        cwd=where,
        env={**os.environ, "PYTHONPATH": str(where / "src"), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_ladder_holds():
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, with the capabilities that the planted faults need."""
    copy = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    for name in ("catalogue", "campaigns", "ledger", "auction", "autopilot"):
        folder = copy / "src/magnetar/capabilities" / name
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
    return copy


def test_the_copy_without_a_fault_passes(house: Path):
    result = lint_imports(house)
    assert result.returncode == 0, result.stdout + result.stderr


FAULTS = {
    "a word knows how things run": (
        "vocabulary/planted.py",
        "import magnetar.kernel.clock",
        "magnetar.vocabulary.planted -> magnetar.kernel.clock",
    ),
    "the kernel knows an engine": (
        "kernel/planted.py",
        "from magnetar.engines import memory",
        "magnetar.kernel.planted -> magnetar.engines.memory",
    ),
    "an engine knows a capability": (
        "engines/planted.py",
        "import magnetar.capabilities.catalogue",
        "magnetar.engines.planted -> magnetar.capabilities.catalogue",
    ),
    "a capability knows a higher one": (
        "capabilities/catalogue/planted.py",
        "from magnetar.capabilities import autopilot",
        "magnetar.capabilities.catalogue.planted -> magnetar.capabilities.autopilot",
    ),
    "a capability knows a higher one inside a function": (
        "capabilities/campaigns/planted.py",
        "def peek():\n    import magnetar.capabilities.auction",
        "magnetar.capabilities.campaigns.planted -> magnetar.capabilities.auction",
    ),
    "neighbours on one rung know each other": (
        "capabilities/ledger/planted.py",
        "import magnetar.capabilities.auction",
        "magnetar.capabilities.ledger.planted -> magnetar.capabilities.auction",
    ),
    "a capability without a rung": ("capabilities/horoscope/__init__.py", '"""Stars."""', "horoscope"),
    "a folder without a rung": ("utils/__init__.py", '"""Things."""', "utils"),
    "a service knows the web": (
        "capabilities/catalogue/service_planted.py",
        "from fastapi import Depends",
        "magnetar.capabilities.catalogue.service_planted -> fastapi",
    ),
    "a service knows the command line": (
        "capabilities/catalogue/service_planted.py",
        "import typer",
        "magnetar.capabilities.catalogue.service_planted -> typer",
    ),
    "a service writes pages": (
        "capabilities/catalogue/service_planted.py",
        "from jinja2 import Template",
        "magnetar.capabilities.catalogue.service_planted -> jinja2",
    ),
    "a capability peeks at the simulated truth": (
        "capabilities/autopilot/planted.py",
        "import magnetar.twin",
        "magnetar.capabilities.autopilot.planted -> magnetar.twin",
    ),
    "the platform peeks at the simulated truth": (
        "platform/planted.py",
        "import magnetar.twin",
        "magnetar.platform.planted -> magnetar.twin",
    ),
    "the twin knows a face": ("twin/planted.py", "import magnetar.cli.main", "magnetar.twin.planted -> magnetar.cli"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_caught(fault: str, house: Path):
    place, code, complaint = FAULTS[fault]
    planted = house / "src/magnetar" / place
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(code + "\n")
    try:
        result = lint_imports(house)
    finally:
        planted.unlink()
        if planted.name == "__init__.py":
            planted.parent.rmdir()
    assert result.returncode == 1
    assert complaint in result.stdout


BANNED = {
    "from datetime import datetime\n\nNOW = datetime.now()\n": "Time is a port",
    "import datetime\n\nNOW = datetime.datetime.utcnow()\n": "Time is a port",
    "from datetime import date\n\nTODAY = date.today()\n": "Time is a port",
    "import time\n\nNOW = time.time()\n": "Time is a port",
    "from time import time\n\nNOW = time()\n": "Time is a port",
    "import random\n\nDRAW = random.random()\n": "Chance is a port",
    "import numpy as np\n\nDRAWS = np.random.default_rng(7)\n": "Chance is a port",
    "from numpy.random import default_rng\n\nDRAWS = default_rng(7)\n": "Chance is a port",
    "import numpy as np\n\nDRAW = np.random.random()\n": "Chance is a port",
    "import litellm\n\nlitellm.drop_params = True\n": "OpenAI-compatible endpoint",
}


def ruff(code: str, name: str) -> subprocess.CompletedProcess[str]:
    """Lint a piece of code as though it stood in a file of this repository."""
    return subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--stdin-filename", name, "-"],
        cwd=ROOT,
        input=code,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("code", BANNED)
def test_the_package_draws_no_time_and_no_chance_of_its_own(code: str):
    result = ruff(code, "src/magnetar/kernel/planted.py")
    assert result.returncode == 1
    assert "TID251" in result.stdout
    assert BANNED[code] in result.stdout


def test_a_test_may_use_chance():
    result = ruff("import numpy as np\n\nDRAWS = np.random.default_rng(7)\n", "tests/planted.py")
    assert result.returncode == 0, result.stdout
