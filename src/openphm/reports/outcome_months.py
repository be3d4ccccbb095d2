"""One key result month by month, as a control chart by the rules of Making Data Count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from openphm.core.results import Cell, Result, Scalar
from openphm.pages.drawing import ControlPoint, control_chart
from openphm.pages.page import Layout, Page, Record
from openphm.pages.reading import Figures, in_unit, per_unit

COLUMNS = ("month", "figure", "value", "unit")
NUMBERS = ("value", "lower", "upper", "centre", "lower_limit", "upper_limit")
TITLES = {
    "month": "Month to",
    "value": "Figure",
    "lower": "95% from",
    "upper": "95% to",
    "centre": "Mean",
    "lower_limit": "Lower limit",
    "upper_limit": "Upper limit",
    "special_cause": "Why",
    "verdict": "Going",
}
VERDICTS = {
    "improvement": "▲ improving",
    "concern": "▼ concern",
    "common_cause": "● chance alone",
    "neutral_high": "higher",
    "neutral_low": "lower",
}
CAUSES = {
    "none": "",
    "outside_limits": "outside the limits",
    "trend": "part of a trend",
    "two_of_three_near_limit": "two of three near a limit",
    "shift": "part of a run on one side of the mean",
}
_WORDS = {"verdict": VERDICTS, "special_cause": CAUSES}


def months_page(found: Result, key_result: str, title: str) -> Page:
    """The page of one key result.

    found: of `outcome_series` or `outcomes_and_months`; months are dates or their ISO text.
    """
    place = {name: at for at, name in enumerate(found.columns)}
    own = [row for row in found.rows if row[place["key_result"]] == key_result]
    rows = [
        (_month(row[place["month"]]), name, _item(row[place[name]], name), _unit(row[place["unit"]], name))
        for row in own
        for name in TITLES
        if name != "month"
    ]
    unit = str(own[0][place["unit"]]) if own else ""
    return Page(
        title=title,
        result=replace(found, question="report/outcome-months", columns=COLUMNS, rows=tuple(rows)),
        headline=partial(headline, unit),
        layout=Layout("month", "figure", "value", titles=TITLES),
        charts=partial(charts, title, unit),
    )


def headline(unit: str, records: Sequence[Record]) -> str:
    """The latest figure that is shown, and what the chart says of it."""
    held = Figures(records, "month", "figure")
    shown = [month for month in held.names if held.figure(month, "value") is not None]
    if not shown:
        return "There are too few people here to show a month."
    latest = shown[-1]
    value, centre = held.figure(latest, "value"), held.figure(latest, "centre")
    said = f"{in_unit(unit, value or 0.0)}{per_unit(unit)} in the month to {latest}"
    if centre is not None:
        said += f", {in_unit(unit, centre)} on average"
    verdict = held.record(latest, "verdict").get("value")
    why = held.record(latest, "special_cause").get("value")
    words = {
        VERDICTS["improvement"]: "It is improving",
        VERDICTS["concern"]: "It is of concern",
        VERDICTS["neutral_high"]: "It is higher than chance explains",
        VERDICTS["neutral_low"]: "It is lower than chance explains",
    }
    if str(verdict) not in words:
        return f"{said}. Chance alone explains it."
    return f"{said}. {words[str(verdict)]}: {why}."


def charts(title: str, unit: str, records: Sequence[Record]) -> list[str]:
    """The control chart, from released figures."""
    held = Figures(records, "month", "figure")
    words = {said: name for name, said in VERDICTS.items()}
    points = [
        ControlPoint(
            month,
            held.figure(month, "value"),
            held.figure(month, "centre"),
            held.figure(month, "lower_limit"),
            held.figure(month, "upper_limit"),
            words.get(str(held.record(month, "verdict").get("value")), ""),
        )
        for month in held.names
    ]
    return [control_chart(title, points, partial(in_unit, unit))] if points else []


def _month(day: Cell | Scalar) -> str:
    return f"{date.fromisoformat(str(day)):%b %Y}"


def _item(item: Cell | Scalar, name: str) -> Cell | Scalar:
    words: Mapping[str, str] | None = _WORDS.get(name)
    if words is None:
        return item
    return item.saying(words.get(str(item.value), "")) if isinstance(item, Cell) else words.get(str(item), "")


def _unit(unit: Cell | Scalar, name: str) -> str:
    return str(unit) if name in NUMBERS else "text"
