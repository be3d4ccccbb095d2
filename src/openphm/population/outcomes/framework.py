"""The framework as a list of key results, and the sums from which all of their figures are made.

Two kinds of sums are asked for, each in as few statements as there are windows: as at the date and a year
before, by subsegment, deprivation fifth and age; and month by month, by subsegment. Months of a large
population are asked a year at a time, so that memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from openphm.definitions.measures import MeasureFile
from openphm.definitions.outcomes import KeyResult, Objective, OutcomeFile
from openphm.population.asking import Asking
from openphm.population.measuring.coverage import Coverage
from openphm.population.measuring.groups import groups_named
from openphm.population.measuring.needed import check_measures
from openphm.population.measuring.sums import Sums, added
from openphm.population.measuring.tally import Question, Tally, tally

Progress = Callable[[str, str], None]
MOST_PERSON_MONTHS = 3_300_000
AS_AT_GROUPS = ("subsegment", "imd_decile", "age_band", "sex")


@dataclass(frozen=True)
class Tracked:
    """A key result with where it stands in the framework, and the measure behind it."""

    framework: OutcomeFile
    objective: Objective
    key_result: KeyResult
    measure: MeasureFile

    @property
    def id(self) -> str:
        """The id of the key result, one of its own in the whole framework."""
        return self.key_result.id


def tracked(population: Asking, segment: str | None = None) -> list[Tracked]:
    """Every key result of the framework, segment by segment, or of one segment."""
    contents = population.definitions.contents
    files = sorted(contents.outcomes.values(), key=lambda one: (one.segment == "all", one.segment, one.id))
    return [
        Tracked(file, objective, result, contents.measures[result.measure])
        for file in files
        if segment in (None, file.segment)
        for objective in file.objectives
        for result in objective.key_results
    ]


def computed(results: Iterable[Tracked], coverage: Coverage) -> tuple[MeasureFile, ...]:
    """The measures that the build answers, each once."""
    found = {one.measure.id: one.measure for one in results if coverage.can_be_computed(one.measure)}
    return tuple(found.values())


def as_at_sums(population: Asking, measures: Sequence[MeasureFile], as_at: date) -> Tally:
    """Sums over the measures' own windows, by subsegment, deprivation decile, age band and sex."""
    check_measures(measures, population.known, population.points, population.criteria_read)
    if not measures:
        return Tally()
    return tally(population, Question(tuple(measures), groups_named(AS_AT_GROUPS), (as_at,)))


def month_sums(
    population: Asking,
    measures: Sequence[MeasureFile],
    dates: Sequence[date],
    progress: Progress = lambda stage, doing: None,
) -> Tally:
    """Sums of each month, by month and subsegment."""
    check_measures(measures, population.known, population.points, population.criteria_read)
    found = Tally()
    for part in _stretches(population, dates) if measures else []:
        progress("outcomes", f"{part[0]:%B %Y} to {part[-1]:%B %Y}")
        asked = Question(tuple(measures), groups_named(("month", "subsegment")), part, series=True)
        one = tally(population, asked)
        found.months.update(one.months)
        for id_, sums in one.sums.items():
            found.sums.setdefault(id_, {}).update(sums)
    return found


def _stretches(population: Asking, dates: Sequence[date]) -> list[tuple[date, ...]]:
    people = population.ask_reference("SELECT COUNT(*) AS n FROM segments.window")[0]["n"]
    size = max(1, min(len(dates), MOST_PERSON_MONTHS // max(1, int(people)))) if dates else 1
    return [tuple(dates[start : start + size]) for start in range(0, len(dates), size)]


def subsegments_of(population: Asking, key_result: KeyResult) -> frozenset[str]:
    """The subsegment codes that a key result is about."""
    wanted = set(key_result.population)
    return frozenset(
        one.code
        for one in population.subsegments
        if not wanted or one.code in wanted or one.segment_code in wanted
    )


def over(sums: dict[tuple[object, ...], Sums], kept: Callable[[tuple[object, ...]], bool]) -> Sums:
    """The sums of the groups that are kept, together."""
    return added(one for key, one in sums.items() if kept(key))
