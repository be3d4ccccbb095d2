"""The report of a study as pages to be released: the result (Figures 15 and 17) and the balance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openphm.core.results import Result
from openphm.evaluation.pages import report_layout
from openphm.evaluation.report import NUMBERS
from openphm.evaluation.report_checks import BALANCE
from openphm.evaluation.trend_drawings import Around, trend_drawings
from openphm.pages import Page
from openphm.pages.page import Record
from openphm.pages.reading import figure
from openphm.web.screens.kept_answers import Answer
from openphm.web.screens.projections_drawings import Marks, marked


def result_page(answer: Answer, title: str) -> Page:
    """Everything but the balance, with the trends and the forest."""
    said = answer.said
    held = _only(answer.results["report"], lambda part: part != BALANCE)
    return _page(
        title, answer, held, said["headline"],
        lambda rows: [*trend_drawings(rows, _around(said)), *_forest(rows)],
    )  # fmt: skip


def balance_page(answer: Answer, title: str) -> Page:
    """How alike the groups are, with the love plot."""
    held = _only(answer.results["report"], lambda part: part == BALANCE)
    if not held.rows:
        return _page(
            title, answer, held, "Too few people can be compared, so nothing was made alike.", lambda rows: []
        )
    said = "How alike those offered the service and their controls are, before and after weighting."
    return _page(title, answer, held, said, _love)


def _page(title: str, answer: Answer, result: Result, said: str, charts: Any) -> Page:
    layout = report_layout(may_claim=bool(answer.said["may_claim"]))
    return Page(title, result, lambda records: said, layout=layout, charts=charts)


def _only(result: Result, wanted: Any) -> Result:
    rows = tuple(row for row in result.rows if wanted(row[0]))
    return Result(result.question, result.columns, rows, result.provenance, result.notes)


def _around(said: Any) -> Around:
    """Of an answer that was kept before drawings were shaded, without the dates."""
    return Around(said["primary"], said.get("months", 12), said.get("offered", "see the plan"))


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
