"""Tally: the sums of many measures over any groups, in one pass for each window.

The wide snapshot answers where it can; everything else is answered from the tables as at any month end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from openphm.core.periods import Window
from openphm.core.results import Scalar
from openphm.criteria import Criterion
from openphm.definitions.measures import MeasureFile
from openphm.population.asking import Asking
from openphm.population.measuring.cells import Time
from openphm.population.measuring.frame import Frame
from openphm.population.measuring.groups import ATTRIBUTION, Group
from openphm.population.measuring.needed import Needed
from openphm.population.measuring.sums import Sums, read_sums, select_sums
from openphm.population.people import sql_date

Key = tuple[Scalar, ...]


@dataclass(frozen=True)
class Question:
    """What is asked: measures, groups, dates, whom, and over how many months.

    months   so many to each date; None: each measure's own
    """

    measures: tuple[MeasureFile, ...]
    groups: tuple[Group, ...]
    dates: tuple[date, ...]
    where: Criterion | None = None
    months: int | None = None
    series: bool = False


@dataclass
class Tally:
    """The sums of each measure in each group, and how long its window is."""

    sums: dict[str, dict[Key, Sums]] = field(default_factory=dict)
    months: dict[str, int] = field(default_factory=dict)

    def of(self, measure: MeasureFile) -> Mapping[Key, Sums]:
        """The sums of a measure by the values of the groups."""
        return self.sums.get(measure.id, {})


def tally(population: Asking, question: Question) -> Tally:
    """All sums, with one statement for each window and way of attribution."""
    found = Tally()
    for (months, attribution), measures in _batches(question).items():
        for measure in measures:
            found.months[measure.id] = months
            found.sums[measure.id] = {}
        _ask(population, question, measures, (months, attribution), found)
    return found


def window_time(as_at: date, months: int) -> Time:
    """The days of a window of whole months to a month end."""
    if months == 12:
        return Time(Window.twelve_months_to(as_at).days, months)
    first = as_at + timedelta(days=1)
    year, month = divmod(first.year * 12 + first.month - 1 - months, 12)
    return Time((first - date(year, month + 1, 1)).days, months)


def _batches(question: Question) -> dict[tuple[int, str], list[MeasureFile]]:
    """Measures that can be asked together: of the same window, and of the same attribution if it matters."""
    by_segment = any(group.name in ATTRIBUTION for group in question.groups)
    found: dict[tuple[int, str], list[MeasureFile]] = {}
    for measure in question.measures:
        own = measure.series_months if question.series else measure.window_months
        months = question.months or own
        attribution = measure.attribution if by_segment else "end"
        found.setdefault((months, attribution), []).append(measure)
    return found


def _ask(
    population: Asking,
    question: Question,
    measures: Sequence[MeasureFile],
    way: tuple[int, str],
    found: Tally,
) -> None:
    months, attribution = way
    needed = Needed(population.known, population.points, months)
    parts = [needed.parts(measure) for measure in measures]
    where = "TRUE" if question.where is None else needed.criterion(question.where)
    frame = Frame(needed, question.groups, dates=question.dates, attribution=attribution)
    select = f"{frame.sql()}\n{select_sums(parts, question.groups, where)}"
    rows = population.ask_over_time(
        select, question.dates, months if needed.needs_everybody else 1, with_days=needed.person_time
    )
    for row in rows:
        key = tuple(_plain(row[f"by_{group.name}"]) for group in question.groups)
        for number, measure in enumerate(measures, start=1):
            found.sums[measure.id][key] = read_sums(row, number)


def _plain(value: Scalar) -> Scalar:
    return value


def described(question: Question) -> str:
    """The dates of a question, for messages."""
    return ", ".join(sql_date(day) for day in question.dates)
