"""An estimate with its confidence limits, and the normal deviate that makes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Interval:
    """Estimates and their lower and upper limits: three arrays of one shape.

    NaN stands where there is nothing to estimate from (a denominator of 0).
    """

    value: Floats
    lower: Floats
    upper: Floats
    confidence: float = 0.95

    def __post_init__(self) -> None:
        for name in ("value", "lower", "upper"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.float64))


def normal_deviate(confidence: float) -> float:
    """z for a two-sided interval: 1.959964 for 0.95. Raises ValueError outside 0.5 to 1."""
    if not 0.5 <= confidence < 1:
        raise ValueError(f"confidence is a share from 0.5 to below 1, such as 0.95; it is {confidence}")
    return float(ndtri(1 - (1 - confidence) / 2))


def non_negative(values: ArrayLike, name: str) -> Floats:
    """The values as floats. Raises ValueError when one is below zero; NaN passes through."""
    checked = np.asarray(values, dtype=np.float64)
    if (checked < 0).any():
        raise ValueError(f"{name} has a value below zero")
    return checked


def around(value: Floats, standard_error: Floats, confidence: float) -> Interval:
    """value ± z × standard error: the interval of an estimate whose error is normal."""
    spread = normal_deviate(confidence) * standard_error
    return Interval(value, value - spread, value + spread, confidence)


def around_log(value: Floats, standard_error: Floats, confidence: float) -> Interval:
    """value × exp(± z × standard error of the log): the interval of a ratio. NaN where the ratio is 0."""
    known = np.where(value > 0, standard_error, np.nan)
    factor = np.exp(normal_deviate(confidence) * known)
    return Interval(value, value / factor, value * factor, confidence)


def divided(numerator: ArrayLike, denominator: ArrayLike) -> Floats:
    """numerator ÷ denominator, NaN where the denominator is 0."""
    top, bottom = np.broadcast_arrays(np.asarray(numerator, float), np.asarray(denominator, float))
    whole = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=whole, where=bottom != 0)
    return whole
