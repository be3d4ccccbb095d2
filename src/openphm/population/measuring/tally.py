"""Tally: the sums of many measures over any groups, in one pass for each window.

The wide snapshot answers where it can; everything else is answered from the tables as at any month end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from openphm.core.periods import Window
from openphm.core.results import Scalar
from openphm.criteria import Criterion, Snapshot
from openphm.definitions.measures import MeasureFile
from openphm.population.asking import Asking, Row
from openphm.population.measuring.cells import Time
from openphm.population.measuring.frame import Frame
from openphm.population.measuring.groups import ATTRIBUTION, Group
from openphm.population.measuring.leavers import joiners_table, keep_leavers_and_joiners, leavers_table
from openphm.population.measuring.needed import Needed, Parts
from openphm.population.measuring.sums import Selected, Sums
from openphm.population.measuring.wide import MONTHS, SNAPSHOT, columns_read, wide_frame, wide_where

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
    needed = Needed(population.known, population.points, months, read=population.criteria_read)
    parts = tuple(needed.parts(measure) for measure in measures)
    if _ask_wide(population, needed, parts, question, attribution, found):
        return
    where = "TRUE" if question.where is None else needed.criterion(question.where)
    selected = Selected(parts, question.groups, where)
    frame = Frame(needed, question.groups, dates=question.dates, attribution=attribution)
    rows = population.ask_over_time(
        f"{frame.sql()}\n{selected.sql}",
        question.dates,
        months if needed.needs_everybody else 1,
        with_days=needed.person_time,
    )
    _add(rows, selected, found)


def _add(rows: Sequence[Row], selected: Selected, found: Tally) -> None:
    """Add rows to what is held already: the sums of parts make those of the whole."""
    for row in rows:
        key = tuple(row[f"by_{group.name}"] for group in selected.groups)
        for number, part in enumerate(selected.parts):
            held, one = found.sums[part.measure.id], selected.read(row, number)
            held[key] = held[key] + one if key in held else one


def _ask_wide(
    population: Asking,
    needed: Needed,
    parts: tuple[Parts, ...],
    question: Question,
    attribution: str,
    found: Tally,
) -> bool:
    """The fast form: the registered from the snapshot, those who left from memory. False: it cannot."""
    as_at = question.dates[-1]
    by_start = attribution == "start" and any(group.name in ATTRIBUTION for group in question.groups)
    if len(question.dates) > 1 or by_start or as_at not in snapshot_dates(population):
        return False
    snapshot = Snapshot.of(population.columns(SNAPSHOT), as_at, population.definitions)
    frame, where = wide_frame(needed, question.groups, snapshot), wide_where(question.where, snapshot)
    if frame is None or where is None:
        return False
    days = window_time(as_at, MONTHS).days
    read = f"SELECT {columns_read(frame, snapshot)}, TRUE AS is_registered_as_at"
    source = f"{read}, {days} AS person_days\nFROM {SNAPSHOT} AS p"
    if needed.person_time:
        _keep_once(population, as_at, days)
        source = (
            f"{read}, COALESCE(j.person_days, {days}) AS person_days\n"
            f"FROM {SNAPSHOT} AS p\n"
            f"LEFT JOIN memory.main.{joiners_table(as_at)} AS j ON j.person_key = p.person_key"
        )
    selected = Selected(parts, question.groups)
    _add(population.ask_wide(f"{frame}\n{selected.sql}", as_at, source, where), selected, found)
    # people who left are in rates and sums; of those registered on the date they are no part
    mine = [part.measure for part in parts if not _counts_registered(part.measure)]
    if mine:
        _keep_once(population, as_at, days)
        own = Needed(population.known, population.points, needed.months, read=needed.read)
        less = Selected(tuple(own.parts(measure) for measure in mine), question.groups)
        frame = wide_frame(own, question.groups, snapshot)
        assert frame is not None  # fewer measures of those just answered
        gone = (
            f"SELECT {columns_read(frame, snapshot)}, p.is_registered_as_at, p.person_days\n"
            f"FROM memory.main.{leavers_table(as_at)} AS p"
        )
        _add(population.ask_wide(f"{frame}\n{less.sql}", as_at, gone, where), less, found)
    return True


def _counts_registered(measure: MeasureFile) -> bool:
    """True when nobody counts in it who is not registered on the date."""
    base = measure.denominator or measure.numerator
    return base is not None and base.counts_people


def snapshot_dates(population: Asking) -> frozenset[date]:
    """The dates of the wide snapshot; none where the build has none."""
    kept = population.__dict__.setdefault("_snapshot_dates", None)
    if kept is None:
        rows: list[Row] = []
        if SNAPSHOT in population.tables():
            rows = population.ask_reference(f"SELECT DISTINCT as_at FROM {SNAPSHOT}")
        kept = population.__dict__["_snapshot_dates"] = frozenset(row["as_at"] for row in rows)
    return kept  # type: ignore[no-any-return]


def _keep_once(population: Asking, as_at: date, days: int) -> None:
    """People who left and joined are put together for a date once; another question finds them there."""
    kept: set[date] = population.__dict__.setdefault("_leavers_kept", set())
    if as_at not in kept:
        keep_leavers_and_joiners(population, as_at, days)
        kept.add(as_at)
