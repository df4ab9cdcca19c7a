"""The creative agent's ear: how much of what merchants say plainly it understands, and how often it does what was not said.

`python benchmarks/agent.py [--split held|tune|fresh|again] [--model] [--quick] [--show] [--json FILE|-]`. The rows of
`agent_requests.tsv` were written before the rules were tuned, by the hand that tuned them; the split is by their hash.
Those of `agent_requests_fresh.tsv` were written after the rules were frozen, in other turns of speech;
those of `agent_requests_again.tsv` after the examples were frozen by which commands are offered where no rule understands. A request is understood where
exactly what it means is heard: a part too few or too many counts as a miss. The baseline are the rules as they stood at
`BEFORE`, run from the repository's history where that is at hand, else their recorded answers.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import re
import subprocess
import sys
import time
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from magnetar.app.benches.rows import conditions, not_met, row, shown
from magnetar.capabilities.measurement import Interval
from magnetar.surface.report import progress, write_json

FILE = Path(__file__).with_name("agent_requests.tsv")
FRESH = Path(__file__).with_name("agent_requests_fresh.tsv")
AGAIN = Path(__file__).with_name("agent_requests_again.tsv")
FILES = {"held": FILE, "tune": FILE, "fresh": FRESH, "again": AGAIN}
BEFORE = "8036432"
PLACE = "src/magnetar/capabilities/creative/agent"
RECORDED = {"": 0.293, "zh": 0.281, "en": 0.320, "wrong": 0.134}
"""What the rules before reached on the held rows, for where the history is not at hand."""
GOAL, MOST_WRONG = 0.80, 0.05
Ear = Callable[[str], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Request:
    """Something that a merchant says, and what it means."""

    said: str
    meant: tuple[str, ...]

    @property
    def tune(self) -> bool:
        return hashlib.sha256(self.said.encode()).digest()[0] % 3 == 0

    @property
    def language(self) -> str:
        return "zh" if re.search(r"[\u3400-\u9fff]", self.said) else "en"


def requests(file: Path = FILE) -> list[Request]:
    """Every row of a file."""
    rows = [line.split("\t") for line in file.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return [Request(said, tuple(part.strip() for part in meant.split(";"))) for said, meant in rows]


def acts(wishes: Sequence[Any]) -> list[str]:
    """What an ear's wishes come to, in the file's words; what is only held or agreed with is left out."""
    found: list[str] = []
    for wish in wishes:
        kind, field, value = wish.kind, wish.field, wish.value
        if kind == "brief" and field == "tone":
            found.append({"lively": "style=playful", "warm": "style=warm"}.get(value, f"tone={value}"))
        elif kind == "style":
            found.append(f"style={value}")
        elif kind == "brief":
            name = {"must_say": "must", "must_not_say": "mustnot", "length_s": "length"}.get(field, field)
            found.append(f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}")
        elif kind == "audiences":
            found.append("audiences=" + "|".join(value))
        elif kind == "price":
            found.append(f"price={'first' if value else 'last'}")
        elif kind == "direction" and field in ("text_scale", "speed"):
            found.append(f"{'text' if field == 'text_scale' else 'speed'}{'+' if value > 1 else '-'}")
        elif kind == "direction":
            plain = {"tune": "music", "none": "voice=off", "": "voice=on"}
            found.append(
                plain["tune"] if field == "tune" else plain[value] if field == "voice" and value in plain
                else f"{field}={ {True: 'on', False: 'off'}.get(value, value) if isinstance(value, bool) else value}"
            )  # fmt: skip
        elif kind == "longer":
            found.append("length+" if value > 1 else "length-")
        elif kind == "scene":
            numbers = [str(one) for one in value if isinstance(one, int)]
            found.append(f"{field}={','.join(numbers)}")
        elif kind in ("cost", "help", "cases"):
            found.append(f"ask={kind}")
        elif kind == "cannot" and field == "count":
            found.append(f"count={value}")
        elif kind == "cannot":
            found.append(f"cannot={field}")
        elif kind == "held":
            found += ["hold=publish"] if field == "publish" else []
        elif kind in ("ask", "choose", "count"):
            found.append(f"{kind}={field or value}")
        elif kind in ("undo", "redo", "more", "publish", "make"):
            found.append(kind)
    return found


def fits(act: str, meant: str) -> bool:
    """Whether something heard is what was meant."""
    for one in meant.split("/"):
        name, mark, held = one.partition("~")
        if not mark:
            if act == one:
                return True
            continue
        heard, _, value = act.partition("=")
        parts = value.lower().split("|")
        wanted = held.lower().split("|")
        if heard == name and len(parts) >= len(wanted) and all(
            all(word in part for word in want.split(",")) for want, part in zip(wanted, parts, strict=False)
        ):  # fmt: skip
            return True
    return False


def judged(request: Request, heard: Sequence[str]) -> str:
    """understood, partly, nothing, or wrong: something was heard that was not meant."""
    free = any(one.startswith(("count", "audiences", "more")) for one in request.meant) or "make" in request.meant
    heard = [one for one in heard if one != "make" or not (free or len(heard) > 1)]
    if any(not any(fits(act, meant) for meant in request.meant) for act in heard):
        return "wrong"
    met = [any(fits(act, meant) for act in heard) for meant in request.meant]
    return "understood" if all(met) else "partly" if any(met) else "nothing"


def interval(hits: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's interval of a share (Wilson 1927)."""
    if not of:
        return 0.0, 1.0
    share, size = hits / of, z * z / of
    middle = (share + size / 2) / (1 + size)
    half = z * math.sqrt(share * (1 - share) / of + size / (4 * of)) / (1 + size)
    return middle - half, middle + half


