"""Measures over time, over places and over deprivation: control charts, funnels, slopes, life expectancy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from openphm.core.errors import UsageError
from openphm.core.results import Cell, Result, Scalar
from openphm.definitions.measures import MeasureFile
from openphm.definitions.quantities import Quantity
from openphm.population.cohorts.chosen import What
from openphm.population.measures import Answer, Measuring
from openphm.population.measuring.groups import LIFE_TABLE, groups_named
from openphm.population.measuring.inequality import slope_of_deciles
from openphm.population.measuring.sums import NOTHING, Sums
from openphm.population.measuring.tally import Question, tally, window_time
from openphm.statistics import (
    Funnel,
    SpecialCause,
    XmR,
    average,
    life_expectancy,
    proportion_funnel,
    rate_funnel,
)

CHART_COLUMNS = (
    "month", "value", "centre", "lower_limit", "upper_limit", "special_cause", "verdict", "assurance", "unit",
)  # fmt: skip
FUNNEL_COLUMNS = (
    "value", "numerator", "denominator", "centre", "lower_95", "upper_95", "lower_998", "upper_998",
    "place_in_funnel", "unit",
)  # fmt: skip
SLOPE_COLUMNS = ("measure", "index", "value", "lower", "upper", "unit")
LIFE_COLUMNS = ("value", "lower", "upper", "deaths", "person_years", "unit")
DEATHS = MeasureFile(
    id="deaths", version="", title="Deaths", unit="per_person_year", direction="down", kind="rate",
    numerator=Quantity("events", "death_date"), denominator=Quantity("person_years", True), attribution="end",
)  # fmt: skip
Row = tuple[Cell | Scalar, ...]


class Charting(Measuring):
    """Questions about a measure that a chart answers."""

    def inequality(
        self, id_: str, *, as_at: date | None = None, where: What | None = None, months: int | None = None
    ) -> Result:
        """Slope and relative index of inequality over ten IMD deciles, most against least deprived."""
        measure = self._computed(id_)
        day = self.checked_date(as_at)
        question = Question((measure,), groups_named("imd_decile"), (day,), self.criterion(where), months)
        found = tally(self, question)
        held: dict[object, Sums] = {key[0]: one for key, one in found.of(measure).items()}
        time = window_time(day, found.months[measure.id])
        slope, relative = slope_of_deciles(measure, held, time)
        why = self.coverage.why_missing(measure, day, found.months[measure.id])
        rows = tuple(
            (measure.id, name, *(_hidden(one, why) for one in (made.value, made.lower, made.upper)), unit)
            for name, made, unit in (("slope", slope, measure.unit), ("relative", relative, "ratio"))
        )
        notes = ("Above 0 (or 1): more at the most deprived end of the line fitted through ten deciles.",)
        return self._result(f"inequality/{measure.id}", SLOPE_COLUMNS, rows, measure, day, notes)

    def funnel(
        self,
        id_: str,
        by: str = "pcn",
        *,
        as_at: date | None = None,
        where: What | None = None,
        months: int | None = None,
    ) -> Result:
        """Each place with its value, and the limits within which chance alone would leave it."""
        measure = self._computed(id_)
        if measure.kind not in ("proportion", "rate"):
            raise UsageError(
                "funnel", f"'{measure.id}' is a {measure.kind}.", "A funnel shows shares and rates."
            )
        groups = groups_named(by)
        question = Question((measure,), groups, (self.checked_date(as_at),), self.criterion(where), months)
        answers = [one for one in self.answers(question) if one.key[0] is not None]
        limits, centre = _limits(measure, answers)
        rows = tuple(_funnel_row(measure, one, limits, centre, i) for i, one in enumerate(answers))
        notes = (f"Limits are 95% and 99.8%, around {centre:.4g}: everybody in the scope.",)
        columns = (groups[0].name, *FUNNEL_COLUMNS)
        return self._result(f"funnel/{measure.id}", columns, rows, measure, question.dates[-1], notes)

    def control_chart(
        self,
        id_: str,
        *,
        as_at: date | None = None,
        where: What | None = None,
        target: float | None = None,
        rebase_at: Sequence[int] = (),
    ) -> Result:
        """The measure month by month with the limits and rules of an XmR chart (Making Data Count)."""
        measure = self._computed(id_)
        last = self.checked_date(as_at)
        dates = self.series_dates((measure,), last)
        question = Question((measure,), groups_named("month"), dates, self.criterion(where), None, True)
        answers = self.answers(question)
        values = np.array([_number(one.figures.value) for one in answers])
        if np.isfinite(values).sum() < 2:
            raise UsageError("control chart", "fewer than two months are known.", "A chart needs two.")
        chart = XmR(improvement=measure.direction, target=target, rebase_at=tuple(rebase_at)).fit(values)  # type: ignore[arg-type]
        rows = []
        for i, one in enumerate(answers):
            phase = next(part for part in chart.phases if part.start <= i < part.end)
            people = one.figures.value.n_people
            lines = [Cell(float(v), n_people=people) for v in (phase.centre, phase.lower, phase.upper)]
            cause = SpecialCause(int(chart.special[i])).name.lower()
            rows.append(
                (
                    one.as_at,
                    one.figures.value,
                    *lines,
                    one.figures.value.saying(cause),
                    one.figures.value.saying(chart.verdicts[i]),
                    chart.assurance,
                    measure.unit,
                )
            )
        notes = ("Limits: the mean and 2.66 mean moving ranges either side.",)
        return self._result(f"control-chart/{measure.id}", CHART_COLUMNS, tuple(rows), measure, last, notes)

    def life_expectancy(
        self, by: str | Iterable[str] = (), *, as_at: date | None = None, months: int = 36
    ) -> Result:
        """Life expectancy at birth in each group, from deaths and person-time of the months to the date."""
        groups = groups_named(by)
        day = self.checked_date(as_at)
        months = min(months, self.month_ends.index(day) + 1)
        found = tally(self, Question((DEATHS,), (*groups, LIFE_TABLE), (day,), None, months))
        held = found.of(DEATHS)
        size, time = len(groups), window_time(day, months)
        rows = []
        for key in sorted({one[:size] for one in held}, key=str):
            bands = [held.get((*key, band), NOTHING) for band in range(20)]
            deaths = [float(one.top) for one in bands]
            years = [time.years(float(one.bottom)) for one in bands]
            rows.append((*key, *_expected(deaths, years), "years"))
        columns = (*(group.name for group in groups), *LIFE_COLUMNS)
        notes = (
            f"Period life expectancy (Chiang II) over {months} months; missing with fewer than 5,000 "
            "person-years, an empty age band, or no death at 90 and over.",
        )
        return Result("life-expectancy", columns, tuple(rows), self.provenance(day), notes)

    def _computed(self, id_: str) -> MeasureFile:
        measure = self.measure_named(id_)
        if measure.is_recorded:
            raise UsageError(
                measure.id, "its figures are recorded and not computed.", measure.reason,
                "see it in `openphm report outcomes`",
            )  # fmt: skip
        return measure

    def _result(
        self,
        question: str,
        columns: tuple[str, ...],
        rows: tuple[Row, ...],
        measure: MeasureFile,
        day: date,
        notes: tuple[str, ...],
    ) -> Result:
        used = [self.definitions.get(f"measures/{measure.id}")]
        return Result(question, columns, rows, self.provenance(day, asked_with=used), notes)


def _hidden(cell: Cell, why: str) -> Cell:
    return Cell(None) if why else cell


def _number(cell: Cell) -> float:
    return float(cell.value) if isinstance(cell.value, int | float) else float("nan")


def _limits(measure: MeasureFile, answers: Sequence[Answer]) -> tuple[Funnel, float]:
    tops = np.array([_number(one.figures.numerator) for one in answers])
    sizes = np.array([float(one.figures.value.denominator or 0) for one in answers])
    tops = np.nan_to_num(tops)
    centre = average(tops, sizes)
    if measure.kind == "proportion":
        found = proportion_funnel(sizes, centre)
        lines = [getattr(found, name) * measure.per for name in _LINES]
        return replace(found, **dict(zip(_LINES, lines, strict=True))), centre * measure.per
    return rate_funnel(sizes, centre * measure.per, multiplier=measure.per), centre * measure.per


_LINES = ("inner_lower", "inner_upper", "outer_lower", "outer_upper")


def _funnel_row(measure: MeasureFile, one: Answer, limits: Funnel, centre: float, i: int) -> Row:
    made = one.figures
    people, value = made.denominator.n_people, _number(made.value)
    lines = [float(getattr(limits, name)[i]) for name in _LINES]
    cells = [Cell(None if np.isnan(v) else v, n_people=people) for v in lines]
    return (
        one.key[0], made.value, made.numerator, made.denominator, Cell(centre, n_people=people), *cells,
        _said(value, lines), measure.unit,
    )  # fmt: skip


def _said(value: float, lines: Sequence[float]) -> str:
    inner_lower, inner_upper, outer_lower, outer_upper = lines
    if np.isnan(value) or np.isnan(inner_lower):
        return ""
    if value > outer_upper or value < outer_lower:
        return "high, beyond 99.8%" if value > outer_upper else "low, beyond 99.8%"
    if value > inner_upper or value < inner_lower:
        return "high, beyond 95%" if value > inner_upper else "low, beyond 95%"
    return "as chance would have it"


def _expected(deaths: Sequence[float], years: Sequence[float]) -> tuple[Cell, ...]:
    found = life_expectancy(deaths, years)
    people = int(sum(deaths))
    three = [float(one[0]) for one in (found.value, found.lower, found.upper)]
    cells = [Cell(None if np.isnan(v) else v, n_people=people) for v in three]
    return (*cells, Cell(people, n_people=people), Cell(sum(years), n_people=people))
