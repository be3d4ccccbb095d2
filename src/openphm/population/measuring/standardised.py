"""Standardised figures: what a group's rate would be if its ages were those of a standard population.

direct    the group's rates by age, weighted with the European Standard Population 2013 (19 bands)
indirect  the group's events against those to expect at the rates, by age and sex, of everybody in the scope
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from openphm.core.errors import UsageError
from openphm.core.results import Cell
from openphm.definitions.measures import MeasureFile
from openphm.definitions.reference import StandardPopulation
from openphm.population.measuring.cells import Figures, Time
from openphm.population.measuring.groups import BAND_NAMES, GROUPS, SEXES, Group
from openphm.population.measuring.sums import NOTHING, Sums, added
from openphm.statistics import (
    Interval,
    directly_standardised_rate,
    expected_events,
    indirectly_standardised_ratio,
)

METHODS = ("direct", "indirect")
UNITS = {"indirect": "ratio"}
STANDARD = "esp_2013_19_bands"
Key = tuple[object, ...]


def strata_groups(groups: tuple[Group, ...], method: str | None) -> tuple[Group, ...]:
    """The groups of a question, and those by which it is standardised. Raises UsageError."""
    if not method:
        return groups
    if method not in METHODS:
        raise UsageError("standardise", f"'{method}' is no method.", f"Allowed: {', '.join(METHODS)}.")
    names = {group.name for group in groups}
    if names & {"age_band", "sex"}:
        raise UsageError(
            "standardise", "the groups are already by age or sex.", "", "leave age_band and sex out of `by`"
        )
    strata = ("age_band",) if method == "direct" else ("age_band", "sex")
    return (*groups, *(GROUPS[name] for name in strata))


def standardised_figures(
    measure: MeasureFile,
    held: Mapping[Key, Sums],
    keys: Sequence[Key],
    *,
    time: Time,
    method: str,
    populations: Sequence[StandardPopulation],
) -> dict[Key, Figures]:
    """One figure for each key, from sums by key and stratum."""
    strata = _strata(method)
    cube = [[held.get((*key, *stratum), NOTHING) for stratum in strata] for key in keys]
    tops = np.array([[float(one.top) for one in row] for row in cube]).reshape(len(keys), len(strata))
    bottoms = np.array([[_exposure(measure, one, time) for one in row] for row in cube]).reshape(tops.shape)
    if method == "direct":
        found = _direct(measure, tops, bottoms, populations)
        unders = bottoms.sum(axis=1)
    else:
        expected = expected_events(bottoms, tops.sum(axis=0), bottoms.sum(axis=0))
        found = indirectly_standardised_ratio(tops.sum(axis=1), expected)
        unders = expected
    return {key: _cells(added(cube[i]), float(unders[i]), found, i) for i, key in enumerate(keys)}


def _strata(method: str) -> list[tuple[object, ...]]:
    if method == "direct":
        return [(band,) for band in BAND_NAMES]
    return [(band, sex) for band in BAND_NAMES for sex in SEXES.values()]


def _exposure(measure: MeasureFile, sums: Sums, time: Time) -> float:
    is_time = measure.denominator is not None and measure.denominator.word == "person_years"
    return time.years(float(sums.bottom)) if is_time else float(sums.bottom)


def _direct(
    measure: MeasureFile, tops: np.ndarray, bottoms: np.ndarray, populations: Sequence[StandardPopulation]
) -> Interval:
    """Bands that nobody of the measure can be in (such as 75 and over of deaths under 75) are left out."""
    standard = next((one for one in populations if one.name == STANDARD), None)
    if standard is None:
        raise UsageError("standardise", f"the definitions hold no standard population '{STANDARD}'.")
    possible = bottoms.sum(axis=0) > 0
    if not possible.any():
        nothing = np.full(len(tops), np.nan)
        return Interval(nothing, nothing, nothing)
    weights = np.array(standard.weights)[possible]
    return directly_standardised_rate(
        tops[:, possible], bottoms[:, possible], weights, multiplier=float(measure.per)
    )


def _cells(sums: Sums, under: float, found: Interval, position: int) -> Figures:
    people = sums.contributing or sums.base
    share = min(1.0, float(sums.largest) / float(sums.top)) if sums.top > 0 else None

    def cell(value: float) -> Cell:
        known = not np.isnan(value)
        return Cell(float(value) if known else None, numerator=float(sums.top), denominator=under,
                    n_people=people, largest_share=share)  # fmt: skip

    return Figures(
        cell(found.value[position]), cell(found.lower[position]), cell(found.upper[position]),
        Cell(float(sums.top), n_people=people, largest_share=share), Cell(under, n_people=sums.base),
    )  # fmt: skip
