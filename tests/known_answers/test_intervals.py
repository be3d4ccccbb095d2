"""Confidence intervals that others have published, to every digit they printed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest, norm

from openphm.statistics import byar, exact_poisson, wilson

# Newcombe RG (1998), Two-sided confidence intervals for the single proportion: comparison of seven methods,
# Statistics in Medicine 17:857-872, table I, method 3 (score method without continuity correction).
NEWCOMBE = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]

# Garwood F (1936), Fiducial limits for the Poisson distribution, Biometrika 28:437-442, as reprinted in
# Ulm K (1990), American Journal of Epidemiology 131:373-375: exact 95% limits of a count.
GARWOOD = [
    (0, 0.000, 3.689),
    (1, 0.025, 5.572),
    (2, 0.242, 7.225),
    (3, 0.619, 8.767),
    (4, 1.090, 10.242),
    (5, 1.623, 11.668),
    (10, 4.795, 18.390),
    (20, 12.217, 30.888),
]

# The documentation of the Ruby library `byar`: 100 observed and 90 expected, with z taken as 1.96.
BYAR_SMR = (0.9040199067337297, 1.3514260807978444)

# The test-suite of phestats 0.1: Wilson's limits of 100 in 10,000, in percent. (Its upper limit of Byar,
# 121.62459 for 100 events, is not Breslow and Day's: it leaves out the + 1 in one term. Ours is 121.62794.)
PHESTATS_WILSON = (0.8229336148148417, 1.2146982255114647)


@pytest.mark.parametrize(("x", "n", "lower", "upper"), NEWCOMBE)
def test_wilson_agrees_with_newcombe(x: int, n: int, lower: float, upper: float) -> None:
    found = wilson(x, n)
    assert (round(float(found.lower), 4), round(float(found.upper), 4)) == (lower, upper)


@pytest.mark.parametrize(("x", "lower", "upper"), GARWOOD)
def test_exact_limits_agree_with_garwood(x: int, lower: float, upper: float) -> None:
    found = exact_poisson(x)
    assert (round(float(found.lower), 3), round(float(found.upper), 3)) == (lower, upper)


def test_byar_agrees_with_a_published_ratio() -> None:
    found = byar(100, confidence=2 * float(norm.cdf(1.96)) - 1)
    assert (float(found.lower) / 90, float(found.upper) / 90) == pytest.approx(BYAR_SMR, abs=1e-12)


def test_wilson_agrees_with_phestats() -> None:
    found = wilson(100, 10_000)
    assert (100 * float(found.lower), 100 * float(found.upper)) == pytest.approx(PHESTATS_WILSON, abs=1e-9)


def test_wilson_agrees_with_scipy_to_nine_digits() -> None:
    for n in (1, 7, 30, 1_000):
        for x in sorted({0, 1, n // 3, n}):
            for confidence in (0.9, 0.95, 0.998):
                found = wilson(x, n, confidence=confidence)
                other = binomtest(x, n).proportion_ci(confidence, method="wilson")
                assert float(found.lower) == pytest.approx(other.low, abs=1e-9)
                assert float(found.upper) == pytest.approx(other.high, abs=1e-9)


def test_byar_is_within_a_fifth_of_a_percent_of_exact_from_ten_events() -> None:
    # Public Health England (2018), Technical guide: confidence intervals, states this bound.
    counts = np.arange(10, 2_000)
    near, exact = byar(counts), exact_poisson(counts)
    assert np.max(np.abs(near.lower / exact.lower - 1)) < 0.002
    assert np.max(np.abs(near.upper / exact.upper - 1)) < 0.002
