"""Bias and coverage of the experiment estimators in worlds with known truth. The same as `magnetar bench estimators`."""

import sys

from magnetar.cli.main import run

if __name__ == "__main__":
    sys.exit(run(["bench", "estimators", *sys.argv[1:]]))
