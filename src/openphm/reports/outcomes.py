"""The outcomes framework (Figure 11): where each key result stands, and where it is going."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from openphm.core.results import Cell, Result, Scalar
from openphm.core.units import PER
from openphm.pages.page import Layout, Page, Record
from openphm.population import Population

COLUMNS = ("segment", "objective", "key_result", "population", "figure", "value", "unit")
FIGURES = ("value", "year_before", "change", "gap", "target", "variation", "assurance")
NUMBERS = ("value", "year_before", "change", "gap", "target")
TITLES = {
    "value": "Latest",
    "year_before": "A year before",
    "change": "Change",
    "gap": "Gap",
    "target": "Target",
    "variation": "Going",
    "assurance": "Against target",
    "key_result": "Key result",
}
VARIATION = {
    "improvement": "▲ improving",
    "concern": "▼ concern",
    "common_cause": "● no change",
    "neutral_high": "higher",
    "neutral_low": "lower",
}
ASSURANCE = {"pass": "P will meet it", "fail": "F will miss it", "hit_or_miss": "? hit or miss"}
SPLIT = "segment"
EVERYBODY = "Everybody"


def outcomes(population: Population, *, as_at: date | None = None, by: str | None = None) -> Page:
    """The grid, one table for each segment; by: the code of one segment, or "all" for those of everybody."""
    found = population.outcomes(as_at, segment=by)
    return grid_page(found, {one.segment_code: one.segment_name for one in population.subsegments})


def grid_page(found: Result, names: Mapping[str, str]) -> Page:
    """The grid as a page. names: of segments, by their code."""
    result = replace(found, question="report/outcomes", columns=COLUMNS, rows=tuple(_rows(found, names)))
    titles, groups = _names(found)
    return Page(
        title="Outcomes by segment",
        result=result,
        headline=headline,
        next_step="one key result by month: ics.outcome_series(ID); a new outcome is a file in an overlay",
        layout=Layout(
            down="key_result", across="figure", value="value", split=SPLIT,
            titles={**TITLES, **titles}, groups=groups,
        ),
    )  # fmt: skip


def _rows(found: Result, names: Mapping[str, str]) -> list[tuple[Cell | Scalar, ...]]:
    """Each key result as one row a figure, so that every figure keeps its unit and its people."""
    place = {name: i for i, name in enumerate(found.columns)}
    targeted = any(row[place["target"]] is not None for row in found.rows)
    shown = [one for one in FIGURES if targeted or one not in ("target", "assurance")]
    rows: list[tuple[Cell | Scalar, ...]] = []
    for row in found.rows:
        code = str(row[place["segment"]])
        label = (
            f"{code} {names[code]}" if code in names else EVERYBODY,
            row[place["objective"]],
            row[place["key_result"]],
            row[place["population"]],
        )
        for figure in shown:
            unit = str(row[place["unit"]]) if figure in NUMBERS else "text"
            rows.append((*label, figure, _figure(row, place, figure), unit))
    return rows


def _figure(row: Sequence[Cell | Scalar], place: Mapping[str, int], figure: str) -> Cell | Scalar:
    item = row[place[figure]]
    if figure == "variation" and row[place["status"]] != "tracked":
        return row[place["status"]]
    words = {"variation": VARIATION, "assurance": ASSURANCE}.get(figure)
    if words is None:
        return item
    return item.saying(words.get(str(item.value), "")) if isinstance(item, Cell) else words.get(str(item), "")


def _names(found: Result) -> tuple[dict[str, str], dict[str, str]]:
    """Names of key results for people, and the objective that each stands under."""
    titles, groups = {}, {}
    for row in found:
        key, people = str(row["key_result"]), str(row["population"])
        per = PER.get(str(row["unit"]))
        named = str(row["measure"]) if per is None else f"{row['measure']}, {per}"
        titles[key] = f"{named} ({people})" if people != "all" else named
        groups[key] = str(row["objective"])
    return titles, groups


def headline(records: Sequence[Record]) -> str:
    """How many key results improve and how many are a concern, from the released rows."""
    going = [str(one["value"]) for one in records if one["figure"] == "variation"]
    shown = {VARIATION[name]: going.count(VARIATION[name]) for name in ("improvement", "concern")}
    uncollected = going.count("not collected yet")
    tracked = sum(one in VARIATION.values() for one in going)
    said = (
        f"{shown[VARIATION['improvement']]} of {tracked} tracked key results are improving, "
        f"{shown[VARIATION['concern']]} are of concern."
    )
    return f"{said} {uncollected} are not collected yet." if uncollected else said
