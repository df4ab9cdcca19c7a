"""What following up the latest clicks is worth in the twin. The same as `magnetar bench following`."""

import sys

from magnetar.cli.main import run

if __name__ == "__main__":
    sys.exit(run(["bench", "following", *sys.argv[1:]]))
