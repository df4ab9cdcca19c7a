"""Bidders against frozen rivals, beside the best in hindsight. The same as `magnetar bench bidding`."""

import sys

from magnetar.cli.main import run

if __name__ == "__main__":
    sys.exit(run(["bench", "bidding", *sys.argv[1:]]))
