"""A capability is a slice: explained, entered through its package, with the frameworks in its face files only."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "magnetar"
CAPABILITIES = sorted(path.parent for path in (PACKAGE / "capabilities").glob("*/__init__.py"))
FACES = {"commands.py", "routes.py", "pages.py"}
FRAMEWORKS = {"typer", "click", "rich", "fastapi", "starlette", "jinja2"}
HEAVY = {"numpy", "numba", "scipy", "sqlalchemy", "alembic", "duckdb", "pydantic", "typer", "rich", "fastapi", "jinja2"}


def imports(path: Path) -> Iterator[str]:
    """Every absolute name that a file imports, `from a import b` as `a.b`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def is_module(name: str) -> bool:
    """Whether a dotted name is a module or package of ours, rather than something inside one."""
    path = PACKAGE.parent.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


@pytest.mark.parametrize("folder", CAPABILITIES, ids=lambda folder: folder.name)
def test_a_capability_says_what_it_can_do(folder: Path):
    docstring = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
    assert docstring, f"{folder.name}/__init__.py needs a docstring of one sentence"


@pytest.mark.parametrize("folder", CAPABILITIES, ids=lambda folder: folder.name)
def test_only_face_files_import_a_framework(folder: Path):
    found = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in sorted(folder.rglob("*.py"))
        if path.name not in FACES
        for name in imports(path)
        if name.split(".")[0] in FRAMEWORKS
    ]
    assert not found


@pytest.mark.parametrize("folder", CAPABILITIES, ids=lambda folder: folder.name)
def test_a_capability_enters_another_through_its_package(folder: Path):
    found = []
    for path in sorted(folder.rglob("*.py")):
        for name in imports(path):
            words = name.split(".")
            inside = words[:2] == ["magnetar", "capabilities"] and len(words) > 3 and words[2] != folder.name
            if inside and is_module(".".join(words[:4])):
                found.append(f"{path.relative_to(PACKAGE)} imports {name}; import it from {'.'.join(words[:3])}")
    assert not found


@pytest.mark.parametrize("folder", CAPABILITIES, ids=lambda folder: folder.name)
def test_a_capability_has_the_file_names_of_every_other(folder: Path):
    vague = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py", "manager.py", "models.py", "base.py"}
    assert not {path.name for path in folder.rglob("*.py")} & vague


def loaded(module: str) -> set[str]:
    """The heavy packages that a fresh interpreter holds after one import."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return HEAVY & set(done.stdout.split())


def test_the_command_line_starts_light():
    assert not loaded("magnetar.cli.main")


@pytest.mark.parametrize("folder", CAPABILITIES, ids=lambda folder: folder.name)
def test_a_package_is_named_without_its_weight(folder: Path):
    assert not loaded(f"magnetar.capabilities.{folder.name}")


@pytest.mark.parametrize(
    "name", ["app", "cli", "engines", "kernel", "platform", "surface", "twin", "vocabulary", "web"]
)
def test_a_rung_is_named_without_its_weight(name: str):
    assert not loaded(f"magnetar.{name}")


def test_the_words_need_the_standard_library_and_msgspec_only():
    allowed = {*sys.stdlib_module_names, "msgspec", "magnetar"}
    found = [
        f"{path.name} imports {name}"
        for path in sorted((PACKAGE / "vocabulary").rglob("*.py"))
        for name in imports(path)
        if name.split(".")[0] not in allowed
    ]
    assert not found
