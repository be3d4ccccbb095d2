"""The report of a study as pages to be released: the result (Figures 15 and 17) and the balance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openphm.core.results import Result
from openphm.evaluation.pages import TITLES
from openphm.evaluation.report import NUMBERS, PARTS, QUARTERS
from openphm.evaluation.report_checks import BALANCE
from openphm.pages import Layout, Page
from openphm.pages.drawing import Series, lines
from openphm.pages.page import Record
from openphm.pages.reading import figure
from openphm.web.screens.kept_answers import Answer
from openphm.web.screens.projections_drawings import Marks, marked


def result_page(answer: Answer, title: str) -> Page:
    """Everything but the balance, with the trend and the forest."""
    said = answer.said
    held = _only(answer.results["report"], lambda part: part != BALANCE)
    return _page(title, held, said["headline"], lambda rows: [*_trend(rows, said), *_forest(rows)])


def balance_page(answer: Answer, title: str) -> Page:
    """How alike the groups are, with the love plot."""
    held = _only(answer.results["report"], lambda part: part == BALANCE)
    if not held.rows:
        return _page(
            title, held, "Too few people can be compared, so nothing was made alike.", lambda rows: []
        )
    said = "How alike those offered the service and their controls are, before and after weighting."
    return _page(title, held, said, _love)


def _page(title: str, result: Result, said: str, charts: Any) -> Page:
    layout = Layout(
        "subject",
        "measure",
        "value",
        split="part",
        titles={**PARTS, **TITLES},
        lower="lower",
        upper="upper",
    )
    return Page(title, result, lambda records: said, layout=layout, charts=charts)


def _only(result: Result, wanted: Any) -> Result:
    rows = tuple(row for row in result.rows if wanted(row[0]))
    return Result(result.question, result.columns, rows, result.provenance, result.notes)


def _trend(records: Sequence[Record], said: Any) -> list[str]:
    """The primary outcome by quarter: the cohort beside its controls (Figure 15)."""
    rows = [row for row in records if row["part"] == QUARTERS]
    series = []
    for group, name in (("cohort", "Offered the service"), ("control", "Weighted controls")):
        held = [
            (int(str(row["subject"]).split()[-1]), figure(row, "value"))
            for row in rows
            if row["measure"] == group
        ]
        series.append(Series(name, tuple(sorted([*held, (0, None)], key=lambda one: one[0]))))
    title = f"{said['primary']}, per person-year"
    return [lines(title, series, at="offer", step="quarters around the offer")] if rows else []


def _forest(records: Sequence[Record]) -> list[str]:
    """The programme's change of each outcome with its interval (Figure 17)."""
    rows = []
    for row in records:
        if row["part"] == NUMBERS and row["measure"] == "programme":
            low, high = figure(row, "lower"), figure(row, "upper")
            span = None if low is None or high is None else (low, high)
            rows.append(Marks(str(row["subject"]), full=figure(row, "value"), span=span))
    said = "The change of each outcome beside the controls; lines are 95% intervals, the rule is no change."
    return [marked("What the programme changed", rows, _percent, said=said)] if rows else []


def _love(records: Sequence[Record]) -> list[str]:
    """Differences in standard deviations before (round) and after (diamond), with the limits of 0.1."""
    held = {(str(row["subject"]), str(row["measure"])): figure(row, "value") for row in records}
    names = dict.fromkeys(name for name, measure in held if measure == "smd_after")
    rows = [Marks(one, held.get((one, "smd_before")), held.get((one, "smd_after"))) for one in names]
    said = "Round: before weighting; diamond: after. Between the outer rules the groups are alike."
    title = "Differences in standard deviations: round before weighting, diamond after"
    return [marked(title, rows, lambda x: f"{x:.2f}", rules=(-0.1, 0.0, 0.1), said=said)] if rows else []


def _percent(value: float) -> str:
    return f"{value:+.0%}"
