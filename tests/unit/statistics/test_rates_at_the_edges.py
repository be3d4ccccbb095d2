"""Standardised rates and ratios at the edges: few events, empty strata, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from openphm.statistics import (
    adjusted_rate_difference,
    adjusted_rate_ratio,
    directly_standardised_rate,
    expected_events,
    indirectly_standardised_ratio,
    rate_difference,
    rate_ratio,
    standardised_to_first,
)

WEIGHTS = [1, 2, 3]


def test_a_direct_rate_of_nine_events_is_missing_and_of_ten_is_not() -> None:
    found = directly_standardised_rate([[3, 3, 3], [3, 3, 4]], [[100] * 3] * 2, WEIGHTS)
    assert np.isnan([found.value[0], found.lower[0], found.upper[0]]).all()
    assert found.lower[1] < found.value[1] < found.upper[1]


def test_a_stratum_of_nobody_makes_the_direct_rate_missing_unless_it_has_no_weight() -> None:
    events, people = [10, 10, 0], [100, 100, 0]
    assert np.isnan(directly_standardised_rate(events, people, WEIGHTS).value)
    assert float(directly_standardised_rate(events, people, [1, 1, 0]).value) == pytest.approx(10_000)


def test_squared_events_of_one_each_change_nothing_and_runs_widen_the_limits() -> None:
    events, people = [20, 30, 25], [900, 800, 700]
    alone = directly_standardised_rate(events, people, WEIGHTS)
    same = directly_standardised_rate(events, people, WEIGHTS, squared_events=events)
    runs = directly_standardised_rate(events, people, WEIGHTS, squared_events=[80, 120, 100])
    assert float(same.lower) == float(alone.lower)
    assert float(runs.value) == float(alone.value)
    # Four times the variance: twice the width.
    assert float(runs.upper - runs.lower) == pytest.approx(2 * float(alone.upper - alone.lower))


def test_nothing_expected_gives_nan() -> None:
    found = indirectly_standardised_ratio([5, 0], [0, 4])
    assert np.isnan(found.value[0])
    assert (found.value[1], found.lower[1]) == (0, 0)


def test_expected_events_need_a_reference_wherever_there_are_people() -> None:
    assert np.isnan(expected_events([10, 10], [1, 0], [100, 0]))
    assert float(expected_events([10, 0], [1, 0], [100, 0])) == pytest.approx(0.1)


def test_a_ratio_without_events_has_no_limits() -> None:
    none_here, none_there = rate_ratio(0, 100, 5, 100), rate_ratio(5, 100, 0, 100)
    assert float(none_here.value) == 0
    assert np.isnan([none_here.lower, none_here.upper, none_there.value]).all()
    assert np.isnan(rate_difference(1, 0, 1, 10).value)


def test_strata_with_one_group_say_nothing() -> None:
    both = adjusted_rate_ratio([8, 9], [100, 90], [4, 5], [100, 120])
    more = adjusted_rate_ratio([8, 9, 7], [100, 90, 50], [4, 5, 0], [100, 120, 0])
    assert float(more.value) == float(both.value)
    assert float(more.upper) == float(both.upper)
    none = adjusted_rate_ratio([8], [100], [0], [0])
    assert np.isnan(none.value)
    assert np.isnan(adjusted_rate_difference([8], [100], [0], [0]).value)
    assert np.isnan(standardised_to_first([8, 2], [100, 10], [5, 0], [100, 0]).value)


@pytest.mark.parametrize(
    "call",
    [
        lambda: directly_standardised_rate([-1, 1, 1], [9, 9, 9], WEIGHTS),
        lambda: directly_standardised_rate([1, 1, 1], [9, 9, 9], [1, 2]),
        lambda: directly_standardised_rate([1, 1, 1], [9, 9, 9], [0, 0, 0]),
        lambda: directly_standardised_rate([5, 5, 5], [9, 9, 9], WEIGHTS, squared_events=[5, 5, 1]),
        lambda: directly_standardised_rate(1, 9, [1]),
        lambda: indirectly_standardised_ratio(1, -1),
        lambda: adjusted_rate_ratio([1], [-1], [1], [1]),
    ],
)
def test_what_cannot_be_is_refused(call: object) -> None:
    with pytest.raises(ValueError, match=r"below zero|weights|strata|squared"):
        call()  # type: ignore[operator]
