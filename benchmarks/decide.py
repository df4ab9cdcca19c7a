"""Pages decided per CPU-second, by batch, ad groups and shoppers. The same as `magnetar bench decide`."""

import sys

from magnetar.cli.main import run

if __name__ == "__main__":
    sys.exit(run(["bench", "decide", *sys.argv[1:]]))