def earlier() -> Ear | None:
    """The rules as they were, from the repository's history; None without it."""
    held: dict[str, types.ModuleType] = {}
    for name in ("denying", "wishes"):
        done = subprocess.run(
            ["git", "show", f"{BEFORE}:{PLACE}/{name}.py"],
            capture_output=True,
            text=True,
            cwd=FILE.parents[1],
            check=False,
        )
        if done.returncode:
            return None
        held[name] = types.ModuleType(f"agent_{name}_before")
        sys.modules[held[name].__name__] = held[name]
        text = done.stdout.replace("magnetar.capabilities.creative.agent.denying", "agent_denying_before")
        exec(compile(text, f"{name}.py of {BEFORE}", "exec"), held[name].__dict__)
    return lambda said: held["wishes"].settle(held["wishes"].read_wishes(said)[0])[0]


def now(model: Any = None) -> Ear:
    """The rules as they are; a language model rewords what they do not understand."""
    from magnetar.capabilities.creative.agent.wishes import read_wishes, settle

    def heard(said: str) -> Sequence[Any]:
        wishes, left = read_wishes(said)
        if not wishes and left and model is not None:
            for one in model(said):
                wishes = [*wishes, *read_wishes(one)[0]]
        return settle(wishes)[0]

    return heard


def rewording() -> Any:
    """The agent's own rewording by the small model; None where none is pulled."""
    from magnetar.capabilities.creative.agent.service import reworded
    from magnetar.capabilities.generation import Matrix
    from magnetar.kernel.settings import Settings

    language = Matrix(Settings()).language
    return None if language is None else lambda said: reworded(language, said)


