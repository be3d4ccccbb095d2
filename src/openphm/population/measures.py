"""Measures: any of them, by any groups, as at any month end of the build, or month by month.

    ics.measure("emergency_admissions_rate", by="pcn", standardise="direct")
    ics.measures(["smoking_prevalence", "obesity_prevalence"], by=("imd_quintile", "sex"))

Each figure carries the people behind it. Where a feed does not cover the window there is no figure, never
a nought.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from openphm.core.errors import UsageError, nearest
from openphm.core.results import Cell, Result, Scalar
from openphm.criteria import Criterion
from openphm.definitions.measures import MeasureFile
from openphm.definitions.quantities import COST_CATEGORIES
from openphm.population.adding_up import by_group
from openphm.population.asking import Asking
from openphm.population.cohorts.chosen import What, choose
from openphm.population.measure_parts import Measure, Parts
from openphm.population.measuring.cells import Figures, figures
from openphm.population.measuring.coverage import Coverage, coverage_of
from openphm.population.measuring.groups import Group, groups_named
from openphm.population.measuring.needed import check_measures
from openphm.population.measuring.standardised import UNITS, standardised_figures, strata_groups
from openphm.population.measuring.sums import NOTHING as NO_SUMS
from openphm.population.measuring.sums import Sums
from openphm.population.measuring.tally import Key, Question, Tally, tally, window_time

__all__ = ["CATEGORIES", "Answer", "Measure", "Measuring", "Parts"]

COLUMNS = ("measure", "value", "lower", "upper", "numerator", "denominator", "unit")
CATEGORIES = COST_CATEGORIES
"""The cost rows of the segment matrix, which together are all pounds."""

MONTH = "month"
NOTHING = Figures(Cell(None), Cell(None), Cell(None), Cell(None), Cell(None))
TIME_NOTE = (
    "Rates divide by person-years registered and alive in the window; shares are of the people registered on "
    "the date."
)


@dataclass(frozen=True)
class Answer:
    """The figures of one measure in one group, and why there are none."""

    measure: MeasureFile
    key: Key
    as_at: date
    figures: Figures
    missing: str = ""


class Measuring(Asking):
    """The questions about measures that a population answers."""

    @cached_property
    def coverage(self) -> Coverage:
        """What was delivered to the build."""
        return coverage_of(self)

    def measure_named(self, id_: str) -> MeasureFile:
        """The measure of an id. Raises UsageError with the nearest known one."""
        known = self.definitions.contents.measures
        name = id_.removeprefix("measures/")
        if name in known:
            return known[name]
        near = nearest(name, known)
        raise UsageError(
            "measure",
            f"there is no measure '{id_}'.",
            "`openphm measure --list` shows all of them.",
            f"write '{near}' if that is what you mean" if near else "",
        )

    def measure(
        self,
        id_: str,
        by: str | Iterable[str] = (),
        *,
        as_at: date | None = None,
        where: What | None = None,
        months: int | None = None,
        standardise: str | None = None,
    ) -> Result:
        """One measure: value, interval, numerator and denominator in each group.

        by: practice, pcn, ltla, lsoa21, segment, subsegment, imd_decile, imd_quintile, ethnic_group,
        age_band, sex or month, alone or together. where: only people who meet a cohort or criterion.
        months: the window, instead of the measure's own. standardise: "direct" (European Standard Population
        2013) or "indirect" (against everybody in the scope).
        """
        return self.measures([id_], by, as_at=as_at, where=where, months=months, standardise=standardise)

    def measures(
        self,
        ids: Sequence[str],
        by: str | Iterable[str] = (),
        *,
        as_at: date | None = None,
        where: What | None = None,
        months: int | None = None,
        standardise: str | None = None,
    ) -> Result:
        """Many measures in one pass: as `measure`, with a row for each group and measure."""
        groups = groups_named(by)
        measures = tuple(self.measure_named(one) for one in dict.fromkeys(ids))
        question = self._question(measures, groups, as_at, where, months)
        answers = self.answers(question, standardise)
        rows = tuple(_row(one, standardise) for one in answers)
        used = [self.definitions.get(f"measures/{one.id}") for one in measures]
        return Result(
            f"measure/{'+'.join(one.id for one in measures)}",
            (*(group.name for group in groups), *COLUMNS),
            rows,
            self.provenance(question.dates[-1], asked_with=used),
            (TIME_NOTE, *_notes(answers)),
            additivity=by_group(self, [group.name for group in groups]),
        )

    def answers(self, question: Question, standardise: str | None = None) -> list[Answer]:
        """The figures of a question, group by group, in order of the groups."""
        computed = tuple(one for one in question.measures if self.coverage.can_be_computed(one))
        check_measures(computed, self.known, self.points, self.criteria_read)
        asked = Question(
            computed, strata_groups(question.groups, standardise), question.dates, question.where,
            question.months, question.series,
        )  # fmt: skip
        found = tally(self, asked) if computed else Tally()
        keys = _keys(found, computed, len(question.groups))
        answers = []
        for measure in question.measures:
            answers += self._answers_of(measure, question, found, keys, standardise)
        return answers

    def _answers_of(
        self,
        measure: MeasureFile,
        question: Question,
        found: Tally,
        keys: Sequence[Key],
        standardise: str | None,
    ) -> list[Answer]:
        months = found.months.get(measure.id, measure.window_months)
        held = found.of(measure)
        dates = {key: self._date_of(key, question) for key in keys}
        if not held:
            made = dict.fromkeys(keys, NOTHING)
        elif standardise:
            made = standardised_figures(
                measure, held, keys, time=window_time(question.dates[-1], months), method=standardise,
                populations=self.definitions.contents.reference.standard_populations,
            )  # fmt: skip
        else:
            made = _by_date(measure, held, keys, dates, months)
        gone = {day: self.coverage.why_missing(measure, day, months) for day in set(dates.values())}
        answers = []
        for key in keys:
            why = gone[dates[key]] or self._practice_gap(measure, key, question, dates[key], months)
            answers.append(Answer(measure, key, dates[key], NOTHING if why else made[key], why))
        return answers

    def _practice_gap(
        self, measure: MeasureFile, key: Key, question: Question, as_at: date, months: int
    ) -> str:
        names = [group.name for group in question.groups]
        if "practice" not in names:
            return ""
        practice = str(key[names.index("practice")])
        gap = self.coverage.practice_missing(measure, practice, as_at, months)
        return "the practice left out a month" if gap else ""

    @staticmethod
    def _date_of(key: Key, question: Question) -> date:
        names = [group.name for group in question.groups]
        if MONTH in names:
            found = key[names.index(MONTH)]
            assert isinstance(found, date)
            return found
        return question.dates[-1]

    def _question(
        self,
        measures: tuple[MeasureFile, ...],
        groups: tuple[Group, ...],
        as_at: date | None,
        where: What | None,
        months: int | None,
    ) -> Question:
        last = self.checked_date(as_at)
        by_month = any(group.name == MONTH for group in groups)
        dates = self.series_dates(measures, last, months) if by_month else (last,)
        return Question(measures, groups, dates, self.criterion(where), months, by_month)

    def series_dates(
        self, measures: Sequence[MeasureFile], last: date, months: int | None = None
    ) -> tuple[date, ...]:
        """The month ends of a series: those with a whole window of history before them."""
        reach = max(
            [months or max(one.series_months, 1 + 12 * bool(one.at_start)) for one in measures] or [1]
        )
        return tuple(day for day in self.month_ends[reach - 1 :] if day <= last) or (last,)

    def criterion(self, where: What | None) -> Criterion | None:
        """A cohort, file or plain criterion as a criterion. Raises DefinitionError."""
        if where is None or isinstance(where, Criterion):
            return where
        return choose(where, self.definitions, self.known).criterion


def _keys(found: Tally, measures: Sequence[MeasureFile], size: int) -> list[Key]:
    """The groups of an answer: those in which any of the measures has something; one where none is asked."""
    held = {
        key[:size] for measure in measures for key, one in found.of(measure).items() if one.top or one.bottom
    }
    return sorted(held, key=_order) or ([] if size else [()])


def _by_date(
    measure: MeasureFile,
    held: Mapping[Key, Sums],
    keys: Sequence[Key],
    dates: Mapping[Key, date],
    months: int,
) -> dict[Key, Figures]:
    """Figures of all keys; those of one date are computed together, because windows differ in days."""
    made: dict[Key, Figures] = {}
    for day in dict.fromkeys(dates.values()):
        mine = [key for key in keys if dates[key] == day]
        computed = figures(measure, [held.get(key, NO_SUMS) for key in mine], window_time(day, months))
        made.update(zip(mine, computed, strict=True))
    return made


def _order(key: Key) -> tuple[tuple[bool, str], ...]:
    """Numbers in order, texts after them, nothing last."""
    return tuple((one is None, f"{one:012}" if isinstance(one, int) else str(one)) for one in key)


def _row(answer: Answer, standardise: str | None) -> tuple[Cell | Scalar, ...]:
    made = answer.figures
    unit = UNITS.get(standardise or "", answer.measure.unit)
    return (
        *answer.key, answer.measure.id, made.value, made.lower, made.upper, made.numerator,
        made.denominator, unit,
    )  # fmt: skip


def _notes(answers: Sequence[Answer]) -> list[str]:
    """Why measures have no figure, each once."""
    found: dict[tuple[str, str], None] = {}
    for one in answers:
        if one.missing:
            found.setdefault((one.measure.id, one.missing))
    return [f"{id_}: {why}." for id_, why in found]
