"""Attributes of product cards recovered from texts alone. The same as `magnetar bench cards`."""

import sys

from magnetar.cli.main import run

if __name__ == "__main__":
    sys.exit(run(["bench", "cards", *sys.argv[1:]]))
