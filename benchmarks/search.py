"""Search engines on judged queries. The same as `magnetar bench search`."""

import sys

from magnetar.cli.main import run

if __name__ == "__main__":
    sys.exit(run(["bench", "search", *sys.argv[1:]]))
