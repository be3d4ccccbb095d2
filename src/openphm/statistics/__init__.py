"""Statistics: intervals, standardised rates, inequality, funnels, control charts. Arrays in, arrays out.

The methods are those of the Public Health England technical guide (Fingertips), so that our figures agree
with theirs. This room reads no table and no file.
"""

from openphm.statistics.comparing import (
    adjusted_rate_difference,
    adjusted_rate_ratio,
    rate_difference,
    rate_ratio,
    standardised_to_first,
)
from openphm.statistics.counts import byar, exact_poisson, poisson_interval, rate
from openphm.statistics.interval import Interval
from openphm.statistics.proportions import wilson
from openphm.statistics.standardised import (
    directly_standardised_rate,
    expected_events,
    indirectly_standardised_rate,
    indirectly_standardised_ratio,
)

__all__ = [
    "Interval",
    "adjusted_rate_difference",
    "adjusted_rate_ratio",
    "byar",
    "directly_standardised_rate",
    "exact_poisson",
    "expected_events",
    "indirectly_standardised_rate",
    "indirectly_standardised_ratio",
    "poisson_interval",
    "rate",
    "rate_difference",
    "rate_ratio",
    "standardised_to_first",
    "wilson",
]
