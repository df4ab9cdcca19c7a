"""New shoppers, products and merchants against content neighbours with Thompson sampling. The same as `magnetar bench coldstart`."""

import sys

from magnetar.cli.main import run

if __name__ == "__main__":
    sys.exit(run(["bench", "coldstart", *sys.argv[1:]]))
