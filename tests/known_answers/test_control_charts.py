"""XmR charts: the worked example of NIST, and the rules of Making Data Count as plot the dots tests them."""

from __future__ import annotations

import numpy as np
import pytest

from openphm.statistics import SpecialCause, XmR
from openphm.statistics.runs import part_of_run, part_of_two_in_three, trend_direction

# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2.1: ten flow rates, mean 50.81, mean moving range
# 1.8778, limits 45.8159 and 55.8041. NIST multiplies by 3/1.128; Making Data Count rounds that to 2.66.
FLOW_RATES = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
NIST_FACTOR = 3 / 1.128


def test_limits_agree_with_nist() -> None:
    (phase,) = XmR().fit(FLOW_RATES).phases
    mean_range = (phase.upper - phase.centre) / 2.66
    assert round(phase.centre, 2) == 50.81
    assert round(mean_range, 4) == 1.8778
    assert round(phase.centre + NIST_FACTOR * mean_range, 4) == 55.8041
    assert round(phase.centre - NIST_FACTOR * mean_range, 4) == 45.8159


# NHSRplotthedots (NHS-R community), tests/testthat/test-ptd_calculate_point_type.R: the same input, and the
# points that its functions flag. (Its first function flags the seventh point of a run; the second, all
# seven. Ours flags all.)
@pytest.mark.parametrize(
    ("side", "flagged"),
    [
        ([1] * 6, []),
        ([1] * 6 + [-1], []),
        ([1] * 8 + [-1], [0, 1, 2, 3, 4, 5, 6, 7]),
        ([-1] * 8 + [1], [0, 1, 2, 3, 4, 5, 6, 7]),
        ([-1] + [1] * 8 + [-1], [1, 2, 3, 4, 5, 6, 7, 8]),
    ],
)
def test_seven_on_one_side_agree_with_plot_the_dots(side: list[int], flagged: list[int]) -> None:
    assert np.flatnonzero(part_of_run(np.array(side, dtype=np.int8), 7)).tolist() == flagged


@pytest.mark.parametrize(
    ("points", "way"),
    [
        ([1, 2, 3, 4, 5, 6], [0] * 6),
        ([1, 2, 3, 3, 4, 5, 6], [0] * 7),
        ([1, 2, 3, 4, 5, 6, 7], [1] * 7),
        ([2, 1, 2, 3, 4, 5, 6, 7, 3], [0, 1, 1, 1, 1, 1, 1, 1, 0]),
        ([7, 6, 5, 4, 3, 2, 1], [-1] * 7),
        ([2, 7, 6, 5, 4, 3, 2, 1, 3], [0, -1, -1, -1, -1, -1, -1, -1, 0]),
    ],
)
def test_seven_rising_or_falling_agree_with_plot_the_dots(points: list[int], way: list[int]) -> None:
    assert trend_direction(np.array(points, dtype=float), 7).tolist() == way


@pytest.mark.parametrize(
    ("near", "flagged"),
    [
        ([], []),
        ([0, 0, 0], []),
        ([1, 0, 1], [0, 2]),
        ([0, 1, 1], [1, 2]),
        ([1, 1, 0], [0, 1]),
        ([0, 0, 1, 0, 1, 0, 0], [2, 4]),
        ([0, 0, 1, 1, 0, 0, 0], [2, 3]),
        ([1, 0, 0, 1], []),
        ([1, 0, 0, 1, 1], [3, 4]),
    ],
)
def test_two_of_three_near_a_limit_agree_with_plot_the_dots(near: list[int], flagged: list[int]) -> None:
    found = part_of_two_in_three(np.array(near, dtype=bool), np.ones(len(near), dtype=np.int8))
    assert np.flatnonzero(found).tolist() == flagged


def test_two_near_opposite_limits_are_common_cause_as_in_plot_the_dots() -> None:
    # tests/testthat/test-ptd_spc_standard.R: swings of 1, then 5.5 above and 5.5 below.
    series = [1.0, -1.0] * 8
    series[14], series[15] = 5.5, -5.5
    chart = XmR(is_screened=False).fit(series)
    assert chart.special[-2:].tolist() == [SpecialCause.NONE, SpecialCause.NONE]
