"""What we write for people is true to the repository: links lead somewhere, generated pages are fresh, versions agree."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md", "benchmarks/**/*.md", "tests/**/*.md")
    for path in ROOT.glob(pattern)
)


def links(text: str) -> list[str]:
    """Targets of Markdown links and pictures, code left out."""
    prose = re.sub(r"`[^`\n]*`", "", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return [found[0] or found[1] for found in re.findall(r"\]\(<?([^)\s>]+)>?[^)]*\)|(?:src|href)=\"([^\"]+)\"", prose)]


def anchors(text: str) -> set[str]:
    """The anchors that a page's headings make."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_no_link_is_dead(page: str):
    dead = []
    text = (ROOT / page).read_text(encoding="utf-8")
    for link in links(text):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = (ROOT / page).parent / name if name else ROOT / page
        if not target.exists() or (
            anchor and target.suffix == ".md" and anchor not in anchors(target.read_text(encoding="utf-8"))
        ):
            dead.append(link)
    assert not dead


def test_the_glossary_says_what_the_docstrings_say():
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs/make_glossary.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_decision_is_in_the_index():
    index = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
    pages = [path.name for path in (ROOT / "docs/decisions").glob("[0-9]*.md")]
    assert [name for name in sorted(pages) if f"({name})" not in index] == []


def test_decisions_are_numbered_once():
    numbers = [path.name[:4] for path in (ROOT / "docs/decisions").glob("[0-9]*.md")]
    assert len(numbers) == len(set(numbers))


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pinned() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [tuple(line.split("==")) for line in lines if line and not line.startswith("#")]
    return dict(pairs)


def test_every_default_and_development_dependency_is_pinned_within_its_range():
    wanted = [Requirement(line) for line in project()["dependencies"] + project()["optional-dependencies"]["dev"]]
    versions = pinned()
    assert [str(need) for need in wanted if canonicalize_name(need.name) not in versions] == []
    assert [str(need) for need in wanted if not need.specifier.contains(versions[canonicalize_name(need.name)])] == []


def test_the_readme_opens_with_the_two_commands():
    for name in ("README.md", "README.zh.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        first_block = text.split("```")[1]
        assert re.findall(r"^make \w+", first_block, flags=re.MULTILINE) == ["make demo", "make test"]


def test_the_makefile_offers_what_the_pages_name():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    for page in PAGES:
        named = re.findall(r"`make ([a-z]+)", (ROOT / page).read_text(encoding="utf-8"))
        assert set(named) <= targets, page


def test_the_version_is_said_once():
    from magnetar import __version__

    assert project()["version"] == __version__


def test_the_licence_is_whole():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.lstrip().startswith("Apache License\n")
    assert "END OF TERMS AND CONDITIONS" in text
    assert project()["license"] == "Apache-2.0"
