"""Count the rows of docs/systems.md by family and state, and write the table into the README.

python docs/make_systems_table.py            write the table
python docs/make_systems_table.py --check    exit 1 where the README's table differs from the page
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "systems.md"
READMES = [ROOT / "README.md", ROOT / "README.zh.md"]
STATES = ("done", "partly", "todo")
START, END = "<!-- systems: start -->", "<!-- systems: end -->"


@dataclass(frozen=True, slots=True)
class Row:
    """One system: its family, name, what it does here, state, what is missing, claim and figure."""

    family: str
    name: str
    does: str
    state: str
    missing: str
    claim: str
    figure: str

    @property
    def measured(self) -> bool:
        """A figure, or a reason why there is none, stands in the last column."""
        words = re.sub(r"<!--.*?-->|`[^`]*`", "", self.figure).strip(" —")
        return bool(words)


def read(text: str) -> list[Row]:
    """The rows of the page, in order.

    >>> read("## 1.4 Live\\n| A | does | `partly`: more | none | 3 s |")[0].missing
    'more'

    Raises:
        ValueError: a row has another number of columns, or its state has no form that we know.
    """
    rows: list[Row] = []
    family = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("## "):
            family = line.removeprefix("## ").split(" ", 1)[1]
        if not line.startswith("|") or line.startswith(("|---", "| 名称 ")):
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) != 5:
            raise ValueError(f"line {number}: a row has five columns, found {len(cells)}")
        state = re.fullmatch(r"`(\w+)`(?:: (.+))?", cells[2])
        if state is None:
            raise ValueError(
                f"line {number}: a state is `done`, `partly`: what is missing, or `todo`, found {cells[2]!r}"
            )
        rows.append(Row(family, cells[0], cells[1], state[1], state[2] or "", cells[3], cells[4]))
    return rows


def table(rows: list[Row]) -> str:
    """The README's table: a family per line with its counts, and the sum."""
    families = list(dict.fromkeys(row.family for row in rows))
    lines = ["| 系统族 · Family | done | partly | todo |", "|---|--:|--:|--:|"]
    for family in families:
        counts = [sum(row.family == family and row.state == state for row in rows) for state in STATES]
        lines.append(f"| {family} | {' | '.join(map(str, counts))} |")
    sums = [sum(row.state == state for row in rows) for state in STATES]
    lines.append(f"| **合计 · All {len(rows)}** | {' | '.join(f'**{count}**' for count in sums)} |")
    return "\n".join(lines)


def renewed(text: str, rows: list[Row]) -> str:
    """A README with the table between its two markers as the rows say."""
    if START not in text or END not in text:
        raise ValueError(f"the README needs the lines {START} and {END}")
    before, after = text.split(START, 1)[0], text.split(END, 1)[1]
    return f"{before}{START}\n{table(rows)}\n{END}{after}"


def main(arguments: list[str]) -> int:
    rows = read(PAGE.read_text(encoding="utf-8"))
    for path in READMES:
        if not path.exists():
            continue
        text = path.read_text(encoding="utf-8")
        if (new := renewed(text, rows)) == text:
            continue
        if "--check" in arguments:
            sys.stderr.write(f"{path.name} does not agree with docs/systems.md. Run: make systems\n")
            return 1
        path.write_text(new, encoding="utf-8")
        print(f"wrote the table in {path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
