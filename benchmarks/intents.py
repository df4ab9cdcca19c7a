"""Complements, intentions and paths of the intent graph against nearest neighbours. The same as `magnetar bench intents`."""

import sys

from magnetar.cli.main import run

if __name__ == "__main__":
    sys.exit(run(["bench", "intents", *sys.argv[1:]]))
