"""Vega-Lite: the charts of a report as plain JSON, for notebooks, slides and other programs.

Made from released rows alone (`openphm evaluate report PLAN --format json`): what a rule has hidden is not in
them. Nothing is fetched and nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from openphm.core.errors import UsageError
from openphm.evaluation.report import NUMBERS, PHASES, QUARTERS
from openphm.evaluation.report_checks import BALANCE
from openphm.evaluation.report_rows import COLUMNS
from openphm.pages.drawing.vega import Specification, specification
from openphm.pages.page import Record

GROUPS = {"cohort": "Offered the service", "control": "Weighted controls"}


def charts(records: Sequence[Record]) -> dict[str, Specification]:
    """Specifications by name, of the parts that the rows hold. Raises UsageError for other rows."""
    if records and not set(COLUMNS) <= set(records[0]):
        raise UsageError(
            "charts",
            "the rows are not those of `openphm evaluate report`",
            f"Columns {', '.join(COLUMNS)}.",
            "write them with --format json",
        )
    made = {name: draw(records) for name, draw in _CHARTS.items()}
    return {name: spec for name, spec in made.items() if spec["data"]["values"]}


def quarters(records: Sequence[Record]) -> Specification:
    """The primary outcome by quarter around the offer, both groups in one frame."""
    values = [
        {"quarter": int(str(row["subject"]).rsplit(" ", 1)[-1]), "group": GROUPS[str(row["measure"])],
         "rate": row["value"], "after": "+" in str(row["subject"])}
        for row in records if row["part"] == QUARTERS and row["value"] is not None
    ]  # fmt: skip
    x = {"type": "quantitative", "title": "Quarters around the offer"}
    last = max([one["quarter"] for one in values], default=0)
    # From the offer to the end of the follow-up.
    window = {
        "data": {"values": [{"from": 0, "to": last}]},
        "mark": {"type": "rect", "opacity": 0.12},
        "encoding": {"x": {"field": "from", **x}, "x2": {"field": "to"}},
    }
    line = {
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": {"field": "quarter", **x},
            "y": {"field": "rate", "type": "quantitative", "title": "Per person-year"},
            "color": {"field": "group", "type": "nominal", "title": None},
            # The line is broken at the offer: nothing is drawn through it.
            "detail": {"field": "after"},
        },
    }
    offer = {"mark": {"type": "rule", "strokeDash": [4, 4]}, "encoding": {"x": {"datum": 0}}}
    return _spec("Primary outcome by quarter", values, layer=[window, line, offer])


def outcomes(records: Sequence[Record]) -> Specification:
    """The programme's effect on every outcome with its interval, beside the raw change; never that alone."""
    named = {"raw_change": "Raw change", "programme": "The programme"}
    values = [] if not _has(records, NUMBERS, "programme") else [
        {"outcome": row["subject"], "what": named[str(row["measure"])], "change": row["value"],
         "lower": row["lower"], "upper": row["upper"]}
        for row in records
        if row["part"] == NUMBERS and row["measure"] in named and row["value"] is not None
    ]  # fmt: skip
    y = {"field": "outcome", "type": "nominal", "title": None, "sort": None}
    shared = {"y": y, "yOffset": {"field": "what"}, "color": {"field": "what", "title": None}}
    axis = {"type": "quantitative", "title": "Change", "axis": {"format": "+.0%"}}
    point = {"mark": "point", "encoding": {**shared, "x": {"field": "change", **axis}}}
    reach = {
        "mark": "rule", "encoding": {**shared, "x": {"field": "lower", **axis}, "x2": {"field": "upper"}}
    }  # fmt: skip
    none = {"mark": {"type": "rule", "strokeDash": [4, 4]}, "encoding": {"x": {"datum": 0}}}
    return _spec("Effect on each outcome", values, layer=[none, reach, point])


def balance(records: Sequence[Record]) -> Specification:
    """Absolute standardised differences before and after weighting, and in the matched sets."""
    named = {"smd_before": "Before", "smd_after": "Weighted", "smd_matched": "Matched"}
    values = [
        {"term": row["subject"], "when": named[str(row["measure"])], "apart": abs(float(str(row["value"])))}
        for row in records
        if row["part"] == BALANCE and row["measure"] in named and row["value"] is not None
    ]
    return _spec(
        "How alike the groups are",
        values,
        mark="point",
        encoding={
            "y": {"field": "term", "type": "nominal", "title": None, "sort": None},
            "x": {"field": "apart", "type": "quantitative", "title": "Difference in standard deviations"},
            "color": {"field": "when", "type": "nominal", "title": None},
        },
    )


def phases(records: Sequence[Record]) -> Specification:
    """Before, during and after, of both groups; never of one alone."""
    values = [] if not _has(records, PHASES, "control") else [
        {"phase": row["subject"], "group": GROUPS[str(row["measure"])], "rate": row["value"]}
        for row in records if row["part"] == PHASES and row["value"] is not None
    ]  # fmt: skip
    return _spec(
        "Before, during and after",
        values,
        mark="bar",
        encoding={
            "x": {"field": "phase", "type": "nominal", "title": None, "sort": None},
            "xOffset": {"field": "group"},
            "y": {"field": "rate", "type": "quantitative", "title": "Per person-year"},
            "color": {"field": "group", "type": "nominal", "title": None},
        },
    )


def _has(records: Sequence[Record], part: str, measure: str) -> bool:
    return any(row["part"] == part and row["measure"] == measure for row in records)


def _spec(title: str, values: Sequence[Record], **how: Any) -> Specification:
    return specification(title, f"{title}. The report has every figure.", values, **how)


_CHARTS: dict[str, Callable[[Sequence[Record]], Specification]] = {
    "quarters": quarters,
    "outcomes": outcomes,
    "balance": balance,
    "phases": phases,
}
