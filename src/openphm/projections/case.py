"""The business case: what it is worth, what it rests on most, who benefits, how it will be seen.

Tornado: each parameter at its P10 and P90, all others at their centre. Tracking: the events expected in the
people reached in year 1, and the smallest change that so many can show, comparing with as many who are not
reached, (z[97.5%] + z[80%]) √(2φ / E) on the log scale.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import exp, isfinite, sqrt

import numpy as np

from openphm.core.periods import Month
from openphm.core.results import Cell, Provenance, Result, Scalar
from openphm.definitions.scenario_ranges import Range
from openphm.projections.account import mitigated_units, planned_account
from openphm.projections.answers import ALL, notes_of, run_result
from openphm.projections.behind import fewest, together
from openphm.projections.mitigation import Planned, left
from openphm.projections.path import BASE, Floats
from openphm.projections.projection import Projection
from openphm.projections.words import WORDS, words_of

COLUMNS = ("section", "item", "value", "p10", "p90", "unit")
POWER = 1.959963984540054 + 0.8416212335729143
MONTHS_OF_LATE_DATA = 3
Line = tuple[Cell | Scalar, ...]


def tornado(projection: Projection) -> list[tuple[str, float, float]]:
    """Net present value with each uncertain parameter at its P10 and at its P90, widest first."""
    found = []
    for number, one in enumerate(projection.planned):
        for place, change in enumerate(one.changes):
            if change.low != change.high:
                name = f"{one.intervention.id}: {projection.path.activities[place]}"
                values = [_with_change(projection, number, place, x) for x in (change.low, change.high)]
                found.append((name, values[0], values[1]))
        hour = one.intervention.cost.hour_gbp
        if hour.low != hour.high:
            values = [_with_hour(projection, number, x) for x in (hour.low, hour.high)]
            found.append((f"{one.intervention.id}: price of an hour", values[0], values[1]))
    return sorted(found, key=lambda row: -abs(row[2] - row[1]))


def _with_change(projection: Projection, number: int, place: int, value: float) -> float:
    planned = list(projection.planned)
    changes = list(planned[number].changes)
    changes[place] = Range(value)
    planned[number] = replace(planned[number], changes=tuple(changes))
    return _value(projection, planned)


def _with_hour(projection: Projection, number: int, value: float) -> float:
    planned = list(projection.planned)
    one = planned[number]
    cost = replace(one.intervention.cost, hour_gbp=Range(value))
    planned[number] = replace(one, intervention=replace(one.intervention, cost=cost))
    return _value(projection, planned)


def _value(projection: Projection, planned: Sequence[Planned]) -> float:
    account = planned_account(projection.path, planned)
    return float(projection.net_present_value(account)[-1])


def tracking(projection: Projection) -> Iterator[tuple[str, float, float, int]]:
    """For each intervention and activity: events expected in year 1, what change is seen, people behind."""
    path = projection.path
    for one in projection.planned:
        reach = one.intervention.share_in(1)[0]
        events = (path.units[1] * one.cover.units * reach).sum(axis=0)
        for place, name in enumerate(path.activities):
            if place in one.touched and events[place] > 0:
                seen = 1 - exp(-POWER * sqrt(2 * float(path.dispersion[place]) / float(events[place])))
                people = one.people_behind([place])
                yield f"{one.intervention.id}: {name}", float(events[place]), seen, people


def equity(projection: Projection) -> Floats | None:
    """Pounds of activity avoided in the last year by deprivation quintile, 1 most deprived [5].

    Each activity is avoided in a cohort's quintiles as the cohort used it in the year that was measured; what
    several interventions share is shared by what each would avoid alone. None where a cohort was stated.
    """
    path = projection.path
    whole = (path.units - mitigated_units(path, projection.planned))[-1]
    own, shares = [], []
    for one in projection.planned:
        used = one.cohort.imd_units
        if used is None:
            return None
        own.append((path.units * (1 - left([one], [one.weights(path.years)], [one.centre()])))[-1])
        total = used.sum(axis=0)
        shares.append(np.divide(used, total, out=np.full(used.shape, 1 / len(used)), where=total > 0))
    alone = np.sum(np.abs(own), axis=0)
    found = np.zeros(5)
    for avoided, share in zip(own, shares, strict=True):
        part = np.divide(np.abs(avoided), alone, out=np.zeros_like(alone), where=alone > 0)
        found += share @ (part * whole * path.unit_cost).sum(axis=0)
    return found


SECTIONS = ("year", "cost if nothing changes", "cost with the plan")


def _section(line: Line) -> int:
    """Worth first, then cost, then what it rests on; a stable sort keeps the years in order."""
    name = str(line[0])
    if name.startswith(SECTIONS[0]):
        return 0
    return SECTIONS.index(name) if name in SECTIONS else len(SECTIONS)


def case_result(projection: Projection, provenance: Provenance) -> Result:
    """The business case as one table of sections."""
    lines = [*_worth(projection, provenance), *_rests_on(projection, provenance)]
    lines.sort(key=_section)
    notes = (
        *notes_of(projection),
        "Tornado: net present value at P10 and P90 of one parameter, the others at their centre.",
        f"Tracking: review on {_review(provenance)}, when year 1 has ended and its data are complete. A fall "
        "smaller than the smallest detectable cannot be told from chance (two-sided 5%, power 80%, as many "
        "controls).",
        "Equity: pounds of activity avoided in the last year, in the quintiles where the cohort used it; 1 "
        "is most deprived. What substitution adds is not in it.",
    )
    return Result(f"project/case/{projection.scenario.id}", COLUMNS, tuple(lines), provenance, notes)


def _review(provenance: Provenance) -> str:
    """When year 1 can be judged: it has ended, and what came late in it has been delivered."""
    day = Month.containing(provenance.as_at).plus(12 + MONTHS_OF_LATE_DATA).end
    return f"{day.day} {day:%B %Y}"


def _worth(projection: Projection, provenance: Provenance) -> Iterator[Line]:
    """Money, beds and staff of the first and last year; cost of every year; the waterfall of the last."""
    last = projection.path.years
    run = run_result(projection, provenance)
    for line in run.rows:
        row = dict(zip(run.columns, line, strict=True))
        metric, driver, unit = str(row["metric"]), str(row["driver"]), row["unit"]
        planned = (row["mitigated"], row["p10"], row["p90"])
        year = f"year {row['year']}"
        if (metric, driver) in WORDS and row["year"] in (1, last):
            yield year, WORDS[metric, driver], *planned, unit
        elif (metric, driver) == ("cost_gbp", ALL):
            yield "cost if nothing changes", year, row["unmitigated"], None, None, unit
            yield "cost with the plan", year, *planned, unit
        elif metric == "change_gbp" and row["year"] == last:
            steps = [one for one in (row["mitigated"], row["unmitigated"]) if _amount(one) is not None]
            if steps and (_amount(steps[0]) or driver == BASE):
                yield "waterfall", words_of(driver), steps[0], None, None, unit


def _amount(item: Cell | Scalar) -> Scalar:
    return item.value if isinstance(item, Cell) else item


def _rests_on(projection: Projection, provenance: Provenance) -> Iterator[Line]:
    """Which parameters matter most, how it will be seen whether it works, and who benefits."""
    centre = float(projection.net_present_value(projection.plan)[-1])
    of_plan = projection.n_people
    for name, low, high in tornado(projection):
        values = (_cell(one, projection, of_plan) for one in (centre, low, high))
        yield "tornado", words_of(name), *values, "gbp"
    for name, events, seen, people in tracking(projection):
        expected, least = (_cell(one, projection, people) for one in (events, seen))
        yield "tracking", f"{words_of(name)}, expected events in year 1", expected, None, None, "events"
        yield "tracking", f"{words_of(name)}, smallest detectable fall", least, None, None, "share"
    if projection.planned:
        yield "tracking", f"review on {_review(provenance)}", None, None, None, ""
    avoided = equity(projection) if projection.planned else None
    if avoided is not None:
        for number, (pounds, people) in enumerate(zip(avoided, _of_quintiles(projection), strict=True), 1):
            value = _cell(float(pounds), projection, people)
            yield "equity", f"deprivation quintile {number}", value, None, None, "gbp"


def _cell(value: float, projection: Projection, people: int) -> Cell | Scalar:
    """A figure with the people behind it; one of a stated baseline is nobody's."""
    known = value if isfinite(value) else None
    return Cell(known, n_people=people) if projection.path.n_people else known


def _of_quintiles(projection: Projection) -> tuple[int, ...]:
    """People behind what is avoided in each deprivation quintile, at the least [5]."""
    found = [projection.n_people] * 5
    for one in projection.planned:
        if one.cohort.behind is not None:
            used = one.cohort.behind.quintiles[:, list(one.touched)]
            found = [fewest(n, mine) for n, mine in zip(found, used, strict=True)]
    return together(found)


def compare_result(projections: Sequence[Projection], provenance: Provenance) -> Result:
    """Scenarios side by side over their horizons."""
    lines: list[Line] = []
    for one in projections:
        run = run_result(one, provenance)
        for line in run.rows:
            row = dict(zip(run.columns, line, strict=True))
            if (str(row["metric"]), str(row["driver"])) in WORDS and row["year"] == one.path.years:
                values = [row[name] for name in ("mitigated", "p10", "p90")]
                lines.append((one.scenario.id, str(row["metric"]), *values, row["unit"]))
    columns = ("scenario", "metric", "value", "p10", "p90", "unit")
    return Result("project/compare", columns, tuple(lines), provenance, notes_of(projections[0]))
