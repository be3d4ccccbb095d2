"""Life expectancy: the worked example of Public Health England, to every digit it prints."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from openphm.statistics import life_expectancy

# PHEindicatormethods (Public Health England), example of phe_life_expectancy; the answers are those of its
# tests, made with Public Health England's life expectancy calculator (Chiang II, Silcocks' variance). Bands
# 0, 1-4, ... 90+.
PERSON_YEARS = [
    7060, 35059, 46974, 48489, 43219, 38561, 46009, 57208, 61435, 55601,
    50209, 56416, 46411, 39820, 37978, 37039, 33288, 23306, 11936, 11936,
]  # fmt: skip
DEATHS = [17, 9, 4, 8, 20, 15, 24, 33, 50, 71, 100, 163, 263, 304, 536, 872, 1390, 1605, 1936, 1937]
YEARS = [
    80.16960813, 79.36245674, 75.44193645, 70.47299936, 65.52909542, 60.67510088, 55.78835987, 50.92752727,
    46.06740425, 41.24505636, 36.49322717, 31.83343842, 27.26027992, 22.9719144, 18.76856852, 14.95858336,
    11.51684445, 8.618849241, 6.163942934, 6.16210635,
]  # fmt: skip
LOWER = [
    79.88268548, 79.0898816, 75.17407307, 70.20675732, 65.26548673, 60.41876577, 55.53801579, 50.68279939,
    45.82666794, 41.00842831, 36.26223216, 31.60996318, 27.04337271, 22.76653134, 18.57570352, 14.77985004,
    11.34831778, 8.451134045, 5.978358351, 5.887683386,
]  # fmt: skip
UPPER = [
    80.45653078, 79.63503188, 75.70979983, 70.7392414, 65.79270412, 60.931436, 56.03870395, 51.17225516,
    46.30814055, 41.48168441, 36.72422219, 32.05691365, 27.47718713, 23.17729746, 18.96143352, 15.13731667,
    11.68537112, 8.786564437, 6.349527517, 6.436529314,
]  # fmt: skip
# The calculator takes z as 1.96.
Z_196 = 2 * float(norm.cdf(1.96)) - 1


def test_life_expectancy_agrees_with_public_health_england_at_every_age() -> None:
    found = life_expectancy(DEATHS, PERSON_YEARS, confidence=Z_196)
    # Printed to eight decimals at most, in places fewer: half of the last digit is the difference allowed.
    assert np.max(np.abs(found.value - YEARS)) < 5.1e-9
    assert np.max(np.abs(found.lower - LOWER)) < 5.1e-9
    assert np.max(np.abs(found.upper - UPPER)) < 5.1e-9
