"""A small minimiser for smooth functions of a few parameters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from magnetar.kernel.chance import Floats


def minimise(
    function: Callable[[Floats], float], start: Floats, *, step: float = 0.5, rounds: int = 600, close: float = 1e-7
) -> Floats:
    """The point with the smallest value found by a walking simplex.

    Args:
        function: a value for a point; NaN and infinity count as very bad.
        start: (parameters,), where to begin.
        step: side of the first simplex, in the parameters' own unit.
        rounds: moves at most.
        close: stop when the simplex's values differ by less than this share of their size.

    Source:
        Nelder & Mead (1965), The Computer Journal 7(4); coefficients 1, 2, 1/2, 1/2.

    >>> minimise(lambda at: float((at[0] - 3.0) ** 2 + (at[1] + 1.0) ** 2), np.zeros(2)).round(2)
    array([ 3., -1.])
    """

    def at(point: Floats) -> float:
        value = function(point)
        return value if np.isfinite(value) else 1e300

    count = len(start)
    points = [start.astype(float)] + [start + step * np.eye(count)[axis] for axis in range(count)]
    values = [at(point) for point in points]
    for _ in range(rounds):
        order = np.argsort(values, kind="stable")
        points, values = [points[place] for place in order], [values[place] for place in order]
        if values[-1] - values[0] <= close * (abs(values[0]) + close):
            break
        centre = np.mean(points[:-1], axis=0)
        away = centre - points[-1]
        moved = centre + away
        value = at(moved)
        if value < values[0]:
            further = centre + 2 * away
            beyond = at(further)
            points[-1], values[-1] = (further, beyond) if beyond < value else (moved, value)
        elif value < values[-2]:
            points[-1], values[-1] = moved, value
        else:
            nearer = centre + 0.5 * away if value < values[-1] else centre - 0.5 * away
            within = at(nearer)
            if within < min(value, values[-1]):
                points[-1], values[-1] = nearer, within
            else:
                points = [points[0]] + [points[0] + 0.5 * (point - points[0]) for point in points[1:]]
                values = [values[0]] + [at(point) for point in points[1:]]
    return points[int(np.argmin(values))]
