"""Answers: a projection as rows of year, metric and driver, in the form of the public contract."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from openphm.core.results import Cell, Provenance, Result, Scalar
from openphm.projections.path import BASE, Floats
from openphm.projections.projection import PROGRAMME, Projection

COLUMNS = ("year", "metric", "driver", "unmitigated", "mitigated", "p10", "p50", "p90", "unit")
ALL, FULL, IN_YEAR, TO_DATE = "all", "full_effect", "in_year", "to_date"

Line = tuple[Cell | Scalar, ...]


class _Rows:
    """Writes rows. Figures that rest on people carry their number; stated ones are nobody's."""

    def __init__(self, projection: Projection) -> None:
        self._people, self._least = projection.path.n_people, projection.n_people

    def cell(
        self, value: float | None, *, is_planned: bool = True, behind: int | None = None
    ) -> Cell | Scalar:
        """is_planned: the figure depends on the interventions, and so rests on what few of a cohort used.

        behind: the people it rests on, where that is known of the figure itself.
        """
        if value is None or not np.isfinite(value):
            return Cell(None) if self._people else None
        people = self._least if is_planned else self._people
        people = people if behind is None else behind
        return Cell(float(value), n_people=people) if self._people else float(value)

    def row(
        self, place: tuple[int, str, str], unit: str, *, before: float | None = None,
        after: float | None = None,
        runs: Floats | None = None,
        behind: tuple[int, int] | None = None,
    ) -> Line:  # fmt: skip
        """behind: people behind what is expected if nothing changes, and with the plan."""
        low, middle, high = (None, None, None) if runs is None else _percentiles(runs)
        now, then = behind or (None, None)
        planned = (self.cell(one, behind=then) for one in (after, low, middle, high))
        return (*place, self.cell(before, is_planned=False, behind=now), *planned, unit)


def _percentiles(runs: Floats) -> tuple[float, float, float]:
    known = runs[np.isfinite(runs)]
    if not len(known):
        return (float("nan"),) * 3
    low, middle, high = np.quantile(known, [0.1, 0.5, 0.9])
    return float(low), float(middle), float(high)


def run_result(projection: Projection, provenance: Provenance) -> Result:
    """All figures of a run, year by year."""
    rows = _Rows(projection)
    lines: list[Line] = []
    for year in range(projection.path.years + 1):
        lines += _money(projection, rows, year) if year else ()
        lines += _totals(projection, rows, year)
        lines += _drivers(projection, rows, year) if year else ()
        lines += _activity(projection, rows, year)
    return Result(
        f"project/run/{projection.scenario.id}", COLUMNS, tuple(lines), provenance, notes_of(projection)
    )


def notes_of(projection: Projection) -> tuple[str, ...]:
    """What a reader must know of the figures."""
    scenario = projection.scenario
    pays = projection.payback
    return (
        f"Year 0 was measured. Pounds are of {'the base' if scenario.prices == 'real' else 'each'} year; "
        f"discounting: {scenario.discounting} ({_rates(projection)}), the first year undiscounted.",
        f"P10, P50 and P90 are of {scenario.runs:,} runs; parameters of a kind "
        f"correlate by {scenario.correlation:g}.",
        "full_effect: as if every ramp were at its end; in_year: the year by itself; to_date: from year 1, "
        "at present value.",
        f"Payback: {f'year {pays}' if pays else 'not within the horizon'}. Cash-releasing: "
        f"{scenario.cash_releasing_share:.0%} of the saving; the rest is capacity.",
    )


def _rates(projection: Projection) -> str:
    """The dated table of discount rates in words: of real prices, up to the horizon."""
    held = [(first, rate) for first, rate in projection.rates if first < projection.path.years or not first]
    said = [f"{rate:.1%}" + (f" from year {first}" if first else " a year") for first, rate in held]
    return f"{', then '.join(said)}"


