"""Parts of a projection as pages to be released and read: worth, years, drivers, activity, tornado."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from openphm.core.results import Cell, Result, Scalar
from openphm.pages import Layout, Page
from openphm.pages.page import Record
from openphm.pages.reading import figure, pounds
from openphm.projections.answers import ALL, IN_YEAR, TO_DATE
from openphm.web.screens.projections_drawings import Fan, Marks, fans, marked

TITLES = {
    "npv_gbp": "Net present value",
    "benefit_cost_ratio": "Pounds for each pound spent",
    "break_even_share": "Share of the effect at which it breaks even",
    "probability_of_saving": "Probability of a net saving",
    "net_gbp": "Net saving in the year",
    "gross_saving_gbp": "Saving before the programme's cost",
    "programme_cost_gbp": "Programme cost",
    "cash_releasing_gbp": "Cash that can leave a budget",
    "capacity_value_gbp": "Capacity freed, in pounds",
    "beds_freed": "Beds freed",
    "cost_gbp": "Cost of activity",
    "bed_days": "Bed days",
    "beds": "Beds",
    "wte": "Staff (whole-time equivalents)",
    "workforce_hours": "Hours of staff",
    "people": "People",
    "unmitigated": "If nothing changes",
    "mitigated": "With the plan",
    "value": "Value",
    "p10": "P10",
    "p50": "P50",
    "p90": "P90",
    "item": "",
}
AT_ENDS = {**TITLES, "value": "As planned", "p10": "At its P10", "p90": "At its P90"}
SECTIONS = {
    "tornado": "Which input matters most (net present value)",
    "equity": "Who benefits, by deprivation",
    "tracking": "How it will be seen whether it works",
}
FIGURES = ("unmitigated", "mitigated", "p10", "p90")
COLUMNS = ("part", "item", "measure", "value", "unit")
Row = tuple[Cell | Scalar, ...]


def parts_of_run(run: Result, *, planned: bool) -> list[Page]:
    """Cost, beds, staff and people year by year; what drives cost; activity now and then."""
    rows = [dict(zip(run.columns, row, strict=True)) for row in run.rows]
    last = max(int(str(row["year"])) for row in rows)
    years = _rows(
        (TITLES[str(row["metric"])], f"Year {row['year']}", row)
        for metric in ("cost_gbp", "beds", "wte", "people")
        for row in rows
        if (row["metric"], row["driver"]) == (metric, ALL)
    )
    drivers = [row for row in rows if row["metric"] == "change_gbp" and row["year"] == last]
    activity = [row for row in rows if row["metric"] == "activity" and row["year"] == last]
    named = {**TITLES, "unmitigated": "Added if nothing changes", "mitigated": "Added by the plan"}
    added = _rows((f"What makes up the cost of year {last}", _name(row), row) for row in drivers)
    done = _rows((f"Activity of year {last}", _name(row), row) for row in activity)
    if not planned:
        years, done = ([row for row in held if row[2] != "mitigated"] for held in (years, done))
    found = [
        _page(run, "years", years, TITLES),
        _page(run, "drivers", added, named),
        _page(run, "activity", done, TITLES),
    ]
    if planned:
        worth = [
            (
                f"What it is worth over {last} years" if row["driver"] == TO_DATE else f"In year {last}",
                "",
                row,
            )
            for row in rows
            if row["year"] == last and row["driver"] in (TO_DATE, IN_YEAR) and row["metric"] in TITLES
        ]
        held = _rows(
            (part, TITLES[str(row["metric"])], row)
            for part, _, row in sorted(worth, key=lambda x: x[0][0] != "W")
        )
        found.insert(
            0,
            _page(
                run,
                "worth",
                [row for row in held if row[2] != "unmitigated"],
                {**TITLES, "mitigated": "Value"},
            ),
        )
    return found


def parts_of_case(case: Result) -> list[Page]:
    """Which input matters most, who benefits, and how it will be seen."""
    found = []
    for section, title in SECTIONS.items():
        held = [dict(zip(case.columns, row, strict=True)) for row in case.rows if row[0] == section]
        rows: list[Row] = [
            (title, str(row["item"]).replace("_", " "), name, row[name], row["unit"])
            for row in held
            for name in ("value", "p10", "p90")
            if row[name] is not None
        ]
        if rows:
            page = _page(case, section, rows, AT_ENDS if section == "tornado" else TITLES)
            found.append(replace(page, charts=_tornado) if section == "tornado" else page)
    return found


def fans_of(settings: Mapping[str, str]) -> Callable[[Sequence[Record]], list[str]]:
    """Drawings of an unmitigated run: a fan for the cost, and one for each activity by setting."""

    def drawn(records: Sequence[Record]) -> list[str]:
        cost = _fan(records, "All activity", lambda row: row["metric"] == "cost_gbp")
        found: list[str] = [fans("What activity costs if nothing changes", [cost], pounds)] if cost else []
        for setting in dict.fromkeys(settings.values()):
            names = [name for name, own in settings.items() if own == setting]
            held = [_fan(records, name.replace("_", " "), _of(name)) for name in names]
            known = [one for one in held if one is not None and max(high for *_, high in one.years) > 0]
            if known:
                title = f"{setting.replace('_', ' ').capitalize()}: events a year"
                found.append(fans(title, known, lambda value: f"{value:,.0f}"))
        return found

    return drawn


def _of(name: str) -> Callable[[Record], bool]:
    return lambda row: row["metric"] == "activity" and row["driver"] == name


def _fan(records: Sequence[Record], name: str, wanted: Callable[[Record], bool]) -> Fan | None:
    rows = [
        (int(str(row["year"])), figure(row, "unmitigated"), figure(row, "p10"), figure(row, "p90"))
        for row in records
        if wanted(row)
    ]
    known = [(year, a, b, c) for year, a, b, c in rows if a is not None and b is not None and c is not None]
    return Fan(name, tuple(known)) if len(known) > 1 and len(known) == len(rows) else None


def _tornado(records: Sequence[Record]) -> list[str]:
    names = list(dict.fromkeys(str(row["item"]) for row in records))
    held = {(str(row["item"]), str(row["measure"])): figure(row, "value") for row in records}
    rows = []
    for name in names:
        low, high, middle = (held.get((name, one)) for one in ("p10", "p90", "value"))
        rows.append(Marks(name, full=middle, span=None if low is None or high is None else (low, high)))
    said = "For each input, the net present value from its P10 to its P90; the diamond is the plan."
    return [marked("Which input matters most", rows, pounds, said=said)] if rows else []


def _name(row: Mapping[str, Cell | Scalar]) -> str:
    return str(row["driver"]).replace("_", " ").capitalize()


def _rows(held: Iterable[tuple[str, str, Mapping[str, Cell | Scalar]]]) -> list[Row]:
    """One row a figure; what is not known of any of them is left out."""
    return [
        (part, item, name, row[name], row["unit"])
        for part, item, row in held
        for name in FIGURES
        if row[name] is not None and not (isinstance(value := row[name], Cell) and value.value is None)
    ]


def _page(of: Result, name: str, rows: Sequence[Row], titles: Mapping[str, str]) -> Page:
    result = Result(f"{of.question}/{name}", COLUMNS, tuple(rows), of.provenance, of.notes)
    layout = Layout("item", "measure", "value", split="part", titles=titles)
    return Page(name, result, lambda records: "", layout=layout)
