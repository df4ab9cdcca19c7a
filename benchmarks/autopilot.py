"""UAX and whole-site promotion against the manual playbook, in the worlds of held-out.toml. The same as `magnetar bench autopilot`."""

import sys

from magnetar.cli.main import run

if __name__ == "__main__":
    sys.exit(run(["bench", "autopilot", *sys.argv[1:]]))
