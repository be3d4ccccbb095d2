"""An estimate with its confidence limits, and the normal deviate that makes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """Estimates and their lower and upper limits: three arrays of one shape.

    NaN stands where there is nothing to estimate from (a denominator of 0).
    """

    value: Floats
    lower: Floats
    upper: Floats
    confidence: float = 0.95


def normal_deviate(confidence: float) -> float:
    """z for a two-sided interval: 1.959964 for 0.95. Raises ValueError outside 0.5 to 1."""
    if not 0.5 <= confidence < 1:
        raise ValueError(f"confidence is a share from 0.5 to below 1, such as 0.95; it is {confidence}")
    return float(norm.ppf(1 - (1 - confidence) / 2))


def non_negative(values: ArrayLike, name: str) -> Floats:
    """The values as floats. Raises ValueError when one is below zero; NaN passes through."""
    checked = np.asarray(values, dtype=np.float64)
    if (checked < 0).any():
        raise ValueError(f"{name} has a value below zero")
    return checked
