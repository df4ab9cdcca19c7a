"""Auctions per CPU-second in market mode. The same as `magnetar bench kernel`."""

import sys

from magnetar.cli.main import run

if __name__ == "__main__":
    sys.exit(run(["bench", "kernel", *sys.argv[1:]]))
