"""Each statistic done a second time, by SciPy, by NumPy's own routines or in plain Python, to 1e-9."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm, ttest_1samp, ttest_ind

from openphm.statistics import (
    Moments,
    SlopeIndex,
    absolute_gap,
    adjusted_rate_difference,
    adjusted_rate_ratio,
    exact_poisson,
    life_expectancy,
    mean,
    mean_difference,
    proportion_funnel,
    rate_funnel,
    ratio_funnel,
    share_of_top,
    standardised_proportion_difference,
    weighted_mean_difference,
    weighted_percentile,
    wilson,
)
from openphm.statistics.life_expectancy import AGES

Z = float(norm.ppf(0.975))


@pytest.fixture
def draws() -> np.random.Generator:
    return np.random.default_rng(815000)


def _close(ours: object, theirs: object) -> None:
    np.testing.assert_allclose(np.asarray(ours, float), np.asarray(theirs, float), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("expected", [4.0, 11.7, 60.0, 431.9, 20_000.0])
def test_ratio_limits_are_where_the_exact_interval_meets_the_expected_number(expected: float) -> None:
    # exact_poisson takes counts that are not whole as well: the gamma distribution.
    for confidence, lower, upper in (
        (0.95, "inner_lower", "inner_upper"),
        (0.998, "outer_lower", "outer_upper"),
    ):
        found = ratio_funnel(expected)

        def above(x: float, level: float = confidence) -> float:
            return float(exact_poisson(x, confidence=level).lower) - expected

        def below(x: float, level: float = confidence) -> float:
            return float(exact_poisson(x, confidence=level).upper) - expected

        assert float(getattr(found, upper)) * expected == pytest.approx(_root(above, expected), rel=1e-9)
        if below(0.0) < 0:
            assert float(getattr(found, lower)) * expected == pytest.approx(_root(below, expected), rel=1e-9)
        else:
            assert float(getattr(found, lower)) == 0


def _root(function: Callable[[float], float], near: float) -> float:
    return float(brentq(function, 1e-9, 10 * near + 100, xtol=1e-13, rtol=1e-14))


@pytest.mark.parametrize("people", [50, 400, 30_000])
def test_proportion_limits_are_where_wilsons_interval_meets_the_average(people: int) -> None:
    average = 0.37
    found = proportion_funnel(people, average)
    upper = brentq(lambda x: float(wilson(x, people).lower) - average, 0, people, xtol=1e-12, rtol=1e-14)
    lower = brentq(lambda x: float(wilson(x, people).upper) - average, 0, people, xtol=1e-12, rtol=1e-14)
    assert float(found.inner_upper) == pytest.approx(upper / people, rel=1e-9)
    assert float(found.inner_lower) == pytest.approx(lower / people, rel=1e-9)


def test_rate_limits_are_those_of_the_ratio_times_the_average() -> None:
    found = rate_funnel([1_000, 5_000], 12.0, multiplier=1_000)
    _close(found.outer_upper, 12.0 * ratio_funnel([12.0, 60.0]).outer_upper)


def test_mantel_haenszel_stratum_by_stratum(draws: np.random.Generator) -> None:
    a, b = draws.poisson(20, (7, 12)), draws.poisson(30, (7, 12))
    t, s = draws.uniform(100, 5_000, (7, 12)), draws.uniform(100, 5_000, (7, 12))
    ratio, difference = adjusted_rate_ratio(a, t, b, s), adjusted_rate_difference(a, t, b, s)
    for group in range(7):
        first = other = spread = top = bottom = variance = 0.0
        for i in range(12):
            m = t[group, i] + s[group, i]
            first += a[group, i] * s[group, i] / m
            other += b[group, i] * t[group, i] / m
            spread += (a[group, i] + b[group, i]) * t[group, i] * s[group, i] / m**2
            top += (a[group, i] * s[group, i] - b[group, i] * t[group, i]) / m
            bottom += t[group, i] * s[group, i] / m
            variance += (t[group, i] * s[group, i] / m) ** 2 * (
                a[group, i] / t[group, i] ** 2 + b[group, i] / s[group, i] ** 2
            )
        error = math.sqrt(spread / (first * other))
        _close(ratio.value[group], first / other)
        _close(ratio.upper[group], first / other * math.exp(Z * error))
        _close(difference.value[group], top / bottom)
        _close(difference.lower[group], top / bottom - Z * math.sqrt(variance) / bottom)


def test_means_and_welch_by_scipy(draws: np.random.Generator) -> None:
    x, y = draws.gamma(0.4, 2_000, 80), draws.gamma(0.6, 1_500, 55)
    one = ttest_1samp(x, 0).confidence_interval(0.95)
    found = mean(Moments.of_values(x))
    _close([found.lower, found.upper], [one.low, one.high])
    both = ttest_ind(x, y, equal_var=False).confidence_interval(0.95)
    difference = mean_difference(Moments.of_values(x), Moments.of_values(y))
    _close([difference.lower, difference.upper], [both.low, both.high])


def test_moments_of_sums_are_those_of_the_values(draws: np.random.Generator) -> None:
    x = draws.gamma(0.4, 2_000, (6, 90))
    sums = Moments.of_sums(90, x.sum(axis=1), (x**2).sum(axis=1))
    rows = Moments.of_values(x)
    _close(sums.mean, rows.mean)
    _close(sums.variance, rows.variance)
    _close(rows.variance, x.var(axis=1, ddof=1))


def test_whole_weights_give_the_mean_of_the_rows_written_out(draws: np.random.Generator) -> None:
    x, w = draws.normal(0, 1, 20), draws.integers(1, 5, 20)
    found = Moments.of_values(x, w)
    _close(found.mean, np.repeat(x, w).mean())
    assert float(found.number) == pytest.approx(w.sum() ** 2 / (w**2).sum())


def test_weighted_mean_difference_stratum_by_stratum(draws: np.random.Generator) -> None:
    first, other = draws.normal(3, 1, (8, 30)), draws.normal(2, 2, (8, 40))
    w = draws.integers(1, 100, 8).astype(float)
    found = weighted_mean_difference(Moments.of_values(first), Moments.of_values(other), w)
    value = sum(w[i] * (first[i].mean() - other[i].mean()) for i in range(8)) / w.sum()
    variance = sum(w[i] ** 2 * (first[i].var(ddof=1) / 30 + other[i].var(ddof=1) / 40) for i in range(8))
    _close(found.value, value)
    _close(found.upper, value + Z * math.sqrt(variance) / w.sum())


def test_standardised_proportion_difference_is_that_of_rows_of_0_and_1(draws: np.random.Generator) -> None:
    x, y = draws.random(4_000) < 0.2, draws.random(5_000) < 0.3
    # np.var divides by n: p(1 − p) exactly.
    _close(
        standardised_proportion_difference(x.mean(), y.mean()),
        (x.mean() - y.mean()) / math.sqrt((x.var() + y.var()) / 2),
    )


@pytest.mark.parametrize("quantiles", [5, 10, 27])
def test_slope_index_by_weighted_polyfit(quantiles: int, draws: np.random.Generator) -> None:
    y, people = draws.normal(80, 5, (4, quantiles)), draws.integers(500, 9_000, (4, quantiles))
    found = SlopeIndex(repetitions=1_000).fit(y, people, np.ones(quantiles))
    for group in range(4):
        share = people[group] / people[group].sum()
        rank = np.cumsum(share) - share / 2
        slope, start = np.polyfit(rank, y[group], 1, w=np.sqrt(share))
        _close(found.slope.value[group], slope)
        _close(found.most_deprived[group], start)
        _close(found.relative.value[group], (start + slope) / start)


def test_slope_limits_from_draws_are_near_those_of_the_algebra() -> None:
    # On the plain scale the slope is a weighted sum of normal values, so its error is known without draws.
    people, error = np.array([9, 7, 5, 6, 8.0]) * 1_000, np.array([0.5, 0.4, 0.6, 0.5, 0.7])
    y = np.array([70, 73, 75, 78, 80.0])
    found = SlopeIndex().fit(y, people, error)
    unit = [SlopeIndex(repetitions=1_000).fit(row, people, error).slope.value for row in np.eye(5)]
    algebra = math.sqrt(sum((float(u) * e) ** 2 for u, e in zip(unit, error, strict=True)))
    assert float(found.slope.upper - found.slope.lower) == pytest.approx(2 * Z * algebra, rel=0.01)


def test_gap_of_the_ends() -> None:
    found = absolute_gap([30, 25, 24, 20, 18.0], [2, 9, 9, 9, 1.5])
    _close([found.value, found.lower, found.upper], [12, 12 - Z * 2.5, 12 + Z * 2.5])


def _plain_life_table(deaths: Sequence[float], people: Sequence[float]) -> list[tuple[float, float]]:
    """Chiang's table one line at a time: years to live and their standard error at each age."""
    bands = len(AGES)
    alive, lived, shares = 100_000.0, [], []
    survivors = []
    for i in range(bands):
        rate = deaths[i] / people[i]
        survivors.append(alive)
        if i == bands - 1:
            lived.append(alive / rate)
            break
        width, part = AGES[i + 1] - AGES[i], 0.1 if i == 0 else 0.5
        share = width * rate / (1 + width * (1 - part) * rate)
        shares.append(share)
        lived.append(width * (alive * (1 - share) + part * alive * share))
        alive *= 1 - share
    years = [sum(lived[i:]) / survivors[i] for i in range(bands)]
    found = []
    for x in range(bands):
        variance = survivors[-1] ** 2 * (people[-1] / deaths[-1]) ** 2 / deaths[-1]
        for i in range(x, bands - 1):
            width, part = AGES[i + 1] - AGES[i], 0.1 if i == 0 else 0.5
            of_share = shares[i] ** 2 * (1 - shares[i]) / deaths[i] if deaths[i] else 0.0
            variance += (survivors[i] * ((1 - part) * width + years[i + 1])) ** 2 * of_share
        found.append((years[x], math.sqrt(variance) / survivors[x]))
    return found


