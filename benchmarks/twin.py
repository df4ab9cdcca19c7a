"""Pages that the twin lives through per CPU-second. The same as `magnetar bench twin`."""

import sys

from magnetar.cli.main import run

if __name__ == "__main__":
    sys.exit(run(["bench", "twin", *sys.argv[1:]]))