def offered_rows(chosen: Sequence[Request], ear: Ear, split: str) -> list[dict[str, Any]]:
    """How often what was meant is among the commands offered, where the rules hear nothing; nothing without an embedder."""
    from magnetar.capabilities.creative.agent.nearness import EXAMPLES, OFFERED, offers
    from magnetar.capabilities.creative.agent.service import KNOWING
    from magnetar.capabilities.generation import Matrix
    from magnetar.kernel.settings import Settings

    lost = [one for one in chosen if judged(one, acts(ear(one.said))) == "nothing"]
    embedder = Matrix(Settings()).embedder
    if embedder is None or embedder.name not in KNOWING or not lost:
        progress("没有向量模型或没有漏听 no embedder that knows meanings, or nothing was lost: no offers are measured")
        return []
    listed = [offers(embedder, one.said) for one in lost]
    first, any_of = (
        ["understood" if any(judged(one, acts(ear(command))) == "understood" for command in row[:most]) else "" for one, row in zip(lost, listed, strict=True)]
        for most in (1, OFFERED)
    )  # fmt: skip
    chance = OFFERED / len({command for command, _ in EXAMPLES})
    found = [
        row(f"offers: {split} requests that no rule hears, meant by the first", "of 1", _counted(first, "understood"), baseline=("one at random", chance / OFFERED)),
        row(f"offers: by one of {OFFERED}", "of 1", _counted(any_of, "understood"), baseline=(f"{OFFERED} at random", chance)),
    ]  # fmt: skip
    heard = sum(judged(one, acts(ear(one.said))) == "understood" for one in chosen)
    low, high = interval(heard + any_of.count("understood"), len(chosen))
    total = Interval((heard + any_of.count("understood")) / len(chosen), low, high, len(chosen))
    return [
        *found,
        row(
            f"{split} requests understood at once or after one more word",
            "of 1",
            total,
            baseline=("at once", heard / len(chosen)),
        ),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", default="held", choices=tuple(FILES))
    parser.add_argument("--model", action="store_true", help="also with the small language model, where one is pulled")
    parser.add_argument("--show", action="store_true", help="print what was missed (never for the held rows)")
    parser.add_argument("--quick", action="store_true", help="the same; it takes seconds")
    parser.add_argument("--json", default="", metavar="FILE|-")
    given = parser.parse_args()
    file = FILES[given.split]
    chosen = [one for one in requests(file) if file is not FILE or one.tune == (given.split == "tune")]
    ears: dict[str, Ear] = {"rules": now()}
    if given.model and (model := rewording()) is not None:
        ears["rules and model"] = now(model)
    before = earlier()
    if before is None:
        progress("没有历史 no history of the repository here: the baseline is what was recorded")
    old = [judged(one, acts(before(one.said))) for one in chosen] if before else None
    rows: list[dict[str, Any]] = []
    for name, ear in ears.items():
        began = time.process_time()
        verdicts = [judged(one, acts(ear(one.said))) for one in chosen]
        spent = 1000 * (time.process_time() - began) / len(chosen)
        for language in ("", "zh", "en"):
            place = [n for n, one in enumerate(chosen) if language in ("", one.language)]
            goal = GOAL if not language and given.split == "held" else None
            base = (
                _share([old[n] for n in place], "understood")
                if old
                else RECORDED.get(language)
                if given.split == "held"
                else None
            )
            found = _counted([verdicts[n] for n in place], "understood")
            rows.append(
                row(f"{name}: {given.split} requests {language or 'zh and en'} understood", "of 1", found, baseline=("rules before", base), goal=goal)
            )  # fmt: skip
        wrong = _counted(verdicts, "wrong")
        rows.append(
            row(
                f"{name}: something is heard that was not meant", "of 1", wrong, baseline=("rules before", _share(old, "wrong") if old else RECORDED["wrong"] if given.split == "held" else None),
                goal=MOST_WRONG if given.split == "held" else None, met=wrong.mean <= MOST_WRONG if given.split == "held" else None, at_most=True,
            )
        )  # fmt: skip
        rows.append(row(f"{name}: for a request", "CPU ms", Interval(spent, spent, spent, len(chosen))))
        if given.show and given.split == "tune":
            for one, verdict in zip(chosen, verdicts, strict=True):
                if verdict != "understood":
                    progress(f"{verdict:10} {one.said}  meant {'; '.join(one.meant)}, heard {acts(ear(one.said))}")
    rows += offered_rows(chosen, ears["rules"], given.split)
    for one_row in rows:
        progress("  ".join(shown(one_row)))
    missed = not_met(rows)
    told = {"rows": rows, "conditions": conditions([file], split=given.split), "passed": not missed}
    write_json(given.json, "bench agent", told, 0)
    return 1 if missed else 0


def _counted(verdicts: Sequence[str], which: str) -> Interval:
    low, high = interval(verdicts.count(which), len(verdicts))
    return Interval(_share(verdicts, which), low, high, len(verdicts))


def _share(verdicts: Sequence[str], which: str) -> float:
    return verdicts.count(which) / max(1, len(verdicts))


if __name__ == "__main__":
    sys.exit(main())
