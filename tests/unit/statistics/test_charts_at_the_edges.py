"""Control charts, funnels and life expectancy at the edges: gaps, phases, targets, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from openphm.statistics import (
    Overdispersion,
    SpecialCause,
    XmR,
    life_expectancy,
    overdispersion_of_proportions,
    overdispersion_of_ratios,
    proportion_funnel,
    rate_funnel,
    ratio_funnel,
)
from openphm.statistics.life_expectancy import AGES

NOISE = [10, 12, 9, 11, 10, 8, 11, 10, 12, 9, 11, 10]


def test_noise_is_common_cause_and_a_leap_is_not() -> None:
    chart = XmR("down").fit([*NOISE, 30])
    assert set(chart.special[:-1].tolist()) == {SpecialCause.NONE}
    assert chart.special[-1] == SpecialCause.OUTSIDE_LIMITS
    assert chart.variation == "concern"
    assert XmR("up").fit([*NOISE, 30]).variation == "improvement"
    assert XmR("monitor").fit([*NOISE, 30]).variation == "neutral_high"


def test_a_rise_is_judged_by_its_way_even_below_the_mean() -> None:
    # A long time at 20, then a rise from 1 to 8: below the mean, and rising.
    chart = XmR("up", is_screened=False).fit([20, 30] * 8 + [1, 12, 13, 14, 15, 16, 17, 18])
    rising = chart.special == SpecialCause.TREND
    assert rising[-7:].all()
    assert chart.verdicts[-1] == "improvement"


def test_each_point_has_words_for_a_reader() -> None:
    chart = XmR("down").fit([*NOISE, 30])
    assert chart.labels[-1] == "above the upper limit"
    assert set(chart.labels[:-1]) == {""}
    rising = XmR(is_screened=False).fit([20, 30] * 8 + [1, 12, 13, 14, 15, 16, 17, 18])
    assert rising.labels[-1] == "part of a rise"


def test_a_gap_ends_a_run_and_a_trend() -> None:
    whole = XmR().fit([*NOISE, 13, 13.5, 13, 13.5, 13, 13.5, 13])
    gap = XmR().fit([*NOISE, 13, 13.5, 13, np.nan, 13, 13.5, 13])
    assert SpecialCause.SHIFT in whole.special.tolist()
    assert SpecialCause.SHIFT not in gap.special.tolist()
    assert np.isnan(gap.moving_range[[15, 16]]).all()


def test_a_new_phase_has_its_own_limits_and_its_own_runs() -> None:
    chart = XmR(rebase_at=(12,)).fit(NOISE + [20 + one for one in NOISE])
    first, second = chart.phases
    assert second.centre == pytest.approx(first.centre + 20)
    assert set(chart.special.tolist()) == {SpecialCause.NONE}
    assert not chart.is_short
    assert np.isnan(chart.moving_range[12])
    assert chart.line("centre")[[0, 11, 12, 23]].tolist() == [
        first.centre, first.centre, second.centre, second.centre,
    ]  # fmt: skip


def test_fewer_than_twelve_points_are_said_to_be_few() -> None:
    assert XmR().fit(NOISE[:11]).is_short
    assert not XmR().fit(NOISE).is_short


def test_limits_fixed_at_the_start_do_not_see_what_comes_after() -> None:
    fixed = XmR(fix_after=12).fit([*NOISE, 40, 40, 40])
    assert fixed.phases[0].centre == pytest.approx(np.mean(NOISE))
    assert (fixed.special[-3:] == SpecialCause.OUTSIDE_LIMITS).all()


def test_screening_keeps_one_leap_from_widening_the_limits() -> None:
    series = [*NOISE, 60, *NOISE]
    wide, narrow = XmR(is_screened=False).fit(series).phases[0], XmR().fit(series).phases[0]
    assert narrow.upper < wide.upper


def test_a_flat_series_has_no_news() -> None:
    chart = XmR("up", target=5).fit([5.0] * 15)
    assert set(chart.verdicts) == {"common_cause"}
    assert chart.assurance == "hit_or_miss"


@pytest.mark.parametrize(
    ("improvement", "target", "assurance"),
    [
        ("up", 50, "fail"),
        ("up", 1, "pass"),
        ("down", 50, "pass"),
        ("down", 1, "fail"),
        ("up", 10, "hit_or_miss"),
        ("monitor", 50, None),
        ("up", None, None),
    ],
)
def test_assurance_is_where_the_target_lies(improvement: str, target: float | None, assurance: str) -> None:
    assert XmR(improvement, target).fit(NOISE).assurance == assurance  # type: ignore[arg-type]


def test_overdispersion_widens_a_funnel_and_chance_alone_does_not() -> None:
    draws = np.random.default_rng(5)
    expected = draws.uniform(50, 300, 200)
    chance = overdispersion_of_ratios(draws.poisson(expected), expected)
    wide = overdispersion_of_ratios(draws.poisson(expected * draws.gamma(20, 1 / 20, 200)), expected)
    assert chance.variance < 0.001
    # A gamma of shape 20 has variance 1/20; on the root scale a quarter of that. Trimming keeps it below.
    assert 0.004 < wide.variance < 0.0125
    assert wide.ratio > 2
    plain, widened = ratio_funnel(expected), ratio_funnel(expected, overdispersion=wide)
    assert (widened.outer_upper > plain.outer_upper).all()
    assert (widened.outer_lower < plain.outer_lower).all()
    assert rate_funnel(100.0, 2.0, overdispersion=wide).inner_upper == pytest.approx(
        2 * ratio_funnel(200.0, overdispersion=wide).inner_upper
    )


def test_overdispersion_of_proportions_is_found_and_used() -> None:
    draws = np.random.default_rng(6)
    people = draws.integers(200, 2_000, 150)
    wide = overdispersion_of_proportions(draws.binomial(people, draws.beta(30, 70, 150)), people)
    assert wide.variance > 0
    assert (
        proportion_funnel(500, 0.3, overdispersion=wide).inner_upper > proportion_funnel(500, 0.3).inner_upper
    )
    assert overdispersion_of_proportions([3], [9]) == Overdispersion(1.0, 0.0)


def test_a_funnel_of_nobody_is_missing_and_calls_nobody_outside() -> None:
    found = proportion_funnel([0, 10], 0.5)
    assert np.isnan(found.inner_upper[0])
    assert found.position([np.nan, 0.99]).tolist() == [0, 2]
    assert np.isnan(ratio_funnel(0.0).centre)
    # Where even no event is no surprise, the lower limit is nought.
    assert float(ratio_funnel(3.0).inner_lower) == 0


def test_life_expectancy_is_missing_where_it_cannot_be_known() -> None:
    people, deaths = np.full(20, 2_000.0), np.linspace(1, 200, 20).round()
    empty, many, none_last = people.copy(), deaths.copy(), deaths.copy()
    empty[5], many[5], none_last[-1] = 0, 2_001, 0
    found = life_expectancy(
        [deaths, deaths, many, none_last, deaths / 20], [people, empty, people, people, people / 20]
    )
    assert np.isnan(found.value[:, 0]).tolist() == [False, True, True, True, True]


def test_life_expectancy_of_a_wide_interval_is_missing_and_its_limits_stand() -> None:
    people = np.full(20, 260.0)
    deaths = np.zeros(20)
    deaths[-1] = 1
    found = life_expectancy(deaths, people)
    assert np.isnan(found.value[-1])
    assert found.upper[-1] > 200


def test_nineteen_bands_end_at_85() -> None:
    people, deaths = np.full(19, 9_000.0), np.append(np.full(18, 9.0), 1_000.0)
    found = life_expectancy(deaths, people, ages=AGES[:-1])
    assert float(found.value[-1]) == pytest.approx(9)


@pytest.mark.parametrize(
    "call",
    [
        lambda: XmR().fit([]),
        lambda: XmR().fit([1, np.nan, 2]),
        lambda: XmR().fit([[1, 2]]),
        lambda: XmR(rebase_at=(0,)).fit(NOISE),
        lambda: XmR(rebase_at=(5, 12)).fit(NOISE),
        lambda: XmR(rebase_at=(11,)).fit(NOISE),
        lambda: XmR("better"),  # type: ignore[arg-type]
        lambda: XmR(trend=2),
        lambda: XmR(fix_after=1),
        lambda: proportion_funnel(10, 1.2),
        lambda: rate_funnel(10, -1),
        lambda: overdispersion_of_proportions([3, 1], [2, 2]),
        lambda: overdispersion_of_ratios([3, 1], [2, 2], trimmed=0.5),
        lambda: life_expectancy([1, 2], [9, 9]),
        lambda: life_expectancy([1, 2], [9, 9], ages=(0, 0)),
        lambda: life_expectancy([-1, 2], [9, 9], ages=(0, 5)),
    ],
)
def test_what_cannot_be_is_refused(call: object) -> None:
    with pytest.raises(ValueError, match=r".{15,}"):
        call()  # type: ignore[operator]
