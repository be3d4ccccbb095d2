"""What holds of the statistics for any numbers, and the control chart's rules once more in plain Python."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from openphm.statistics import (
    SlopeIndex,
    SpecialCause,
    XmR,
    adjusted_rate_ratio,
    directly_standardised_rate,
    expected_events,
    indirectly_standardised_ratio,
    life_expectancy,
    poisson_interval,
    proportion_funnel,
    rate,
    rate_ratio,
    ratio_funnel,
    share_of_top,
    weighted_percentile,
    wilson,
)

COUNTS = st.lists(st.integers(0, 400), min_size=4, max_size=4)
TIMES = st.lists(st.integers(50, 9_000), min_size=4, max_size=4)


@given(st.integers(0, 5_000), st.integers(1, 5_000))
def test_intervals_hold_their_value_and_widen_with_confidence(x: int, more: int) -> None:
    for narrow, wide in (
        (wilson(x, x + more), wilson(x, x + more, confidence=0.998)),
        (poisson_interval(x), poisson_interval(x, confidence=0.998)),
    ):
        assert wide.lower <= narrow.lower <= narrow.value <= narrow.upper <= wide.upper


@given(COUNTS, TIMES)
def test_standardised_to_its_own_population_a_rate_is_the_crude_rate(
    events: list[int], times: list[int]
) -> None:
    assume(sum(events) >= 10)
    found = directly_standardised_rate(events, times, times, multiplier=1_000)
    crude = rate(sum(events), sum(times), multiplier=1_000)
    assert float(found.value) == pytest.approx(float(crude.value))
    assert float(found.upper) == pytest.approx(float(crude.upper))


@given(COUNTS, TIMES)
def test_a_population_expects_its_own_events(events: list[int], times: list[int]) -> None:
    assume(sum(events) > 0)
    found = indirectly_standardised_ratio(sum(events), expected_events(times, events, times))
    assert float(found.value) == pytest.approx(1)


@given(COUNTS, TIMES, COUNTS, TIMES)
def test_an_adjusted_ratio_turned_round_is_one_over_it(
    a: list[int], t: list[int], b: list[int], s: list[int]
) -> None:
    assume(sum(a) > 0 and sum(b) > 0)
    found, turned = adjusted_rate_ratio(a, t, b, s), adjusted_rate_ratio(b, s, a, t)
    assert float(found.value) == pytest.approx(1 / float(turned.value))
    assert float(found.lower) == pytest.approx(1 / float(turned.upper))


@given(st.integers(1, 400), st.integers(50, 900), st.integers(1, 400), st.integers(50, 900))
def test_an_adjusted_ratio_of_one_stratum_is_the_crude_ratio(a: int, t: int, b: int, s: int) -> None:
    adjusted, crude = adjusted_rate_ratio([a], [t], [b], [s]), rate_ratio(a, t, b, s)
    assert float(adjusted.value) == pytest.approx(float(crude.value))


@given(st.lists(st.floats(1, 100), min_size=5, max_size=5), st.floats(-50, 50), st.floats(0.5, 20))
def test_a_slope_moves_and_scales_with_its_values(values: list[float], moved: float, scaled: float) -> None:
    people = [30, 25, 20, 15, 10]
    chart = SlopeIndex(repetitions=1_000)
    first = chart.fit(values, people, [0.1] * 5)
    other = chart.fit([scaled * y + moved for y in values], people, [0.1 * scaled] * 5)
    assert float(other.slope.value) == pytest.approx(scaled * float(first.slope.value), abs=1e-8)
    assert float(other.slope.upper) == pytest.approx(scaled * float(first.slope.upper), abs=1e-7)


@given(st.floats(0.01, 0.99), st.integers(1, 10_000), st.integers(1, 10_000))
def test_a_funnel_narrows_as_places_grow(centre: float, people: int, more: int) -> None:
    found = proportion_funnel([people, people + more], centre)
    assert found.outer_upper[1] <= found.outer_upper[0]
    assert found.inner_lower[0] <= found.inner_lower[1] <= centre
    ratios = ratio_funnel([people, people + more])
    assert ratios.outer_upper[1] < ratios.outer_upper[0]
    assert ratios.outer_lower[0] <= ratios.inner_lower[0] < 1 < ratios.inner_upper[0] < ratios.outer_upper[0]


@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=40), st.lists(st.floats(0, 1), min_size=2, max_size=6)
)
def test_percentiles_rise_and_the_top_holds_at_least_its_share(
    values: list[int], shares: list[float]
) -> None:
    shares = sorted(shares)
    found = weighted_percentile(values, shares)
    assert (np.diff(found) >= 0).all()
    assert found[0] >= min(values)
    assert found[-1] <= max(values)
    if sum(values):
        held = share_of_top(values, shares)
        assert (held >= np.array(shares) - 1e-9).all()
        assert (np.diff(held) >= -1e-12).all()


@given(st.lists(st.integers(8, 30), min_size=20, max_size=20), st.integers(0, 19))
def test_one_more_death_never_lengthens_life(deaths: list[int], band: int) -> None:
    people = np.append(np.full(19, 900.0), 60.0)
    more = [count + (at == band) for at, count in enumerate(deaths)]
    assert life_expectancy(more, people).value[0] <= life_expectancy(deaths, people).value[0] + 1e-9


def _plain_special(series: list[float | None], shift: int, trend: int) -> list[int]:
    """The rules of Making Data Count, one point at a time; None is a gap."""
    known = [x for x in series if x is not None]
    ranges = [abs(b - a) for a, b in pairwise(series) if a is not None and b is not None]
    mean_range = math.fsum(ranges) / len(ranges)
    kept = [one for one in ranges if one < 3.267 * mean_range] if mean_range else ranges
    mean_range = math.fsum(kept) / len(kept)
    centre = math.fsum(known) / len(known)
    far, near = 2.66 * mean_range, 2.66 * 2 / 3 * mean_range

    def side(x: float | None) -> int:
        return 0 if x is None or x == centre else (1 if x > centre else -1)

    def is_outside(x: float | None) -> bool:
        return x is not None and not centre - far <= x <= centre + far

    def is_near(x: float | None) -> bool:
        return x is not None and not is_outside(x) and not centre - near <= x <= centre + near

    def in_shift(at: int) -> bool:
        windows = [
            series[i : i + shift] for i in range(at - shift + 1, at + 1) if 0 <= i <= len(series) - shift
        ]
        return any(abs(sum(side(x) for x in one)) == shift for one in windows)

    def in_trend(at: int) -> bool:
        for i in range(at - trend + 1, at + 1):
            one = series[i : i + trend] if 0 <= i <= len(series) - trend else [None]
            if any(x is None for x in one):
                continue
            steps = [b - a for a, b in pairwise(one)]  # type: ignore[operator]
            if all(step > 0 for step in steps) or all(step < 0 for step in steps):
                return True
        return False

    def in_two_of_three(at: int) -> bool:
        for i in range(at - 2, at + 1):
            one = series[i : i + 3] if 0 <= i <= len(series) - 3 else []
            if abs(sum(side(x) for x in one)) == 3 and sum(is_near(x) for x in one) >= 2:
                return is_near(series[at])
        return False

    found = []
    for at, x in enumerate(series):
        if is_outside(x):
            found.append(SpecialCause.OUTSIDE_LIMITS)
        elif in_trend(at):
            found.append(SpecialCause.TREND)
        elif in_two_of_three(at):
            found.append(SpecialCause.TWO_OF_THREE_NEAR_LIMIT)
        elif in_shift(at):
            found.append(SpecialCause.SHIFT)
        else:
            found.append(SpecialCause.NONE)
    return [int(one) for one in found]


# Quarters: sums of a few of them are exact, so no point crosses a limit by rounding in one of the two only.
POINTS = st.one_of(st.integers(0, 40).map(lambda n: n / 4), st.none())


@settings(max_examples=300, deadline=None)
@given(st.lists(POINTS, min_size=4, max_size=40), st.integers(3, 8), st.integers(3, 7))
def test_the_charts_rules_agree_with_plain_python(series: list[float | None], shift: int, trend: int) -> None:
    pairs = pairwise(series)
    assume(any(a is not None and b is not None for a, b in pairs))
    values = np.array([np.nan if x is None else x for x in series])
    chart = XmR(shift=shift, trend=trend).fit(values)
    (phase,) = chart.phases
    edges = np.array([phase.centre, phase.lower, phase.upper, phase.near_lower, phase.near_upper])
    assume(not (np.abs(values[:, np.newaxis] - edges) < 1e-9).any() or phase.upper == phase.lower)
    assert chart.special.tolist() == _plain_special(series, shift, trend)


@settings(deadline=None)
@given(st.lists(st.integers(0, 40), min_size=8, max_size=40), st.integers(1, 9))
def test_a_charts_news_does_not_depend_on_the_unit(series: list[int], scaled: int) -> None:
    # Powers of two change no digit of a float, so no point crosses a limit by rounding.
    chart = XmR("up").fit(series)
    other = XmR("up").fit([x * 2**scaled for x in series])
    assert other.special.tolist() == chart.special.tolist()
    turned = XmR("down").fit(series)
    swap = {"improvement": "concern", "concern": "improvement", "common_cause": "common_cause"}
    assert list(turned.verdicts) == [swap[one] for one in chart.verdicts]
