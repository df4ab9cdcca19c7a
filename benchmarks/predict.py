"""Predictions beside the oracle and simple predictors: ranking, calibration, newcomers, value. The same as `magnetar bench predict`."""

import sys

from magnetar.cli.main import run

if __name__ == "__main__":
    sys.exit(run(["bench", "predict", *sys.argv[1:]]))
