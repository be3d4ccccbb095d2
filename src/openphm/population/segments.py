"""The segment matrix: sums for each subsegment and place, added up, then divided.

Rows for `all` are made from the same sums as the rows they total, so that the parts add up to the
whole without checking. What belongs to nobody registered stands in its own row, `unattributed`, and
only the whole system sees it: it has no place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from openphm.core.errors import AccessRefused, UsageError
from openphm.core.periods import Window
from openphm.core.results import Cell, Result, Scalar
from openphm.population.asking import Asking
from openphm.population.measures import MEASURES, UNATTRIBUTED, Parts
from openphm.population.segment_parts import Point, use_sql, who_sql

ALL = "all"
NOBODY = "unattributed"
COLUMNS = ("subsegment_code", "measure", "value", "unit")
PLACES = {"practice": "p.practice_code", "pcn": "p.pcn_code"}
_ONE_PLACE = "CAST(NULL AS VARCHAR)"

Sums = dict[str, Decimal | int | float]
Row = tuple[Cell | Scalar, ...]


def matrix(population: Asking, as_at: date, by: str | None) -> Result:
    """The matrix as one row for each (place,) subsegment and measure."""
    place = _place_column(by)
    parts = _parts(population, as_at, place)
    codes = [one.code for one in population.subsegments]
    rows: list[Row] = []
    for code, name in _places(population, by, parts):
        label: tuple[Scalar, ...] = (code, name) if by else ()
        rows += _matrix_rows({c: parts.get((code, c)) for c in codes}, label)
    if (None, NOBODY) in parts:
        rows += _unattributed_rows(parts[None, NOBODY])
    columns = ("place_code", "place_name", *COLUMNS) if by else COLUMNS
    return Result("report/segments", columns, tuple(rows), population.provenance(as_at), _notes(by))


def _place_column(by: str | None) -> str:
    if by is None:
        return _ONE_PLACE
    if by not in PLACES:
        raise UsageError("--by", f"'{by}' is not a kind of place.", f"Allowed: {', '.join(PLACES)}.")
    return PLACES[by]


def _parts(population: Asking, as_at: date, place: str) -> dict[tuple[str | None, str], Sums]:
    """Every sum, by place and subsegment."""
    points = _points(population)
    days = Window.twelve_months_to(as_at).days
    found: dict[tuple[str | None, str], Sums] = {}
    for row in population.ask(who_sql(place, as_at), as_at):
        sums = _sums(row)
        sums["person_years"] = sums["person_days"] / days
        found[row["place_code"], row["subsegment_code"]] = {**_nothing(), **sums}
    whole = place == _ONE_PLACE and population.scope.is_whole_system
    for row in population.ask(use_sql(place, as_at, points, with_nobody=whole), as_at):
        key = row["place_code"], row["subsegment_code"] or NOBODY
        found.setdefault(key, _nothing()).update(_sums(row))
    if whole:
        nobody = found.setdefault((None, NOBODY), _nothing())
        nobody["people"] = nobody.get("users", 0)
    return found


def _points(population: Asking) -> list[Point]:
    """The points of delivery that this build counts and prices."""
    columns = population.columns("person.month")
    select = "SELECT point_of_delivery, cost_category FROM definitions.point_of_delivery ORDER BY 1"
    rows = population.ask_reference(select)
    points = [Point(str(row["point_of_delivery"]), str(row["cost_category"])) for row in rows]
    return [point for point in points if f"cost_{point.id}_gbp" in columns]


def _sums(row: Mapping[str, Any]) -> Sums:
    labels = ("place_code", "subsegment_code")
    return {name: 0 if value is None else value for name, value in row.items() if name not in labels}


def _nothing() -> Sums:
    """The sums of no people: the start of every sum, and what a subsegment without people holds."""
    zeros: Sums = {"people": 0}
    for measure in MEASURES:
        for name in (measure.numerator, measure.denominator):
            zeros[name] = Decimal(0) if name.startswith("cost_") else 0
        if measure.kind in ("rate", "sum"):
            zeros[f"people_{measure.numerator}"] = zeros[f"top_{measure.numerator}"] = 0
    return zeros


def _added(parts: Iterable[Parts]) -> Sums:
    """The sums of several parts; of the largest contributors, the largest."""
    total = _nothing()
    for part in parts:
        for name, value in part.items():
            if name.startswith("top_"):
                total[name] = max(total.get(name, value), value)
            else:
                total[name] = total.get(name, 0) + value  # type: ignore[operator]
    return total


def _matrix_rows(by_code: Mapping[str, Parts | None], label: tuple[Scalar, ...]) -> list[Row]:
    """The rows of one matrix: every subsegment, also an empty one, and all."""
    whole = _added(part for part in by_code.values() if part)
    columns = [(code, part or _nothing()) for code, part in by_code.items()]
    return [
        (*label, code, measure.id, measure.cell(part), measure.unit)
        for code, part in [*columns, (ALL, whole)]
        for measure in MEASURES
    ]


def _unattributed_rows(sums: Parts) -> list[Row]:
    measures = [measure for measure in MEASURES if measure.id in UNATTRIBUTED]
    return [(NOBODY, measure.id, measure.cell(sums), measure.unit) for measure in measures]


def unattributed(population: Asking, as_at: date) -> Sums:
    """The sums of activity that belongs to nobody registered. Only the whole system may ask."""
    if not population.scope.is_whole_system:
        raise AccessRefused(
            "unattributed activity",
            "this scope is limited to places, and unattributed activity has none",
            remedy="ask somebody who may see the whole system",
        )
    select = use_sql(_ONE_PLACE, as_at, _points(population), with_nobody=True)
    rows = [row for row in population.ask(select, as_at) if row["subsegment_code"] is None]
    sums = {**_nothing(), **(_sums(rows[0]) if rows else {})}
    return {**sums, "people": sums.get("users", 0)}


def attribution(population: Asking) -> Result:
    """Where the pounds of the 12 months went: activity, segments, nobody; and the difference, nought."""
    rows = population.ask_reference(
        "SELECT SUM(CASE WHEN subsegment_code <> 'unattributed' THEN cost_gbp ELSE 0 END) AS segments, "
        "SUM(cost_gbp) AS activity, SUM(n_people) AS n_people FROM quality.attribution"
    )
    held, nobody = rows[0], unattributed(population, population.as_at)
    pounds = Decimal(nobody["cost_total"])
    cost = next(measure for measure in MEASURES if measure.id == "cost_total_gbp").cell(nobody)
    activity, segments = held["activity"] or Decimal(0), held["segments"] or Decimal(0)
    people = int(held["n_people"] or 0)
    answers: tuple[Row, ...] = (
        ("activity", Cell(activity, n_people=people)),
        ("segments", Cell(segments, n_people=people)),
        (NOBODY, cost),
        ("difference", activity - segments - pounds),
    )
    return Result("check/attribution", ("subject", "cost_gbp"), answers, population.provenance())


def _places(
    population: Asking, by: str | None, parts: Mapping[tuple[str | None, str], Parts]
) -> list[tuple[str | None, str]]:
    """The places of the answer, by code, with their names."""
    if by is None:
        return [(None, "")]
    names = {place.code: place.name for place in population.places if place.kind == by}
    codes = sorted({code for code, _ in parts if code is not None})
    return [(code, names.get(code) or code) for code in codes]


def _notes(by: str | None) -> tuple[str, ...]:
    notes = [
        "Registered population. Population counts people registered on the as-at date; rates divide by "
        "person-years registered and alive in the 12 months to it.",
        "People who died or left count in the subsegment of their last registered day.",
    ]
    if by is None:
        notes.append(
            "Unattributed: activity of people not registered in the window, or without a valid NHS number."
        )
    return tuple(notes)
