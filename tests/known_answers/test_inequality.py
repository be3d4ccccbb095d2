"""Slope and relative index of inequality: the worked examples of Public Health England."""

from __future__ import annotations

import pytest

from openphm.statistics import SlopeIndex, error_of_limits

# PHEindicatormethods 1.3.2 (Public Health England), vignette "Worked examples for phe_sii function",
# example 2: directly standardised rates by deprivation quintile (population, rate, limits), and the index
# with its limits from 100,000 draws. The slope and ratio are exact; the limits are random draws, whose own
# error the vignette prints.
QUINTILES = {
    2010: (
        [1_434_002, 1_450_590, 1_453_827, 1_440_980, 1_457_780],
        [150.2200205, 131.0221747, 127.4954973, 130.494241, 135.4664241],
        [147.3194185, 128.3676972, 125.0421198, 128.2469515, 133.2469515],
        [153.1498241, 133.7051129, 129.975513, 132.7657553, 137.8657553],
    ),
    2011: (
        [1_445_258, 1_467_772, 1_470_806, 1_454_888, 1_457_780],
        [148.4061234, 131.7211691, 125.0341288, 130.3084574, 135.4664241],
        [145.5359227, 129.0779928, 122.6267941, 128.0909634, 133.2469515],
        [151.3052827, 134.3924424, 127.4677057, 132.549757, 137.8657553],
    ),
    2015: (
        [1_508_923, 1_538_008, 1_538_564, 1_509_602, 1_457_780],
        [143.8177637, 127.2058426, 122.4106945, 126.3922397, 135.4664241],
        [141.0941843, 124.7351196, 120.1654081, 124.3450367, 133.2469515],
        [146.568661, 129.7026732, 124.6801651, 128.4613495, 137.8657553],
    ),
}
PUBLISHED = {
    2010: (-14.848683, -18.94895, -10.767618, 0.8956758, 0.8689296, 0.9231619),
    2011: (-13.528326, -17.59739, -9.440905, 0.9039924, 0.8770905, 0.9319611),
    2015: (-9.042367, -12.97108, -5.145767, 0.9332670, 0.9057449, 0.9614199),
}
# Ten repeats of 100,000 draws differ by 0.0263 (slope) and 0.00018 (ratio) at most in the vignette's last
# columns, and both sides draw.
SLOPE_DRAWS, RATIO_DRAWS = 0.06, 0.0005


@pytest.mark.parametrize("year", QUINTILES)
def test_slope_and_relative_index_agree_with_public_health_england(year: int) -> None:
    people, rates, lower, upper = QUINTILES[year]
    slope, slope_lower, slope_upper, ratio, ratio_lower, ratio_upper = PUBLISHED[year]
    found = SlopeIndex(scale="log").fit(rates, people, error_of_limits(lower, upper, scale="log"))
    assert round(float(found.slope.value), 6) == slope
    assert round(float(found.relative.value), 7) == ratio
    assert float(found.slope.lower) == pytest.approx(slope_lower, abs=SLOPE_DRAWS)
    assert float(found.slope.upper) == pytest.approx(slope_upper, abs=SLOPE_DRAWS)
    assert float(found.relative.lower) == pytest.approx(ratio_lower, abs=RATIO_DRAWS)
    assert float(found.relative.upper) == pytest.approx(ratio_upper, abs=RATIO_DRAWS)


def test_years_fitted_together_are_each_year_alone() -> None:
    together = SlopeIndex(scale="log", repetitions=1_000).fit(
        [QUINTILES[2010][1], QUINTILES[2011][1]],
        [QUINTILES[2010][0], QUINTILES[2011][0]],
        error_of_limits(
            [QUINTILES[2010][2], QUINTILES[2011][2]],
            [QUINTILES[2010][3], QUINTILES[2011][3]],
            scale="log",
        ),
    )
    people, rates, lower, upper = QUINTILES[2011]
    alone = SlopeIndex(scale="log", repetitions=1_000).fit(
        rates, people, error_of_limits(lower, upper, scale="log")
    )
    assert together.slope.lower[1] == float(alone.slope.lower)
    assert together.relative.upper[1] == float(alone.relative.upper)
