"""Funnel limits: the tables of Public Health England, and a published variance between studies."""

from __future__ import annotations

import numpy as np
import pytest

from openphm.statistics import funnel, proportion_funnel, ratio_funnel
from openphm.statistics.funnel import dispersion

# PHEindicatormethods (Public Health England), funnel for a proportion: rows of the published table of
# limits around 80.642448%, in percent, for a population: lower and upper 95%, lower and upper 99.8%.
AVERAGE = 0.80642448
PROPORTIONS = [
    (22, 64.132572, 97.152324, 54.611687, 100),
    (102, 72.974925, 88.309971, 68.553233, 92.731663),
    (1_008, 78.203374, 83.081521, 76.796814, 84.488082),
    (9_998, 79.867989, 81.416907, 79.421375, 81.863521),
    (110_000, 80.408963, 80.875933, 80.274317, 81.010578),
]
# The same, significance of primary care trusts with that average: numerator, denominator, what was published.
TRUSTS = [
    (35078.488, 41_980, 2),  # New Forest, "High (0.001)"
    (24803.6256, 31_824, -2),  # Norwich, "Low (0.001)"
    (50050.7443, 61_921, 0),  # South Gloucestershire, "Not significant"
    (26789.238, 33_012, 1),  # West Norfolk, "High (0.025)"
    (30277.5312, 37_828, -1),  # North Devon, "Low (0.025)"
    (18550.7595, 22_905, 0),  # Hertsmere, "Not significant"
]
# The same, funnel for ratios: the expected events at which so many observed events lie on the limit (lower
# 95%, upper 95%, lower 99.8%, upper 99.8%). Found there by halving until a step of 1e-7, so good to about
# six digits.
RATIOS = [
    (1, 5.571644585, 0.025317898, 9.233410143, 0.001000547),
    (5, 11.6683331, 1.623486324, 16.45474478, 0.739371928),
    (10, 18.39035799, 4.795387629, 24.13397235, 2.960519925),
    (100, 121.6268111, 81.36400699, 134.9243187, 71.92139974),
    (716, 770.4222128, 664.5083011, 802.60414, 636.1521174),
]

# Colditz GA and others (1994), JAMA 271:698-702, thirteen trials of BCG vaccine: tuberculosis and not,
# vaccinated and not. Viechtbauer W (2010), Journal of Statistical Software 36(3), gives DerSimonian and
# Laird's variance between trials of the log risk ratio: 0.3088.
BCG = [
    (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761),
    (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232),
    (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825),
]  # fmt: skip
BCG_VARIANCE = 0.3088


@pytest.mark.parametrize(("people", "lower", "upper", "far_lower", "far_upper"), PROPORTIONS)
def test_proportion_limits_agree_with_public_health_england(
    people: int, lower: float, upper: float, far_lower: float, far_upper: float
) -> None:
    found = proportion_funnel(people, AVERAGE)
    limits = (found.inner_lower, found.inner_upper, found.outer_lower, found.outer_upper)
    # The average is printed to eight digits, which moves a limit by 1e-7 percent at most.
    assert [100 * float(one) for one in limits] == pytest.approx(
        [lower, upper, far_lower, far_upper], abs=1.5e-6
    )


def test_trusts_lie_where_public_health_england_says() -> None:
    numerators, denominators, published = (np.array(column) for column in zip(*TRUSTS, strict=True))
    found = proportion_funnel(denominators, AVERAGE).position(numerators / denominators)
    assert found.tolist() == published.tolist()


@pytest.mark.parametrize(("events", "lower", "upper", "far_lower", "far_upper"), RATIOS)
def test_ratio_limits_pass_through_the_points_of_public_health_england(
    events: int, lower: float, upper: float, far_lower: float, far_upper: float
) -> None:
    expected = np.array([lower, upper, far_lower, far_upper])
    found = ratio_funnel(expected)
    reached = [found.inner_lower[0], found.inner_upper[1], found.outer_lower[2], found.outer_upper[3]]
    assert (np.array(reached) * expected).tolist() == pytest.approx([events] * 4, rel=1e-5)


def test_variance_between_trials_agrees_with_bcg_vaccine() -> None:
    a, b, c, d = (np.array(column, dtype=float) for column in zip(*BCG, strict=True))
    effect = np.log((a / (a + b)) / (c / (c + d)))
    variance = 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)
    centre = (effect / variance).sum() / (1 / variance).sum()
    found = dispersion((effect - centre) / np.sqrt(variance), np.sqrt(variance), trimmed=0)
    assert round(found.variance, 4) == BCG_VARIANCE


def test_average_is_all_events_by_all_people() -> None:
    assert funnel.average([1, 2, 3], [10, 20, 70]) == 0.06
