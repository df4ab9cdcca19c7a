"""Forecasts of a twin fitted to a platform's log alone, against what then came. The same as `magnetar twin certify`."""

import sys

from magnetar.cli.main import run

if __name__ == "__main__":
    sys.exit(run(["twin", "certify", *sys.argv[1:]]))
