"""Means, balance, inequality and percentiles at the edges: one row, constants, gaps, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from openphm.statistics import (
    Moments,
    SlopeIndex,
    absolute_gap,
    error_of_limits,
    mean,
    mean_difference,
    share_of_top,
    standardised_mean_difference,
    standardised_proportion_difference,
    variance_ratio,
    weighted_mean_difference,
    weighted_median,
    weighted_percentile,
)


def test_one_row_has_a_mean_and_no_limits() -> None:
    found = mean(Moments.of_values([4.0]))
    assert float(found.value) == 4
    assert np.isnan([found.lower, found.upper]).all()
    assert np.isnan(mean(Moments.of_sums(0, 0, 0)).value)


def test_rounding_never_makes_a_variance_below_zero() -> None:
    same = Moments.of_sums(3, 0.3, 3 * 0.1**2 - 1e-17)
    assert float(same.variance) == 0


def test_constant_groups_differ_by_nothing_or_by_what_cannot_be_said() -> None:
    two, three = Moments.of_values([2.0, 2.0]), Moments.of_values([3.0, 3.0])
    assert float(standardised_mean_difference(two, two)) == 0
    assert np.isnan(standardised_mean_difference(two, three))
    assert np.isnan(variance_ratio(two, three))
    assert float(standardised_proportion_difference(1, 1)) == 0
    assert np.isnan(standardised_proportion_difference(0, 1))


def test_two_groups_of_one_value_do_not_differ_by_the_rounding_of_their_weights() -> None:
    random = np.random.default_rng(3)
    values = np.full(1_000, 0.1)
    values[:50] = 7.0
    weights = random.random((2, 1_000))
    weights[:, :50] = 0
    one, other = (Moments.of_values(values, each) for each in weights)
    assert float(standardised_mean_difference(one, other)) == 0
    assert float(one.variance) == 0
    assert float(one.mean) == 0.1
    assert np.isnan(Moments.of_values(values, np.zeros(1_000)).mean)


def test_a_stratum_without_weight_is_passed_over() -> None:
    first = Moments(np.array([20.0, 0.0]), np.array([5.0, np.nan]), np.array([1.0, np.nan]))
    other = Moments(np.array([30.0, 10.0]), np.array([3.0, 9.0]), np.array([1.0, 1.0]))
    assert float(weighted_mean_difference(first, other, [1, 0]).value) == 2
    assert np.isnan(weighted_mean_difference(first, other, [1, 1]).value)


def test_groups_of_means_come_at_once() -> None:
    found = mean_difference(
        Moments.of_values([[1, 2, 3], [4, 5, 9]]), Moments.of_values([[1, 2, 3], [1, 2, 3]])
    )
    assert found.value.tolist() == [0, 4]


def test_a_slope_is_missing_where_a_quantile_is() -> None:
    found = SlopeIndex(repetitions=1_000).fit(
        [[1, 2, 3, 4, 5], [1, 2, np.nan, 4, 5], [5, 4, 3, 2, 1]],
        [[9] * 5, [9] * 5, [9, 9, 9, 9, 0]],
        np.full(5, 0.1),
    )
    assert np.isfinite(found.slope.value).tolist() == [True, False, False]
    assert float(found.slope.value[0]) == pytest.approx(5)


def test_a_rate_of_nought_has_no_logarithm_and_no_slope_on_it() -> None:
    found = SlopeIndex(scale="log", repetitions=1_000).fit([0, 1, 2, 3, 4], [9] * 5, [0.1] * 5)
    assert np.isnan(found.slope.value)


@pytest.mark.parametrize(
    ("scale", "values"), [("log", [9, 6, 4, 3, 2.0]), ("logit", [0.5, 0.4, 0.3, 0.2, 0.1])]
)
def test_a_curved_fit_stays_on_its_scale(scale: str, values: list[float]) -> None:
    settings = SlopeIndex(scale=scale, is_curved=True, repetitions=1_000)  # type: ignore[arg-type]
    found = settings.fit(values, [10] * 5, [0.05] * 5)
    assert float(found.least_deprived) > 0
    assert float(found.most_deprived) > float(found.least_deprived)
    assert float(found.relative.value) == pytest.approx(float(found.least_deprived / found.most_deprived))


def test_the_same_seed_gives_the_same_limits_and_another_seed_others() -> None:
    def limits(seed: int) -> tuple[float, float]:
        found = SlopeIndex(repetitions=1_000, seed=seed).fit([5, 4, 4, 3, 2], [9] * 5, [0.3] * 5)
        return float(found.slope.lower), float(found.slope.upper)

    assert limits(1) == limits(1) != limits(2)


def test_an_error_of_limits_is_on_the_scale_asked_for() -> None:
    assert float(error_of_limits(8, 12)) == pytest.approx(4 / (2 * 1.959964), rel=1e-6)
    assert float(error_of_limits(8, 12, scale="log")) == pytest.approx(np.log(1.5) / (2 * 1.959964), rel=1e-6)
    assert np.isinf(error_of_limits(0, 12, scale="log"))


def test_percentiles_leave_out_what_is_missing_or_weighs_nothing() -> None:
    assert weighted_median([1, 2, np.nan, 9], weights=[1, 1, 1, 0]) == 1.5
    assert np.isnan(weighted_median([np.nan]))
    assert weighted_percentile([5, 1, 3], [0, 1]).tolist() == [1, 5]


def test_nobody_holds_anything() -> None:
    assert np.isnan(share_of_top([0, 0], 0.5))
    assert share_of_top([1, 1, 2], [0, 1]).tolist() == [0, 1]


@pytest.mark.parametrize(
    "call",
    [
        lambda: standardised_proportion_difference(30, 40),
        lambda: SlopeIndex(scale="root"),  # type: ignore[arg-type]
        lambda: SlopeIndex(repetitions=10),
        lambda: SlopeIndex().fit([1, 2, 3], [1, 1, 1], [1, 1, 1]),
        lambda: SlopeIndex().fit([1, 2, 3, 4, 5], [1, 1, 1, 1, -1], [1] * 5),
        lambda: absolute_gap([1, 2], [-1, 1]),
        lambda: weighted_percentile([1, 2], 50),
        lambda: weighted_percentile([[1, 2]], 0.5),
        lambda: share_of_top([-1, 2], 0.5),
        lambda: Moments.of_values([1, 2], [-1, 1]),
    ],
)
def test_what_cannot_be_is_refused(call: object) -> None:
    with pytest.raises(ValueError, match=r"above 1|scale|repetitions|quantiles|below zero|share|dimensions"):
        call()  # type: ignore[operator]
