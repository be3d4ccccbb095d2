"""A rate ratio adjusted for strata, whose interval knows that contacts come in runs.

    ratio θ = Σ aᵢSᵢ/Mᵢ ÷ Σ bᵢTᵢ/Mᵢ        (Mantel-Haenszel; aᵢ, Tᵢ with, bᵢ, Sᵢ without, Mᵢ = Tᵢ + Sᵢ)

θ solves Σᵢ (aᵢSᵢ − θ bᵢTᵢ)/Mᵢ = 0, and that sum is one over people: a person j with yⱼ contacts in tⱼ years
adds (Sᵢ/Mᵢ)(yⱼ − μ₁ᵢtⱼ) when with, and −θ(Tᵢ/Mᵢ)(yⱼ − μ₀ᵢtⱼ) when without, where μ₀ᵢ = (aᵢ + bᵢ)/(Tᵢθ + Sᵢ)
and μ₁ᵢ = θμ₀ᵢ. The sum of their squares is its variance, however one person's contacts hang together:

    variance of log θ = Σ (what each person adds)² ÷ (θ Σ bᵢTᵢ/Mᵢ)²

Sources  Greenland S, Robins JM (1985), Biometrics 41:55-68 (the estimator);
         Liang KY, Zeger SL (1986), Biometrika 73:13-22 (variance from what each cluster adds).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openphm.statistics import Interval, adjusted_rate_ratio

Floats = NDArray[np.float64]
Z = 1.959963984540054


@dataclass(frozen=True)
class Group:
    """Sums of one group, one value a stratum.

    events, person_years   Σ y and Σ t over people
    squares, products, years_squared   Σ y², Σ y t and Σ t²
    """

    events: Floats
    person_years: Floats
    squares: Floats
    products: Floats
    years_squared: Floats

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Any]], name: str) -> Group:
        """From rows of `strata.sums_sql`, for one name."""
        columns = (name, "person_years", f"{name}_squared", f"{name}_by_time", "person_years_squared")
        return cls(*(np.array([float(row[column]) for row in rows]) for column in columns))

    def less(self, part: Group) -> Group:
        """The rest of the people; what rounding leaves below nought is nought."""
        pairs = zip(vars(self).values(), vars(part).values(), strict=True)
        return Group(*(np.where(whole - taken > 1e-9, whole - taken, 0.0) for whole, taken in pairs))

    def about(self, rate: Floats) -> Floats:
        """Σ (y − rate × t)² in each stratum."""
        return self.squares - 2 * rate * self.products + rate**2 * self.years_squared

    @property
    def total(self) -> float:
        """Events of all strata."""
        return float(self.events.sum())

    @property
    def years(self) -> float:
        """Person-years of all strata."""
        return float(self.person_years.sum())

    @property
    def rate(self) -> float:
        """Events for each person-year; NaN without any."""
        return self.total / self.years if self.years else float("nan")


def adjusted_ratio(held: Group, others: Group) -> Interval:
    """The ratio and its 95% limits; NaN when no stratum has both groups and events among the others."""
    a, t, b, s = held.events, held.person_years, others.events, others.person_years
    theta = float(adjusted_rate_ratio(a, t, b, s).value)
    both = (t > 0) & (s > 0)
    if not np.isfinite(theta) or theta <= 0 or not both.any():
        nothing = np.float64("nan")
        return Interval(np.asarray(theta), np.asarray(nothing), np.asarray(nothing))
    kept = [Group(*(column[both] for column in vars(one).values())) for one in (held, others)]
    first, other = kept
    t, s = first.person_years, other.person_years
    weight = 1 / (t + s)
    base = (first.events + other.events) / (t * theta + s)
    spread = (s * weight) ** 2 * first.about(theta * base) + (theta * t * weight) ** 2 * other.about(base)
    if spread.sum() <= 0:  # one person a stratum: nothing tells how much people differ
        nothing = np.float64("nan")
        return Interval(np.asarray(theta), np.asarray(nothing), np.asarray(nothing))
    error = np.sqrt(spread.sum()) / (theta * (other.events * t * weight).sum())
    limits = theta * np.exp(np.array([-1, 1]) * Z * error)
    return Interval(np.asarray(theta), np.asarray(limits[0]), np.asarray(limits[1]))
