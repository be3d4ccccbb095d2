"""The segment matrix: 30 measures for each subsegment and place, added up, then divided.

Rows for `all` are made from the same sums as the rows they total, so that the parts add up to the
whole without checking. What belongs to nobody registered stands in its own row, `unattributed`, and
only the whole system sees it: it has no place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from openphm.core.errors import AccessRefused, UsageError
from openphm.core.results import Cell, Result, Scalar
from openphm.definitions.measures import MeasureFile
from openphm.population.adding_up import by_subsegment
from openphm.population.asking import Asking
from openphm.population.measuring.cells import figures
from openphm.population.measuring.groups import groups_named
from openphm.population.measuring.sums import NOTHING, Sums, added
from openphm.population.measuring.tally import Question, tally, window_time
from openphm.population.over_time import month_before_sql
from openphm.population.people import sql_date

ALL = "all"
NOBODY = "unattributed"
COLUMNS = ("subsegment_code", "measure", "value", "unit")
PLACES = ("practice", "pcn")
TOTAL_COST = "cost_total_gbp"

MEASURES = (
    "population", "mean_age", "male_share", "mean_imd_decile", "ethnic_minority_share", "multimorbidity",
    "cost_total_gbp", "cost_pppy_total", "cost_pppy_acute_planned", "cost_pppy_acute_unplanned",
    "cost_pppy_acute_other", "cost_pppy_general_practice", "cost_pppy_community_mental_health",
    "cost_pppy_social_care", "gp_contacts_pppy", "emergency_bed_days_pppy", "asthma_share", "diabetes_share",
    "hypertension_share", "obesity_share", "stroke_share", "anxiety_share", "depression_share",
    "learning_disability_share", "mental_health_flag_share", "falls_share", "not_fit_for_work_share",
    "waiting_list_share", "opioid_share", "social_vulnerability_share",
)  # fmt: skip
"""The rows of the matrix, in order: ids of measures."""

Row = tuple[Cell | Scalar, ...]
Parts = Mapping[str, Sums]


def matrix(population: Asking, as_at: date, by: str | None) -> Result:
    """The matrix as one row for each (place,) subsegment and measure."""
    if by is not None and by not in PLACES:
        raise UsageError("--by", f"'{by}' is not a kind of place.", f"Allowed: {', '.join(PLACES)}.")
    measures = tuple(population.definitions.contents.measures[one] for one in MEASURES)
    parts = _parts(population, measures, as_at, by)
    codes = [one.code for one in population.subsegments]
    rows: list[Row] = []
    for code, name in _places(population, by, parts):
        label: tuple[Scalar, ...] = (code, name) if by else ()
        rows += _matrix_rows(measures, {c: parts.get((code, c), {}) for c in codes}, as_at, label)
    if by is None and population.scope.is_whole_system:
        nobody = unattributed(population, as_at)
        total = population.definitions.contents.measures[TOTAL_COST]
        rows.append((NOBODY, TOTAL_COST, _cell(total, nobody, as_at), total.unit))
    columns = ("place_code", "place_name", *COLUMNS) if by else COLUMNS
    used = [population.definitions.get(f"measures/{one}") for one in MEASURES]
    source = population.provenance(as_at, asked_with=used)
    adds_up = by_subsegment(population, by, apart=frozenset({NOBODY}))
    return Result("report/segments", columns, tuple(rows), source, _notes(by), adds_up)


def _parts(
    population: Asking, measures: tuple[MeasureFile, ...], as_at: date, by: str | None
) -> dict[tuple[Scalar, Scalar], dict[str, Sums]]:
    """Every sum, by place and subsegment."""
    groups = groups_named(([by] if by else []) + ["subsegment"])
    found = tally(population, Question(measures, groups, (as_at,), months=12))
    parts: dict[tuple[Scalar, Scalar], dict[str, Sums]] = {}
    for measure in measures:
        for key, sums in found.of(measure).items():
            place = key[0] if by else None
            parts.setdefault((place, key[-1]), {})[measure.id] = sums
    return parts


def _matrix_rows(
    measures: tuple[MeasureFile, ...], by_code: Mapping[str, Parts], as_at: date, label: tuple[Scalar, ...]
) -> list[Row]:
    """The rows of one matrix: every subsegment, also an empty one, and all."""
    codes = [*by_code, ALL]
    cells: dict[tuple[str, str], Cell] = {}
    for measure in measures:
        held = [part.get(measure.id, NOTHING) for part in by_code.values()]
        made = figures(measure, [*held, added(held)], window_time(as_at, 12))
        cells.update({(code, measure.id): one.value for code, one in zip(codes, made, strict=True)})
    return [
        (*label, code, measure.id, cells[code, measure.id], measure.unit)
        for code in codes
        for measure in measures
    ]


def _cell(measure: MeasureFile, sums: Sums, as_at: date) -> Cell:
    return figures(measure, [sums], window_time(as_at, 12))[0].value


def unattributed(population: Asking, as_at: date) -> Sums:
    """The pounds of activity that belongs to nobody registered. Only the whole system may ask."""
    if not population.scope.is_whole_system:
        raise AccessRefused(
            "unattributed activity",
            "this scope is limited to places, and unattributed activity has none",
            remedy="ask somebody who may see the whole system",
        )
    costed = [f"COALESCE(m.cost_{id_}_gbp, 0)" for id_, one in population.points.items() if one != "none"]
    day = sql_date(as_at)
    row = population.ask(
        f"""
used AS (
    SELECT m.person_key, SUM({" + ".join(costed) or "0"}) AS pounds
    FROM person.month AS m
    WHERE m.month_end > {month_before_sql(day, 12)} AND m.month_end <= {day}
    GROUP BY m.person_key
)
SELECT SUM(u.pounds) AS pounds, COUNT(CASE WHEN u.pounds > 0 THEN 1 END) AS people, MAX(u.pounds) AS most,
    COUNT(*) AS users
FROM used AS u
LEFT JOIN people AS p ON p.person_key = u.person_key
WHERE p.person_key IS NULL""",
        as_at,
    )[0]
    nought = Decimal(0)
    return Sums(row["pounds"] or nought, 0, int(row["people"]), row["most"] or nought, int(row["users"]))


def attribution(population: Asking) -> Result:
    """Where the pounds of the 12 months went: activity, segments, nobody; and the difference, nought."""
    rows = population.ask_reference(
        "SELECT SUM(CASE WHEN subsegment_code <> 'unattributed' THEN cost_gbp ELSE 0 END) AS segments, "
        "SUM(cost_gbp) AS activity, SUM(n_people) AS n_people FROM quality.attribution"
    )
    held, nobody = rows[0], unattributed(population, population.as_at)
    cost = _cell(population.definitions.contents.measures[TOTAL_COST], nobody, population.as_at)
    activity, segments = held["activity"] or Decimal(0), held["segments"] or Decimal(0)
    people = int(held["n_people"] or 0)
    answers: tuple[Row, ...] = (
        ("activity", Cell(activity, n_people=people)),
        ("segments", Cell(segments, n_people=people)),
        (NOBODY, cost),
        ("difference", activity - segments - Decimal(nobody.top)),
    )
    return Result("check/attribution", ("subject", "cost_gbp"), answers, population.provenance())


def _places(
    population: Asking, by: str | None, parts: Mapping[tuple[Scalar, Scalar], object]
) -> list[tuple[Scalar, str]]:
    """The places of the answer, by code, with their names."""
    if by is None:
        return [(None, "")]
    names = {place.code: place.name for place in population.places if place.kind == by}
    codes = sorted({str(code) for code, _ in parts if code is not None})
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