def _money(projection: Projection, rows: _Rows, year: int) -> Iterator[Line]:
    """Saving, programme, net, ratios and present values of a year."""
    plan, full, runs, y = projection.plan, projection.full, projection.runs, year - 1
    if not projection.planned:
        return
    yield rows.row((year, "net_gbp", FULL), "gbp", before=0.0, after=full.net[year])
    yield rows.row(
        (year, "net_gbp", IN_YEAR), "gbp", before=0.0, after=plan.net[year], runs=runs.net[:, year]
    )
    for name, account in ((FULL, full), (IN_YEAR, plan)):
        drawn = name == IN_YEAR
        saving, cost = account.saving[year], account.programme[year]
        many = runs.saving[:, year] / np.where(runs.programme[:, year] == 0, np.nan, runs.programme[:, year])
        yield rows.row(
            (year, "benefit_cost_ratio", name), "ratio", after=saving / cost if cost else None,
            runs=many if drawn else None,
        )  # fmt: skip
        yield rows.row((year, "break_even_share", name), "share", after=cost / saving if saving else None)
    for metric, function, unit in (
        ("npv_gbp", projection.net_present_value, "gbp"),
        ("benefit_cost_ratio", projection.benefit_cost_ratio, "ratio"),
        ("break_even_share", projection.break_even, "share"),
    ):
        yield rows.row((year, metric, TO_DATE), unit, after=function(plan)[y], runs=function(runs)[:, y])
    yield rows.row(
        (year, "gross_saving_gbp", IN_YEAR),
        "gbp",
        before=0.0,
        after=plan.saving[year],
        runs=runs.saving[:, year],
    )
    yield rows.row(
        (year, "programme_cost_gbp", IN_YEAR), "gbp", before=0.0, after=plan.programme[year],
        runs=runs.programme[:, year],
    )  # fmt: skip
    for metric, part in (
        ("cash_releasing_gbp", projection.cash_releasing),
        ("capacity_value_gbp", projection.capacity_value),
    ):
        yield rows.row((year, metric, FULL), "gbp", after=part(full)[year])
        yield rows.row((year, metric, IN_YEAR), "gbp", after=part(plan)[year], runs=part(runs)[:, year])
    yield rows.row(
        (year, "probability_of_saving", IN_YEAR), "share", after=float(np.mean(runs.net[:, year] > 0))
    )
    to_date = projection.net_present_value(runs)[:, y]
    yield rows.row((year, "probability_of_saving", TO_DATE), "share", after=float(np.mean(to_date > 0)))


def _totals(projection: Projection, rows: _Rows, year: int) -> Iterator[Line]:
    """Cost, bed days, beds, hours and people of a year."""
    plan, full, runs = projection.plan, projection.full, projection.runs
    hours = projection.scenario.hours_per_wte
    yield rows.row((year, "people", ALL), "people", before=projection.path.people[year].sum())
    for metric, before, after, many, unit in (
        ("cost_gbp", plan.cost, plan.cost_mitigated, runs.cost_mitigated, "gbp"),
        ("bed_days", plan.bed_days, plan.bed_days_mitigated, runs.bed_days_mitigated, "bed_days"),
        ("workforce_hours", plan.hours, plan.hours_mitigated, runs.hours_mitigated, "hours"),
    ):
        yield rows.row((year, metric, ALL), unit, before=before[year], after=after[year], runs=many[:, year])
    beds = projection.beds
    yield rows.row(
        (year, "beds", ALL), "beds", before=float(beds(plan.bed_days)[year]),
        after=float(beds(plan.bed_days_mitigated)[year]), runs=beds(runs.bed_days_mitigated)[:, year],
    )  # fmt: skip
    yield rows.row(
        (year, "wte", ALL), "wte", before=plan.hours[year] / hours, after=plan.hours_mitigated[year] / hours,
        runs=runs.hours_mitigated[:, year] / hours,
    )  # fmt: skip
    if year and projection.planned:
        freed = beds(full.bed_days - full.bed_days_mitigated)[year]
        yield rows.row((year, "beds_freed", FULL), "beds", before=0.0, after=float(freed))
        many = beds(runs.bed_days - runs.bed_days_mitigated)[:, year]
        planned = beds(plan.bed_days - plan.bed_days_mitigated)[year]
        yield rows.row((year, "beds_freed", IN_YEAR), "beds", before=0.0, after=float(planned), runs=many)


def _drivers(projection: Projection, rows: _Rows, year: int) -> Iterator[Line]:
    """The waterfall of pounds: from the base year through drivers and interventions to what is expected."""
    yield rows.row((year, "change_gbp", BASE), "gbp", before=projection.base_cost)
    for name, added in projection.unmitigated_change.items():
        yield rows.row((year, "change_gbp", name), "gbp", before=float(added[year]))
    own = {one.intervention.id: (projection.path.n_people, one.n_people) for one in projection.planned}
    for name, added in projection.mitigated_change.items():
        if projection.planned:
            place = (year, "change_gbp", name)
            yield rows.row(place, "gbp", before=0.0, after=float(added[year]), behind=own.get(name))
    for name, added in projection.programme_change.items():
        yield rows.row(
            (year, "change_gbp", f"{PROGRAMME}: {name}"), "gbp", before=0.0, after=float(added[year])
        )


def _activity(projection: Projection, rows: _Rows, year: int) -> Iterator[Line]:
    """Units of each activity, which rest on the people who used it."""
    plan, runs, path = projection.plan, projection.runs, projection.path
    for place, name in enumerate(path.activities):
        yield rows.row(
            (year, "activity", name), "events", before=plan.units[year, place],
            after=plan.units_mitigated[year, place], runs=runs.units_mitigated[:, year, place],
            behind=(path.behind[place], projection.people_behind([name])) if path.behind else None,
        )  # fmt: skip
