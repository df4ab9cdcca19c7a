"""Targets held, caps kept, conversions sought, goal by goal. The same as `magnetar bench goals`."""

import sys

from magnetar.cli.main import run

if __name__ == "__main__":
    sys.exit(run(["bench", "goals", *sys.argv[1:]]))
