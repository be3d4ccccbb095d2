"""Intervals for a proportion: so many of so many people.

Source   Wilson EB (1927), JASA 22:209-212; Newcombe RG (1998), Statistics in Medicine 17:857-872, method 3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from openphm.statistics.interval import Interval, non_negative, normal_deviate


def wilson(numerator: ArrayLike, denominator: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Wilson score interval of numerator ÷ denominator, as shares from 0 to 1.

        (2x + z² ± z √(z² + 4x(1 − x/n))) ÷ (2(n + z²))

    Arrays of any shapes that broadcast. A denominator of 0 gives NaN. Never outside 0 to 1.
    Raises ValueError when a count is below zero or a numerator is above its denominator.
    """
    x, n = np.broadcast_arrays(non_negative(numerator, "numerator"), non_negative(denominator, "denominator"))
    if (x > n).any():
        raise ValueError("a numerator is above its denominator")
    z = normal_deviate(confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(n > 0, x / n, np.nan)
    spread = z * np.sqrt(z**2 + 4 * x * (1 - share))
    lower = (2 * x + z**2 - spread) / (2 * (n + z**2))
    upper = (2 * x + z**2 + spread) / (2 * (n + z**2))
    # Rounding in the last digit must not give -1e-17 or 1.0000000000000002.
    return Interval(share, np.clip(lower, 0, 1), np.clip(upper, 0, 1), confidence)
