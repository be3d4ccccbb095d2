"""Two rates compared: their ratio and their difference, crude or adjusted for strata.

For the adjusted forms the last axis of each array is the strata (age by sex by deprivation); the axes before
it are the comparisons, all done at once.

Sources  Rothman KJ, Greenland S, Lash TL (2008), Modern Epidemiology, 3rd ed., ch. 14 and 15;
         Greenland S, Robins JM (1985), Estimation of a common effect parameter from sparse follow-up data,
         Biometrics 41:55-68 (variances of the Mantel-Haenszel estimators with person-time);
         Breslow NE, Day NE (1987), Statistical Methods in Cancer Research II, IARC, ch. 3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from openphm.statistics.interval import Floats, Interval, around, around_log, divided, non_negative
from openphm.statistics.standardised import expected_events, indirectly_standardised_ratio


def rate_ratio(
    events: ArrayLike,
    person_time: ArrayLike,
    other_events: ArrayLike,
    other_person_time: ArrayLike,
    *,
    confidence: float = 0.95,
) -> Interval:
    """The first group's rate ÷ the other's, with the interval of its logarithm.

        ratio = (a/T) ÷ (b/S)        standard error of log = √(1/a + 1/b)

    Arrays of any shapes that broadcast. The limits are NaN when either group has no event; the ratio is NaN
    when the other has none. Raises ValueError when a value is below zero.
    Source: Rothman, Greenland and Lash (2008), ch. 14.
    """
    a, t, b, s = _checked(events, person_time, other_events, other_person_time)
    ratio = divided(divided(a, t), divided(b, s))
    return around_log(ratio, np.sqrt(divided(1.0, a) + divided(1.0, b)), confidence)


def rate_difference(
    events: ArrayLike,
    person_time: ArrayLike,
    other_events: ArrayLike,
    other_person_time: ArrayLike,
    *,
    multiplier: float = 1.0,
    confidence: float = 0.95,
) -> Interval:
    """The first group's rate − the other's, × multiplier.

        difference = a/T − b/S        standard error = √(a/T² + b/S²)

    Arrays of any shapes that broadcast; person-time of 0 gives NaN. Raises ValueError below zero.
    Source: Rothman, Greenland and Lash (2008), ch. 14.
    """
    a, t, b, s = _checked(events, person_time, other_events, other_person_time)
    difference = divided(a, t) - divided(b, s)
    error = np.sqrt(divided(a, t**2) + divided(b, s**2))
    return around(difference * multiplier, error * multiplier, confidence)


def adjusted_rate_ratio(
    events: ArrayLike,
    person_time: ArrayLike,
    other_events: ArrayLike,
    other_person_time: ArrayLike,
    *,
    confidence: float = 0.95,
) -> Interval:
    """Mantel-Haenszel rate ratio over strata: one ratio, taken as common to all strata.

        ratio = Σ aᵢSᵢ/Mᵢ ÷ Σ bᵢTᵢ/Mᵢ,   Mᵢ = Tᵢ + Sᵢ
        variance of log = Σ (aᵢ+bᵢ) TᵢSᵢ/Mᵢ² ÷ (Σ aᵢSᵢ/Mᵢ × Σ bᵢTᵢ/Mᵢ)

    Four arrays (..., strata). A stratum with only one of the groups says nothing and is passed over.
    NaN when no stratum has both groups and an event among the others.
    Raises ValueError when a value is below zero.
    Source: Greenland and Robins (1985); Rothman, Greenland and Lash (2008), ch. 15.
    """
    a, t, b, s = _checked(events, person_time, other_events, other_person_time)
    both = t + s
    first = _summed(divided(a * s, both))
    other = _summed(divided(b * t, both))
    spread = _summed(divided((a + b) * t * s, both**2))
    return around_log(divided(first, other), np.sqrt(divided(spread, first * other)), confidence)


def adjusted_rate_difference(
    events: ArrayLike,
    person_time: ArrayLike,
    other_events: ArrayLike,
    other_person_time: ArrayLike,
    *,
    multiplier: float = 1.0,
    confidence: float = 0.95,
) -> Interval:
    """Mantel-Haenszel rate difference over strata, × multiplier.

        difference = Σ (aᵢSᵢ − bᵢTᵢ)/Mᵢ ÷ Σ TᵢSᵢ/Mᵢ
        variance = Σ (TᵢSᵢ/Mᵢ)² (aᵢ/Tᵢ² + bᵢ/Sᵢ²) ÷ (Σ TᵢSᵢ/Mᵢ)²

    Four arrays (..., strata). NaN when no stratum has both groups. Raises ValueError below zero.
    Source: Greenland and Robins (1985); Rothman, Greenland and Lash (2008), ch. 15.
    """
    a, t, b, s = _checked(events, person_time, other_events, other_person_time)
    both = t + s
    weight = divided(t * s, both)
    total = _summed(weight)
    difference = divided(_summed(divided(a * s - b * t, both)), total)
    variance = divided(_summed(weight**2 * (divided(a, t**2) + divided(b, s**2))), total**2)
    return around(difference * multiplier, np.sqrt(variance) * multiplier, confidence)


def standardised_to_first(
    events: ArrayLike,
    person_time: ArrayLike,
    other_events: ArrayLike,
    other_person_time: ArrayLike,
    *,
    confidence: float = 0.95,
) -> Interval:
    """The first group's events ÷ those it would have at the other group's rates in each stratum.

        ratio = Σ aᵢ ÷ Σ Tᵢ bᵢ/Sᵢ

    Unlike the Mantel-Haenszel ratio it speaks of the first group's own mix and needs no common ratio; it
    takes the other group's rates as known, so the other group is to be much the larger.
    Four arrays (..., strata). NaN where the first group has a stratum that the other lacks.
    Raises ValueError when a value is below zero. Source: Breslow and Day (1987), p. 65.
    """
    a, t, b, s = _checked(events, person_time, other_events, other_person_time)
    return indirectly_standardised_ratio(a.sum(axis=-1), expected_events(t, b, s), confidence=confidence)


def _checked(
    events: ArrayLike, person_time: ArrayLike, other_events: ArrayLike, other_person_time: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    a, t, b, s = np.broadcast_arrays(
        non_negative(events, "events"),
        non_negative(person_time, "person_time"),
        non_negative(other_events, "other_events"),
        non_negative(other_person_time, "other_person_time"),
    )
    return a, t, b, s


def _summed(strata: Floats) -> Floats:
    """Over the strata that have a value; a stratum without one group is NaN and is passed over."""
    total: Floats = np.asarray(np.nansum(np.atleast_1d(strata), axis=-1))
    return total
