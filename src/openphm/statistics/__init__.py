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
from openphm.statistics.control_chart import Chart, Phase, SpecialCause, XmR
from openphm.statistics.counts import byar, exact_poisson, poisson_interval, rate
from openphm.statistics.funnel import (
    Funnel,
    Overdispersion,
    average,
    overdispersion_of_proportions,
    overdispersion_of_ratios,
    proportion_funnel,
    rate_funnel,
    ratio_funnel,
)
from openphm.statistics.inequality import Inequality, SlopeIndex, absolute_gap, error_of_limits
from openphm.statistics.interval import Interval
from openphm.statistics.life_expectancy import life_expectancy
from openphm.statistics.means import (
    Moments,
    mean,
    mean_difference,
    standardised_mean_difference,
    standardised_proportion_difference,
    variance_ratio,
    weighted_mean_difference,
)
from openphm.statistics.proportions import wilson
from openphm.statistics.standardised import (
    directly_standardised_rate,
    expected_events,
    indirectly_standardised_rate,
    indirectly_standardised_ratio,
)
from openphm.statistics.weighted import share_of_top, weighted_median, weighted_percentile

__all__ = [
    "Chart",
    "Funnel",
    "Inequality",
    "Interval",
    "Moments",
    "Overdispersion",
    "Phase",
    "SlopeIndex",
    "SpecialCause",
    "XmR",
    "absolute_gap",
    "adjusted_rate_difference",
    "adjusted_rate_ratio",
    "average",
    "byar",
    "directly_standardised_rate",
    "error_of_limits",
    "exact_poisson",
    "expected_events",
    "indirectly_standardised_rate",
    "indirectly_standardised_ratio",
    "life_expectancy",
    "mean",
    "mean_difference",
    "overdispersion_of_proportions",
    "overdispersion_of_ratios",
    "poisson_interval",
    "proportion_funnel",
    "rate",
    "rate_difference",
    "rate_funnel",
    "rate_ratio",
    "ratio_funnel",
    "share_of_top",
    "standardised_mean_difference",
    "standardised_proportion_difference",
    "standardised_to_first",
    "variance_ratio",
    "weighted_mean_difference",
    "weighted_median",
    "weighted_percentile",
    "wilson",
]
