"""The outcomes framework (Figure 11): where every key result stands, and one of them month by month."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from openphm.core.results import Cell, Scalar
from openphm.reports.outcome_months import months_page
from openphm.reports.outcomes import grid_page
from openphm.web.asking import Ask, Asking, NotFound
from openphm.web.filters import Option
from openphm.web.screen import READERS, Screen
from openphm.web.screens.kept_answers import Answer, arrived, begin, find, latest_job, waiting
from openphm.web.screens.outcomes_work import (
    FRAMEWORK,
    GRID,
    MONTHS,
    SEGMENTS,
    key_of_framework,
    row_of,
)
from openphm.web.screens.reports import show_report

ORDER = 30
TITLE = "Outcomes framework"
EVERYBODY = {"all": "Everybody"}
screen = Screen("outcomes", roles=READERS)


@screen.get("/outcomes", TITLE, says="Where each key result stands, and where it is going.")
def framework(ask: Ask) -> Response:
    """The grid, once it was worked out for this build and this user's rows."""
    answer = _answer(ask)
    if answer is None:
        return _wait(ask, "/outcomes")
    if ask.request.headers.get("hx-target") == "progress":
        return arrived("/outcomes")
    names = answer.said[SEGMENTS]
    choices = {"": "All segments", **names, **EVERYBODY}
    filters = ask.filters([Option("segment", "Segment", choices)])
    grid = answer.results[GRID]
    wanted = filters.chosen.get("segment")
    if wanted:
        at = grid.columns.index("segment")
        grid = replace(grid, rows=tuple(row for row in grid.rows if row[at] == wanted))
    shown = ask.released(grid_page(grid, names))
    links = {str(row[grid.columns.index("key_result")]): _title(grid.columns, row) for row in grid.rows}
    return show_report(ask, shown, filters, {}, "outcomes/grid.html", links=links)


@screen.post("/outcomes")
def work_out(ask: Ask) -> Response:
    """Work it out for this build."""
    if _answer(ask) is None:
        begin(ask, FRAMEWORK, TITLE, key_of_framework(ask), {})
    return ask.see("/outcomes")


@screen.get("/outcomes/{key_result}", "Key result")
def one(ask: Ask, key_result: str) -> Response:
    """One key result by month, as a control chart."""
    measures = {
        result.id: result.measure
        for file in ask.definitions.contents.outcomes.values()
        for objective in file.objectives
        for result in objective.key_results
    }
    if key_result not in measures:
        raise NotFound
    answer = _answer(ask)
    if answer is None:
        return _wait(ask, f"/outcomes/{key_result}")
    if ask.request.headers.get("hx-target") == "progress":
        return arrived(f"/outcomes/{key_result}")
    row = row_of(answer.results[GRID], key_result)
    if row is None:
        raise NotFound
    title = _title(tuple(row), tuple(row.values()))
    shown = ask.released(months_page(answer.results[MONTHS], key_result, title))
    measure = ask.definitions.contents.measures[measures[key_result]]
    steps = {"All outcomes": "/outcomes", "Start an evaluation": "/evaluations/new"}
    return show_report(
        ask,
        shown,
        ask.filters(),
        steps,
        "outcomes/one.html",
        row=row,
        measure=measure,
        people=_people(answer, row),
    )


def _answer(ask: Asking) -> Answer | None:
    return find(ask, key_of_framework(ask))


def _wait(ask: Asking, here: str) -> Response:
    return waiting(ask, latest_job(ask, key_of_framework(ask)), TITLE, here, "/outcomes")


def _title(columns: tuple[str, ...], row: tuple[Cell | Scalar, ...]) -> str:
    """The measure, and whom it is about when that is not the whole segment."""
    held = dict(zip(columns, row, strict=True))
    people = str(held["population"])
    return str(held["measure"]) if people == "all" else f"{held['measure']} ({people})"


def _people(answer: Answer, row: dict[str, Cell | Scalar]) -> str:
    """Whom a key result is about."""
    code = str(row["segment"])
    named = EVERYBODY["all"] if code == "all" else f"{code} {answer.said[SEGMENTS].get(code, '')}".strip()
    return named if row["population"] == "all" else f"{named}: {row['population']}"
