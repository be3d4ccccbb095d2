"""Balance of two groups, and weighted percentiles, that others have published."""

from __future__ import annotations

import numpy as np
import pytest

from openphm.statistics import Moments, standardised_mean_difference, variance_ratio, weighted_median

# LaLonde RJ (1986), American Economic Review 76:604-620, in the form of Dehejia and Wahba: 185 trained men
# and 429 of the Panel Study of Income Dynamics. Mean and standard deviation of earnings in 1974 and 1975,
# as printed by the R package tableone, and its standardised differences (Austin's formula), which it prints
# without sign.
TRAINED = {"re74": (2095.57, 4886.62), "re75": (1532.06, 3219.25)}
COMPARED = {"re74": (5619.24, 6788.75), "re75": (2466.48, 3292.00)}
DIFFERENCES = {"re74": 0.596, "re75": 0.287}


def _moments(number: int, mean_and_deviation: tuple[float, float]) -> Moments:
    mean, deviation = mean_and_deviation
    return Moments(np.array(number, float), np.array(mean), np.array(deviation**2))


@pytest.mark.parametrize("name", DIFFERENCES)
def test_standardised_difference_agrees_with_lalonde(name: str) -> None:
    found = standardised_mean_difference(_moments(185, TRAINED[name]), _moments(429, COMPARED[name]))
    assert round(abs(float(found)), 3) == DIFFERENCES[name]


def test_variance_ratio_agrees_with_lalonde() -> None:
    # The R package MatchIt, vignette "MatchIt: Getting Started", variance ratios of the same data before
    # matching.
    for name, published in (("re74", 0.5181), ("re75", 0.9563)):
        found = variance_ratio(_moments(185, TRAINED[name]), _moments(429, COMPARED[name]))
        assert round(float(found), 4) == published


# Wikipedia, "Weighted median": the examples of the article, the second with two medians, whose middle is
# taken. Mathematics Stack Exchange, question 3968904: the third, where the median is the last value.
@pytest.mark.parametrize(
    ("values", "weights", "median"),
    [
        ([1, 2, 3, 4, 5], [0.15, 0.1, 0.2, 0.3, 0.25], 4),
        ([1, 2, 3, 4], [0.49, 0.01, 0.25, 0.25], 2.5),
        ([1, 2, 3, 4, 5], [0.1, 0.1, 0.1, 0.1, 0.6], 5),
    ],
)
def test_weighted_median_agrees_with_published_examples(
    values: list[float], weights: list[float], median: float
) -> None:
    assert weighted_median(values, weights=weights) == median
