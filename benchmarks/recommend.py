"""Recommenders and their baselines on a file of histories. The same as `magnetar bench recommend`."""

import sys

from magnetar.cli.main import run

if __name__ == "__main__":
    sys.exit(run(["bench", "recommend", *sys.argv[1:]]))
