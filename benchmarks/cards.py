"""Attributes of product cards recovered from texts alone. The same as `magnetar bench cards`.

    python benchmarks/cards.py [--data DIR] [--quick] [--json FILE|-]
    python benchmarks/cards.py --models [--only films,language] [--data DIR] [--quick] [--json FILE|-]

With `--models`: what recognition reads of films that we made, against their scripts, and what a language model adds to
cards; models that are not pulled are named and their rows left out.
"""

import argparse
import sys

from magnetar.app.benches.card_models import bench
from magnetar.app.benches.rows import not_met, shown
from magnetar.cli.main import run
from magnetar.surface.report import write_json


def models() -> int:
    """Measure what is here, print, and end with 1 where a goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--models", action="store_true")
    parser.add_argument("--only", default="films,language")
    parser.add_argument("--data", default="")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", default="", metavar="FILE|-")
    options = parser.parse_args()
    details: list[str] = []

    def say(line: str) -> None:
        details.append(line)
        print(line, file=sys.stderr, flush=True)

    rows, found = bench(options.quick, options.seed, options.data, options.only.split(","), say)
    for one in rows:
        print(" | ".join(shown(one)), flush=True)
    write_json(options.json, "bench cards", {"rows": rows, "details": details, **found}, options.seed)
    return 1 if not_met(rows) else 0


if __name__ == "__main__":
    sys.exit(models() if "--models" in sys.argv else run(["bench", "cards", *sys.argv[1:]]))
