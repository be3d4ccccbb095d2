"""The profile of a cohort next to everybody registered in scope, and two cohorts side by side.

Figure 18 of the blueprint calls it the wider determinants of a cohort. Differences are standardised, so
that years, shares and pounds can be compared with each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import isfinite

from openphm.core.results import Cell, Result, Scalar
from openphm.population.asking import Asking
from openphm.population.cohorts.chosen import Chosen
from openphm.population.cohorts.counting import cell, share
from openphm.population.cohorts.describing import Described, Group, Sums, describe, group_of, rows_of
from openphm.statistics import Moments, standardised_mean_difference

COLUMNS = ("group", "measure", "value", "unit")
REGISTERED_GROUP = "registered"
PUBLISHED_GROUP = "published"
DIFFERENCE_GROUP = "standardised_mean_difference"
PEOPLE = "people"
IN_BOTH = "people_in_both"
DIFFERENCE_UNIT = "standardised_difference"

Row = tuple[Cell | Scalar, ...]


def profile(population: Asking, chosen: Chosen, as_at: date) -> Result:
    """The cohort, everybody registered in scope, the difference, and what others published."""
    rows = rows_of(population.definitions, population.known)
    found = describe(population, rows, [chosen.criterion], as_at)
    members, everybody = group_of(found, rows, 1), group_of(found, rows)
    answer = [
        *_of_group(chosen.id, members, rows),
        *_of_group(REGISTERED_GROUP, everybody, rows),
        *_differences(members, everybody, rows),
        *_published(chosen, rows),
    ]
    used = (*chosen.used, *population.definitions.all("profiles"))
    return Result("cohort/profile", COLUMNS, tuple(answer), population.provenance(as_at, asked_with=used))


def compare(population: Asking, one: Chosen, other: Chosen, as_at: date) -> Result:
    """Two cohorts side by side, with standardised mean differences (first minus second)."""
    rows = rows_of(population.definitions, population.known)
    found = describe(population, rows, [one.criterion, other.criterion], as_at)
    first, second, shared = (group_of(found, rows, wanted) for wanted in (1, 2, 3))
    labels = (one.id, other.id if other.id != one.id else f"{other.id} (second)")
    answer: list[Row] = []
    for label, group in zip(labels, (first, second), strict=True):
        answer += [(label, IN_BOTH, cell(shared.people), "people"), *_of_group(label, group, rows)]
    answer += _differences(first, second, rows)
    used = (*one.used, *other.used, *population.definitions.all("profiles"))
    return Result("cohort/compare", COLUMNS, tuple(answer), population.provenance(as_at, asked_with=used))


def _of_group(label: str, group: Group, rows: Sequence[Described]) -> list[Row]:
    answer: list[Row] = [(label, PEOPLE, cell(group.people), "people")]
    answer += [(label, one.row.id, _figure(one, group), one.row.unit) for one in rows]
    return answer


def _figure(one: Described, group: Group) -> Cell:
    """One figure of a group, with the people behind it."""
    sums = group.sums[one.row.id]
    if one.row.kind == "share_of":
        return share(sums.above, group.people)
    if one.row.kind == "mean_of":
        value = sums.mean if sums.people else None
        return Cell(value, numerator=sums.total, denominator=float(sums.people), n_people=sums.people)
    years = group.person_years
    return Cell(
        sums.total / years if years else None,
        numerator=sums.total,
        denominator=years,
        n_people=sums.above or group.people,
        largest_share=min(1.0, sums.top / sums.total) if sums.total > 0 else None,
    )


def _differences(first: Group, second: Group, rows: Sequence[Described]) -> list[Row]:
    return [(DIFFERENCE_GROUP, one.row.id, _difference(one, first, second), DIFFERENCE_UNIT) for one in rows]


def _difference(one: Described, first: Group, second: Group) -> Cell:
    """The standardised mean difference to two decimals; the people behind it are the fewest of both."""
    pair = [group.sums[one.row.id] for group in (first, second)]
    moments = [Moments.of_sums(sums.people, sums.total, sums.squares) for sums in pair]
    value = float(standardised_mean_difference(*moments))
    behind = min(_behind(one, sums) for sums in pair)
    return Cell(round(value, 2) if isfinite(value) else None, n_people=behind)


def _behind(one: Described, sums: Sums) -> int:
    """Fewest people on one side of the figure: with or without, for a share."""
    if one.row.kind != "share_of":
        return sums.people
    return min(
        side for side in (sums.above, sums.people - sums.above, sums.people) if side or not sums.people
    )


def _published(chosen: Chosen, rows: Sequence[Described]) -> list[Row]:
    """Figures of the definition, as data with their source."""
    known = {PEOPLE, *(one.row.id for one in rows)}
    published = chosen.file.published if chosen.file else ()
    return [(PUBLISHED_GROUP, one.measure, one.value, one.unit) for one in published if one.measure in known]
