"""Life expectancy from deaths and person-years by age band: an abridged life table.

Sources  Chiang CL (1968), Introduction to Stochastic Processes in Biostatistics, Wiley, ch. 9 and 10;
         Silcocks PBS, Jenner DA, Reza R (2001), Life expectancy as a summary of mortality in a population,
         Journal of Epidemiology and Community Health 55:38-43 (variance of the open last band);
         Eayres D, Williams ES (2004), the same journal 58:243-249 (5,000 person-years at least);
         Public Health England and the Office for National Statistics use the same table.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openphm.statistics.interval import Floats, Interval, divided, non_negative, normal_deviate

# Under 1, 1 to 4, 5 to 9, ... 85 to 89, 90 and over: the twenty bands of national life tables.
AGES = (0, 1, *range(5, 95, 5))
LEAST_PERSON_YEARS = 5_000
WIDEST_INTERVAL = 20.0
# Those who die in their first year die early in it; in later bands, half way through.
LIVED_IN_FIRST_YEAR, LIVED = 0.1, 0.5


def life_expectancy(
    deaths: ArrayLike, person_years: ArrayLike, *, ages: Sequence[int] = AGES, confidence: float = 0.95
) -> Interval:
    """Years still to live at the start of each age band, at the death rates given (Chiang II).

        q = nM ÷ (1 + n(1−a)M), 1 in the last band     M = deaths/person-years, n width, a share lived (0.5)
        L = n(l' + a d), l/M in the last band           e = Σ L from this band on ÷ l
        variance = Σ l² ((1−a)n + e')² q²(1−q)/deaths ÷ l₀²  + the last band's l² (1/M²)/deaths ÷ l₀²

    deaths, person_years: (..., bands); ages: the first age of each band, from 0. Returns (..., bands), years;
    the first is life expectancy at birth. a is 0.1 in the first year of life.
    A group is missing (NaN) with fewer than 5,000 person-years, a band without any, more deaths than
    person-years in a band, or no death in the last band: none of these can be helped by the method. A value
    whose interval is wider than 20 years is missing too, its limits kept.
    Raises ValueError when a value is below zero or the bands do not fit the ages.
    """
    d, n = np.broadcast_arrays(non_negative(deaths, "deaths"), non_negative(person_years, "person_years"))
    widths = _widths(ages, d.shape[-1] if d.ndim else 0)
    lived = np.where(np.arange(len(ages)) == 0, LIVED_IN_FIRST_YEAR if ages[1] == 1 else LIVED, LIVED)
    is_known = _is_known(d, n)[..., np.newaxis]
    rate = np.where(is_known, divided(d, n), np.nan)
    years = _expected_years(rate, widths, lived)
    error = np.sqrt(_variance(rate, d, years, widths, lived))
    spread = normal_deviate(confidence) * error
    is_narrow = 2 * normal_deviate(0.95) * error <= WIDEST_INTERVAL
    return Interval(np.where(is_narrow, years, np.nan), years - spread, years + spread, confidence)


def _expected_years(rate: Floats, widths: Floats, lived: Floats) -> Floats:
    alive = _alive(rate, widths, lived)
    dying = alive * _dying_share(rate, widths, lived)
    years = widths * (alive - dying + lived * dying)
    years[..., -1] = divided(alive[..., -1], rate[..., -1])
    still: Floats = divided(np.flip(np.cumsum(np.flip(years, -1), axis=-1), -1), alive)
    return still


def _variance(rate: Floats, deaths: Floats, years: Floats, widths: Floats, lived: Floats) -> Floats:
    alive = _alive(rate, widths, lived)
    share = _dying_share(rate, widths, lived)
    later = np.concatenate([years[..., 1:], np.zeros_like(years[..., :1])], axis=-1)
    of_share = np.where(deaths > 0, divided(share**2 * (1 - share), deaths), 0.0)
    terms = (alive * ((1 - lived) * widths + later)) ** 2 * of_share
    terms[..., -1] = alive[..., -1] ** 2 * divided(years[..., -1] ** 2, deaths[..., -1])
    total: Floats = divided(np.flip(np.cumsum(np.flip(terms, -1), axis=-1), -1), alive**2)
    return total


def _dying_share(rate: Floats, widths: Floats, lived: Floats) -> Floats:
    """q: the share of those alive at the start of a band who die in it; all do in the last."""
    share = np.minimum(widths * rate / (1 + widths * (1 - lived) * rate), 1.0)
    share[..., -1] = np.where(np.isnan(rate[..., -1]), np.nan, 1.0)
    return share


def _alive(rate: Floats, widths: Floats, lived: Floats) -> Floats:
    """l: the share of those born who reach the start of each band."""
    surviving = 1 - _dying_share(rate, widths, lived)
    return np.concatenate([np.ones_like(rate[..., :1]), np.cumprod(surviving[..., :-1], axis=-1)], axis=-1)


def _is_known(deaths: Floats, person_years: Floats) -> NDArray[np.bool_]:
    known: NDArray[np.bool_] = (
        (person_years > 0).all(axis=-1)
        & (deaths <= person_years).all(axis=-1)
        & (deaths[..., -1] > 0)
        & (person_years.sum(axis=-1) >= LEAST_PERSON_YEARS)
    )
    return known


def _widths(ages: Sequence[int], bands: int) -> Floats:
    if len(ages) != bands or bands < 2:
        raise ValueError(f"there are {bands} age bands in the deaths and {len(ages)} ages; two at least")
    if ages[0] != 0 or any(later <= earlier for earlier, later in itertools.pairwise(ages)):
        raise ValueError("ages begin at 0 and rise")
    # The last band is open; its width is never used.
    return np.append(np.diff(np.asarray(ages, dtype=np.float64)), 0.0)
