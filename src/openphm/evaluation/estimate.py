"""An estimate with its limits, as one value: what effects are told in."""

from __future__ import annotations

import math
from dataclasses import dataclass

from openphm.statistics.interval import normal_deviate

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A value, its limits and the standard error they came from.

    is_ratio  the error is of the logarithm, and no effect is 1; otherwise of the value, and no effect is 0.
    """

    value: float
    lower: float
    upper: float
    error: float
    is_ratio: bool = True
    confidence: float = CONFIDENCE

    @classmethod
    def of_log(cls, log: float, error: float, confidence: float = CONFIDENCE) -> Estimate:
        """A ratio from its logarithm: exp(log ± z × error)."""
        spread = normal_deviate(confidence) * error
        return cls(_exp(log), _exp(log - spread), _exp(log + spread), error, True, confidence)

    @classmethod
    def around(cls, value: float, error: float, confidence: float = CONFIDENCE) -> Estimate:
        """A difference: value ± z × error."""
        spread = normal_deviate(confidence) * error
        return cls(value, value - spread, value + spread, error, False, confidence)

    @classmethod
    def unknown(cls, *, is_ratio: bool = True) -> Estimate:
        """Nothing to estimate from: NaN throughout."""
        return cls(math.nan, math.nan, math.nan, math.nan, is_ratio)

    @property
    def is_known(self) -> bool:
        """Whether there was anything to estimate from."""
        return math.isfinite(self.value) and math.isfinite(self.error)

    @property
    def log(self) -> float:
        """The logarithm of a ratio; NaN at 0."""
        return math.log(self.value) if self.value > 0 else math.nan

    @property
    def excludes_none(self) -> bool:
        """Whether the interval leaves out "no effect" (1 for a ratio, 0 for a difference)."""
        none = 1.0 if self.is_ratio else 0.0
        return bool(self.lower > none or self.upper < none)

    def as_change(self) -> Estimate:
        """A ratio told as a change: 0.70 becomes -0.30, with its limits."""
        return Estimate(self.value - 1, self.lower - 1, self.upper - 1, self.error, False, self.confidence)


def _exp(log: float) -> float:
    return math.exp(min(log, 700.0)) if math.isfinite(log) else math.nan
