"""Are the predictions of this campaign right? Conversions that came against conversions that were expected.

The factor on predictions has a prior of two parts, a trusted predictor and, now and then, one that
is far off, and a Poisson likelihood that slowly forgets. With 25 conversions a day chance alone
moves the ratio by 20 %, so the prior decides until much has been seen.
"""

from __future__ import annotations

import numpy as np

from magnetar.kernel.chance import Floats

_LOG = np.linspace(-0.7, 0.7, 57)
_WIDE = 0.3
_WIDE_SHARE = 0.12


class Calibration:
    """Posterior of real over predicted conversion probability."""

    def __init__(self, spread: float = 0.06, keep: float = 0.985, believed: float = 0.0, came: float = 0.0) -> None:
        """`spread` is the log-spread of a trusted predictor's error; `believed` and `came` carry over from before."""
        self.spread = spread
        self.keep = keep
        self.believed = believed
        self.came = came
        self.mean = 1.0
        self.doubt = spread
        """Log-spread of what is still unknown."""
        self._update()

    def observe(self, believed: float, came: float) -> None:
        """Of impressions on screen so many conversions were predicted and so many came."""
        self.believed = self.believed * self.keep + believed
        self.came = self.came * self.keep + came
        self._update()

    def trust(self, spread: float) -> None:
        """Set how far a trusted predictor may be off."""
        self.spread = spread
        self._update()

    def forget(self, keep: float) -> None:
        """Let go of all but a share of the evidence: what came before may not hold any more."""
        self.believed *= keep
        self.came *= keep
        self._update()

    def _update(self) -> None:
        weight = self.posterior()
        factor = np.exp(_LOG)
        self.mean = float((weight * factor).sum())
        self.doubt = float(np.sqrt((weight * (_LOG - np.log(self.mean)) ** 2).sum()))

    def posterior(self) -> Floats:
        """(57,), weights of log-factors from −0.7 to 0.7."""
        prior = (1.0 - _WIDE_SHARE) * np.exp(-0.5 * (_LOG / self.spread) ** 2) / self.spread
        prior = prior + _WIDE_SHARE * np.exp(-0.5 * (_LOG / _WIDE) ** 2) / _WIDE
        log = np.log(prior) + self.came * _LOG - self.believed * np.exp(_LOG)
        weight = np.exp(log - log.max())
        return weight / weight.sum()
