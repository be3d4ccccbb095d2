"""Rates that allow for age (or any strata): directly and indirectly standardised.

The last axis of each array is the strata (age bands, or age by sex by deprivation); the axes before it are
the groups, all done at once. Weights and reference rates have one value for each stratum.

Sources  Dobson AJ, Kuulasmaa K, Eberle E, Scherer J (1991), Confidence intervals for weighted sums of Poisson
         parameters, Statistics in Medicine 10:457-462;
         Breslow NE, Day NE (1987), Statistical Methods in Cancer Research II, IARC, ch. 2;
         Morris JK, Tan J, Fryers P, Bestwick J (2018), Population Health Metrics 16:19 (ten events at least);
         Eurostat (2013), Revision of the European Standard Population (the usual weights).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from openphm.statistics.counts import byar, poisson_interval
from openphm.statistics.interval import Floats, Interval, divided, non_negative

LEAST_EVENTS = 10


def directly_standardised_rate(
    events: ArrayLike,
    person_time: ArrayLike,
    weights: ArrayLike,
    *,
    squared_events: ArrayLike | None = None,
    multiplier: float = 100_000.0,
    confidence: float = 0.95,
) -> Interval:
    """The rate the group would have with the standard population's strata, by Dobson's interval.

        rate = Σ wᵢ xᵢ/nᵢ ÷ Σ wᵢ × multiplier        variance = Σ wᵢ² xᵢ/nᵢ² ÷ (Σ wᵢ)²
        limits = rate + √(variance/x) × (Byar's limit of x − x) × multiplier,   x = Σ xᵢ

    events, person_time: (..., strata). weights: (strata,), such as the European Standard Population 2013.
    Returns one value for each group, events per `multiplier` units of person-time.
    Missing (NaN) when the group has fewer than ten events, or a stratum with weight and no person-time.
    Attendances of one person come in runs: give `squared_events`, Σ over the stratum's people of (their
    events)², and it takes the place of xᵢ in the variance, which widens the limits. This is Public Health
    England's adjustment for events that are not independent.
    Raises ValueError when a value is below zero, the weights do not fit or sum to zero, or the squared events
    are fewer than the events.
    """
    x, n = np.broadcast_arrays(non_negative(events, "events"), non_negative(person_time, "person_time"))
    w = _weights(weights, x.shape[-1] if x.ndim else 0)
    squares = x if squared_events is None else non_negative(squared_events, "squared_events")
    if (squares < x).any():
        raise ValueError(
            "squared events are fewer than the events: give the sum over people of events squared"
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(w > 0, w / n, 0.0)
        # No person-time in a stratum that counts: infinity × 0 and infinity × 1 are both "cannot be said".
        rate = np.where(np.isfinite(scale), x * scale, np.nan).sum(axis=-1) / w.sum()
        variance = np.where(np.isfinite(scale), squares * scale**2, np.nan).sum(axis=-1) / w.sum() ** 2
        total = np.asarray(x.sum(axis=-1))
        total = np.where(total >= LEAST_EVENTS, total, np.nan)
        step = np.sqrt(variance / total)
    near = byar(total, confidence=confidence)
    rate = np.where(np.isnan(total), np.nan, rate)
    return Interval(
        rate * multiplier,
        (rate + step * (near.lower - total)) * multiplier,
        (rate + step * (near.upper - total)) * multiplier,
        confidence,
    )


def expected_events(
    person_time: ArrayLike, reference_events: ArrayLike, reference_person_time: ArrayLike
) -> Floats:
    """Events to expect at the reference population's rates: Σ nᵢ × Rᵢ/Nᵢ over the last axis.

    person_time: (..., strata). The reference: (strata,) or the same shape.
    NaN where a stratum has people and the reference has none. Raises ValueError on a value below zero.
    """
    n = non_negative(person_time, "person_time")
    rates = divided(
        non_negative(reference_events, "reference_events"),
        non_negative(reference_person_time, "reference_person_time"),
    )
    expected: Floats = np.where(n > 0, n * rates, 0.0).sum(axis=-1)
    return expected


def indirectly_standardised_ratio(
    observed: ArrayLike, expected: ArrayLike, *, multiplier: float = 1.0, confidence: float = 0.95
) -> Interval:
    """Observed ÷ expected events (SMR): limits of the count, exact below ten events and Byar's from ten.

        ratio = O/E × multiplier        limits = (limit of O)/E × multiplier

    Arrays of any shapes that broadcast; 0 expected gives NaN. `expected_events` makes the second.
    The expected number is taken as known: the reference is to be much larger than the group.
    Raises ValueError when a value is below zero.
    """
    count = poisson_interval(observed, confidence=confidence)
    scale = divided(multiplier, non_negative(expected, "expected"))
    return Interval(count.value * scale, count.lower * scale, count.upper * scale, confidence)


def indirectly_standardised_rate(
    observed: ArrayLike,
    expected: ArrayLike,
    reference_rate: ArrayLike,
    *,
    multiplier: float = 100_000.0,
    confidence: float = 0.95,
) -> Interval:
    """The indirectly standardised ratio × the crude rate of the reference population × multiplier.

    reference_rate: Σ reference events ÷ Σ reference person-time. Else as `indirectly_standardised_ratio`.
    """
    ratio = indirectly_standardised_ratio(observed, expected, confidence=confidence)
    scale = non_negative(reference_rate, "reference_rate") * multiplier
    return Interval(ratio.value * scale, ratio.lower * scale, ratio.upper * scale, confidence)


def _weights(weights: ArrayLike, strata: int) -> Floats:
    checked = non_negative(weights, "weights")
    if checked.shape != (strata,):
        raise ValueError(f"weights have the shape {checked.shape}; the events have {strata} strata")
    if checked.sum() <= 0:
        raise ValueError("the weights sum to zero")
    return checked
