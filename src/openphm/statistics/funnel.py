"""Funnel plots: how far from the average a place of a given size may lie by chance alone.

Sources  Spiegelhalter DJ (2005), Funnel plots for comparing institutional performance, Statistics in Medicine
         24:1185-1202; Spiegelhalter DJ, Sherlaw-Johnson C, Bardsley M, Blunt I, Wood C, Grigg O (2012),
         Statistical methods for healthcare regulation, JRSS A 175:1-47 (overdispersion);
         Public Health England (2019), Technical guidance: funnel plots.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import pdtrik

from openphm.statistics.interval import Floats, divided, non_negative, normal_deviate

TRIMMED = 0.1


@dataclass(frozen=True)
class Funnel:
    """The centre line and the limits at each size: `inner` 95%, `outer` 99.8%. Arrays of one shape."""

    centre: Floats
    inner_lower: Floats
    inner_upper: Floats
    outer_lower: Floats
    outer_upper: Floats

    def position(self, values: ArrayLike) -> NDArray[np.int8]:
        """Where each value lies: 0 within, −1 or 1 beyond the inner limits, −2 or 2 beyond the outer.

        A value that is NaN is within: nothing is said of it.
        """
        found = np.asarray(values, dtype=np.float64)
        above = (found > self.inner_upper).astype(np.int8) + (found > self.outer_upper)
        below = (found < self.inner_lower).astype(np.int8) + (found < self.outer_lower)
        return (above - below).astype(np.int8)


@dataclass(frozen=True)
class Overdispersion:
    """How much wider than chance the places lie.

    ratio      φ, the mean of the squared trimmed z-scores: 1 is chance alone.
    variance   τ², the variance between places, on the scale of the z-scores (square root, or arcsine root).
    """

    ratio: float
    variance: float


INNER, OUTER = 0.95, 0.998
CHANCE_ALONE = Overdispersion(1.0, 0.0)


def average(events: ArrayLike, sizes: ArrayLike) -> float:
    """The centre line: Σ events ÷ Σ sizes. NaN when the sizes sum to 0."""
    return float(divided(np.sum(non_negative(events, "events")), np.sum(non_negative(sizes, "sizes"))))


def proportion_funnel(
    sizes: ArrayLike, centre: float, *, overdispersion: Overdispersion = CHANCE_ALONE
) -> Funnel:
    """Limits of a proportion at places of these sizes, around the centre (a share from 0 to 1).

        limits = p ± z √(p(1−p)/n)        z = 1.96 (95%) and 3.09 (99.8%), kept within 0 to 1

    A place is outside exactly when the centre is outside Wilson's interval of the place: this is the inverse
    that Fingertips uses, in closed form. With overdispersion, on the arcsine root scale:
    sin²(arcsin √p ± z √(1/(4n) + τ²)).
    sizes: any shape, people. 0 people give NaN. Raises ValueError below zero or a centre outside 0 to 1.
    """
    n = non_negative(sizes, "sizes")
    if not 0 <= centre <= 1:
        raise ValueError(f"the centre of a proportion is a share from 0 to 1; it is {centre}")
    if overdispersion.variance > 0:
        error = np.sqrt(divided(0.25, n) + overdispersion.variance)
        limits = [
            np.sin(np.clip(np.arcsin(np.sqrt(centre)) + z * error, 0, np.pi / 2)) ** 2 for z in _deviates()
        ]
    else:
        error = np.sqrt(divided(centre * (1 - centre), n))
        limits = [np.clip(centre + z * error, 0, 1) for z in _deviates()]
    return Funnel(np.where(n > 0, centre, np.nan), *limits)


def ratio_funnel(expected: ArrayLike, *, overdispersion: Overdispersion = CHANCE_ALONE) -> Funnel:
    """Limits of observed ÷ expected at places with these expected numbers, around 1.

        lower limit × E = the count whose exact Poisson interval just reaches up to E, and upper likewise

    (counts read as continuous, through the gamma distribution: the inverse of the exact interval, as
    Fingertips). The lower limit is 0 where no event at all would be no surprise. With overdispersion, on the
    square root scale: (1 ± z √(1/(4E) + τ²))².
    expected: any shape, above 0; 0 gives NaN. Raises ValueError below zero.
    """
    e = non_negative(expected, "expected")
    if overdispersion.variance > 0:
        error = np.sqrt(divided(0.25, e) + overdispersion.variance)
        limits = [np.maximum(1 + z * error, 0) ** 2 for z in _deviates()]
    else:
        limits = [divided(count, e) for count in _counts_at_limits(e)]
    return Funnel(np.where(e > 0, 1.0, np.nan), *limits)


def rate_funnel(
    person_time: ArrayLike,
    centre: float,
    *,
    multiplier: float = 1.0,
    overdispersion: Overdispersion = CHANCE_ALONE,
) -> Funnel:
    """Limits of events ÷ person-time × multiplier, around the centre (a rate in the same unit).

    The ratio funnel at the expected number (centre × person-time ÷ multiplier), times the centre.
    person_time: any shape; 0 gives NaN. Raises ValueError below zero.
    """
    if not (np.isfinite(centre) and centre >= 0):
        raise ValueError(f"the centre of a rate is 0 or more; it is {centre}")
    funnel = ratio_funnel(
        non_negative(person_time, "person_time") * centre / multiplier, overdispersion=overdispersion
    )
    return Funnel(
        funnel.centre * centre,
        funnel.inner_lower * centre,
        funnel.inner_upper * centre,
        funnel.outer_lower * centre,
        funnel.outer_upper * centre,
    )


def overdispersion_of_ratios(
    observed: ArrayLike, expected: ArrayLike, *, trimmed: float = TRIMMED
) -> Overdispersion:
    """φ and τ² of places by z = (√(O/E) − 1) ÷ s, s = 1/(2√E). One-dimensional arrays, one place each.

    Places with nothing expected are left out. Raises ValueError below zero.
    Source: Spiegelhalter and others (2012), section 4; the square root keeps places without events.
    """
    o, e = np.broadcast_arrays(non_negative(observed, "observed"), non_negative(expected, "expected"))
    o, e = o[e > 0], e[e > 0]
    error = 0.5 / np.sqrt(e)
    return dispersion((np.sqrt(o / e) - 1) / error, error, trimmed=trimmed)


def overdispersion_of_proportions(
    numerator: ArrayLike, denominator: ArrayLike, *, trimmed: float = TRIMMED
) -> Overdispersion:
    """φ and τ² of places by z = (arcsin √(x/n) − arcsin √p) ÷ s, s = 1/(2√n), p = Σx/Σn.

    One-dimensional arrays, one place each; places of nobody are left out. Raises ValueError below zero or
    where a numerator is above its denominator.
    """
    x, n = np.broadcast_arrays(non_negative(numerator, "numerator"), non_negative(denominator, "denominator"))
    if (x > n).any():
        raise ValueError("a numerator is above its denominator")
    x, n = x[n > 0], n[n > 0]
    error = 0.5 / np.sqrt(n)
    centre = np.arcsin(np.sqrt(average(x, n)))
    return dispersion((np.arcsin(np.sqrt(x / n)) - centre) / error, error, trimmed=trimmed)


def dispersion(deviates: ArrayLike, errors: ArrayLike, *, trimmed: float = TRIMMED) -> Overdispersion:
    """φ and τ² from z-scores and their standard errors s, the extreme `trimmed` share drawn in at each end.

        φ = Σ z²/k        τ² = max(0, (kφ − (k−1)) ÷ (Σw − Σw²/Σw)),   w = 1/s²

    τ² is the moment estimator of DerSimonian and Laird (1986), Controlled Clinical Trials 7:177-188. With
    fewer than two places there is nothing between them: φ 1, τ² 0.
    Raises ValueError when `trimmed` is outside 0 to below 0.5.
    """
    if not 0 <= trimmed < 0.5:
        raise ValueError(f"trimmed is a share from 0 to below 0.5; it is {trimmed}")
    z, s = np.broadcast_arrays(np.asarray(deviates, float), non_negative(errors, "errors"))
    if z.size < 2:
        return CHANCE_ALONE
    low, high = np.quantile(z, [trimmed, 1 - trimmed])
    squares = float((np.clip(z, low, high) ** 2).sum())
    w = 1 / s**2
    spread = w.sum() - (w**2).sum() / w.sum()
    return Overdispersion(squares / z.size, max(0.0, float((squares - (z.size - 1)) / spread)))


def _deviates() -> tuple[float, float, float, float]:
    """z of the inner lower, inner upper, outer lower and outer upper limit."""
    inner, outer = normal_deviate(INNER), normal_deviate(OUTER)
    return -inner, inner, -outer, outer


def _counts_at_limits(expected: Floats) -> list[Floats]:
    """The counts at the inner lower, inner upper, outer lower and outer upper limit."""
    counts: list[Floats] = []
    known = np.where(expected > 0, expected, np.nan)
    for confidence in (INNER, OUTER):
        tail = (1 - confidence) / 2
        # No count is low enough where even 0 events has a probability above the tail.
        is_reached = np.exp(-known) <= tail
        lower = np.where(is_reached, pdtrik(tail, np.where(is_reached, known, 1e3)), 0.0)
        counts += [np.where(np.isnan(known), np.nan, np.maximum(lower, 0.0)), pdtrik(1 - tail, known) + 1]
    return counts
