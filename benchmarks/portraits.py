"""Portraits and look-alikes, by a split in time and in the twin. The same as `magnetar bench portraits`."""

import sys

from magnetar.cli.main import run

if __name__ == "__main__":
    sys.exit(run(["bench", "portraits", *sys.argv[1:]]))