def test_life_expectancy_one_line_at_a_time(draws: np.random.Generator) -> None:
    people = draws.integers(800, 6_000, (5, len(AGES))).astype(float)
    hazard = np.geomspace(0.0005, 0.25, len(AGES))
    deaths = np.maximum(draws.poisson(people * hazard), [0] * (len(AGES) - 1) + [1]).astype(float)
    deaths[0, 3] = 0
    found = life_expectancy(deaths, people)
    for group in range(5):
        plain = _plain_life_table(deaths[group].tolist(), people[group].tolist())
        _close(found.value[group], [years for years, _ in plain])
        _close(found.upper[group], [years + Z * error for years, error in plain])


def test_weighted_percentiles_are_those_of_the_rows_written_out(draws: np.random.Generator) -> None:
    x, w = draws.normal(0, 10, 40).round(1), draws.integers(0, 6, 40)
    shares = np.array([0, 0.05, 0.25, 1 / 3, 0.5, 0.9, 0.99, 1])
    written = np.quantile(np.repeat(x, w), shares, method="averaged_inverted_cdf")
    _close(weighted_percentile(x, shares, weights=w), written)


def test_share_of_the_top_counts_people_one_by_one(draws: np.random.Generator) -> None:
    x = draws.gamma(0.2, 500, 200)
    ordered = sorted(x.tolist(), reverse=True)
    for people in (1, 10, 40, 200):
        _close(share_of_top(x, people / 200), sum(ordered[:people]) / sum(ordered))
    # A share that ends inside a person counts that person in part.
    _close(share_of_top(x, 1.5 / 200), (ordered[0] + ordered[1] / 2) / sum(ordered))
