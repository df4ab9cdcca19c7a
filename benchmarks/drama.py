"""A short drama from its script: coverage, sync, ducking, defects, and the forecast beside what it cost.

    python benchmarks/drama.py [--quick] [--json FILE|-] [--script FILE]

Scripts are those of `examples/drama`; `--quick` makes one of them at 360 pixels across, otherwise both at 1080.
  rewritten  letters of the script that the films' manifests do not show as written, of all its told letters
  sync       the measured offset of sound to its outline in the decoded film, the largest of all four-second windows
  ducking    the place's sound while nobody speaks against while somebody does, dB, the least of all episodes
  forecast   of money, with a supplier of clips that charges by the second (a stand-in, 180 pixels across); of CPU,
             from the probe; the baseline is the forecast without listening: letters at reading pace
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from magnetar.app.benches.rows import conditions, not_met, row, shown
from magnetar.capabilities.creative.drama.board import seconds_of
from magnetar.capabilities.creative.drama.dramas import Wanted, check_drama, make_drama, plan_drama
from magnetar.capabilities.creative.drama.making import cpu
from magnetar.capabilities.creative.judging.evidence import outlined
from magnetar.capabilities.creative.judging.media import read_media
from magnetar.capabilities.creative.judging.sync import shift
from magnetar.capabilities.creative.loudness import RATE
from magnetar.capabilities.generation import Cost, FilmWanted, Made, Matrix
from magnetar.capabilities.measurement import Interval
from magnetar.kernel.settings import Settings
from magnetar.surface.report import progress, write_json

SCRIPTS = Path(__file__).resolve().parents[1] / "examples" / "drama"
SYNC_MS, DUCK_DB, MONEY = 20.0, 12.0, 0.05
PRICE = 0.5


class Paid:
    """A supplier of clips that charges for each second asked for, and makes small moving stills."""

    name = "paid"

    def make(self, wanted: FilmWanted, out: Path, progress: Any = None) -> Made:
        from magnetar.capabilities.generation.providers.moving import Moving

        made = Moving().make(replace(wanted, more={"short_side": 180}), out)
        return replace(made, provider=self.name, cost=Cost(micros=round(wanted.seconds * PRICE * 1e6)))


def one(value: float, n: int = 1) -> Interval:
    return Interval(value, float("nan"), float("nan"), n)


def offset_ms(film: Path) -> float:
    """The largest offset of the decoded sound to its outline."""
    told = outlined(json.loads(film.with_suffix(".json").read_text(encoding="utf-8"))["sound"]["outline"])
    heard = read_media(film, False).heard
    assert heard is not None
    starts = range(0, max(1, len(told) - 400), 400)
    return max(
        abs(1000 * shift(heard.sound, told[start : start + 400], start, round(heard.start_s * RATE))[0])
        for start in starts
    )


def ducking_db(planned: Any, episode: int) -> float:
    """The place's sound outside of words against within them, from the parts before they are joined."""
    from magnetar.capabilities.creative.drama.sound import Heard, Stretch, mix
    from magnetar.kernel.chance import Chance

    board = next(board for board in planned.boards if board.episode == episode)
    fps, at, lines = planned.production.sheet.fps, 0, []
    for shot in board.shots:
        timed = planned.timed[shot.id]
        if timed.said:
            lines.append(Heard((at + timed.start) / fps, timed.said, 0.0))
        at += timed.frames
    mixed = mix(lines, [Stretch(0.0, at / fps, "street", "rain")], at * RATE // fps, Chance(0).of("bench"))
    spoken = np.zeros(at * RATE // fps, bool)
    for line in lines:
        spoken[round(line.start_s * RATE) : round(line.start_s * RATE) + len(line.said.samples)] = True
    free = mixed.stems.duck > 0.999
    power = (mixed.stems.clip.astype(np.float64) ** 2).mean(axis=0)
    return float(10 * np.log10(power[free].mean() / power[spoken].mean()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--script", type=Path)
    parser.add_argument("--json", default="")
    asked = parser.parse_args()
    scripts = [asked.script] if asked.script else sorted(SCRIPTS.glob("*.md"))
    if asked.quick:
        scripts = scripts[:1]
    width = 360 if asked.quick else 1080
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        for script in scripts:
            home, out = Path(name) / script.stem, Path(name) / f"{script.stem}-out"
            settings = Settings(home=home)
            began = cpu()
            wanted = Wanted(script, out, width=width, promos=2, checks="keys", rights="bench")
            planned = plan_drama(wanted, Matrix(settings), home, "demo", (), progress)
            made = make_drama(wanted, planned, progress)
            used = cpu() - began
            told, wrong = check_drama(script, out, full=False)
            films = [*made["episodes"], *made["promos"]]
            n = len(films)
            rows.append(
                row(f"{script.stem}: lines told", "of 1", one(told["covered"] / told["lines"], told["lines"]), goal=1.0)
            )
            rows.append(
                row(
                    f"{script.stem}: complaints, lines rewritten included",
                    "count",
                    one(float(len(wrong)), told["lines"]),
                    goal=0.0,
                    met=not wrong,
                    at_most=True,
                )
            )
            late = max(offset_ms(Path(film["file"])) for film in films)
            rows.append(
                row(
                    f"{script.stem}: sound to picture, worst",
                    "ms",
                    one(late, n),
                    goal=SYNC_MS,
                    met=late <= SYNC_MS,
                    at_most=True,
                )
            )
            faults = sum(len(film["defects"]) for film in films)
            rows.append(
                row(f"{script.stem}: defects", "count", one(float(faults), n), goal=0.0, met=faults == 0, at_most=True)
            )
            if planned.production.speaker:
                duck = min(ducking_db(planned, board.episode) for board in planned.boards)
                rows.append(
                    row(
                        f"{script.stem}: the place gives way to voices",
                        "dB",
                        one(duck, len(planned.boards)),
                        goal=DUCK_DB,
                    )
                )
            cost = made["cost"]
            rows.append(
                row(
                    f"{script.stem}: CPU a second of film",
                    "CPU s",
                    one(cost["cpu_seconds"] / cost["film_seconds"], n),
                    baseline=("with plan and checks", used / cost["film_seconds"]),
                )
            )
            rows.append(
                row(f"{script.stem}: CPU forecast off by", "share", one(cost["error"]["cpu_seconds"] or 0.0, n))
            )
            rows.append(money_row(script, Path(name) / f"{script.stem}-paid"))
    for one_row in rows:
        progress("  ".join(shown(one_row)))
    missed = not_met(rows)
    write_json(
        asked.json,
        "bench drama",
        {"rows": rows, "conditions": conditions(scripts, width=width), "passed": not missed},
        0,
    )
    return 1 if missed else 0


def money_row(script: Path, folder: Path) -> dict[str, Any]:
    """The forecast of money beside what the supplier charged."""
    settings = Settings(home=folder / "home")
    wanted = Wanted(script, folder / "out", width=252, fps=10, promos=0, checks="none", clip_price=PRICE)
    matrix = Matrix(settings)
    matrix.__dict__["video"] = Paid()
    planned = plan_drama(wanted, matrix, settings.home, "demo", (), lambda _: None)
    blind = sum(
        PRICE * planned.production.pictures.bought_seconds(seconds_of(shot.cue.kind, shot.cue.text, planned.script.language))
        for board in planned.boards for shot in board.shots if shot.cue and shot.kind != "card"
    )  # fmt: skip
    was = make_drama(wanted, planned, lambda _: None)["cost"]["money"]
    off = planned.forecast["money"] / was - 1
    return row(
        f"{script.stem}: money forecast off by",
        "share",
        one(off, 1),
        baseline=("at reading pace", blind / was - 1),
        goal=MONEY,
        met=abs(off) <= MONEY,
        at_most=True,
    )


if __name__ == "__main__":
    sys.exit(main())
