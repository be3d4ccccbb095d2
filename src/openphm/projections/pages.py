"""Projections as pages: from rows of year, metric and driver to a sentence and drawings.

This room does not know how a projection is made; it reads the rows of the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from openphm.core.results import Result, Scalar
from openphm.core.units import UNITS
from openphm.pages.drawing.fan import FanYear, fan
from openphm.pages.drawing.waterfall import waterfall
from openphm.pages.page import Layout, Page, Record
from openphm.pages.reading import figure, pounds
from openphm.projections.words import METRICS

FULL, TO_DATE, ALL = "full_effect", "to_date", "all"
MOST_FANS = 8
FIGURES = ("value", "p10", "p90")
TITLES = {
    "item": "",
    "value": "Value",
    "p10": "P10",
    "p90": "P90",
    "waterfall": "From now to the last year, pounds added",
    "tornado": "Net present value as planned, and with one input at its P10 and P90",
    "tracking": "How it will be seen whether it works",
    "equity": "Who benefits: pounds avoided in the last year, by deprivation",
}


def run_page(result: Result, title: str) -> Page:
    """The page of `openphm project run`."""
    return Page(
        title=title,
        result=result,
        headline=headline,
        next_step="plan how to see whether it works: openphm project case, then openphm evaluate plan",
        charts=charts,
    )


def split_page(result: Result, title: str) -> Page:
    """The page of `openphm project run --by`: the fan of each group that costs most."""
    return Page(
        title=title,
        result=result,
        headline=_split_headline,
        next_step="the whole, with its money: the same without --by",
        charts=_split_charts,
    )


def _costs(records: Sequence[Record]) -> dict[str, list[Record]]:
    """The rows of cost of each group, year by year."""
    found: dict[str, list[Record]] = {}
    for record in records:
        if record["metric"] == "cost_gbp":
            found.setdefault(str(record["code"]), []).append(record)
    return found


def _split_headline(records: Sequence[Record]) -> str:
    """The group whose cost grows most if nothing changes."""
    grown = {}
    for code, rows in _costs(records).items():
        first, last = figure(rows[0], "unmitigated"), figure(rows[-1], "unmitigated")
        if first is not None and last is not None:
            grown[code] = last - first
    if not grown:
        return "The figures are hidden."
    most = max(grown, key=lambda code: grown[code])
    years = max(int(str(record["year"])) for record in records)
    by = str(records[0]["by"])
    return f"If nothing changes, cost grows most in {by} {most}: by {_pounds(grown[most])} in {years} years."


def _split_charts(records: Sequence[Record]) -> list[str]:
    drawn = []
    for code, rows in _costs(records).items():
        years = [_fan_year(row) for row in rows]
        shown = [one for one in years if one is not None]
        if len(shown) > 1:
            drawn.append((shown[-1].unmitigated, fan(f"Cost of activity: {code}", shown, pounds)))
    return [one for _, one in sorted(drawn, key=lambda pair: -pair[0])[:MOST_FANS]]


def _fan_year(record: Record) -> FanYear | None:
    """One year of a fan; None where a figure is hidden."""
    figures = [figure(record, name) for name in ("unmitigated", "mitigated", "p10", "p90")]
    known = [one for one in figures if one is not None]
    return FanYear(int(str(record["year"])), *known) if len(known) == len(figures) else None


def plain_page(result: Result, title: str, said: str, next_step: str = "") -> Page:
    """A table with a sentence that its maker knows."""
    return Page(title=title, result=result, headline=lambda records: said, next_step=next_step)


def case_page(result: Result, title: str) -> Page:
    """The business case. Its sentence and drawings are made from the released rows, as the table is."""
    return Page(
        title=f"Business case: {title}",
        result=result,
        headline=lambda records: headline(_as_run(records)),
        next_step="write the plan of its evaluation before it starts: openphm evaluate plan",
        charts=lambda records: charts(_as_run(records)),
    )


def case_document(result: Result, title: str) -> Page:
    """The business case to be read: a table for each section, figures with their units."""
    at = [result.columns.index(name) for name in ("section", "item", "unit")]
    rows = [
        (row[at[0]], row[at[1]], name, row[result.columns.index(name)], row[at[2]])
        for row in result.rows
        for name in FIGURES
        if name == "value" or row[result.columns.index(name)] is not None
    ]
    sections = {str(row[at[0]]): str(row[at[0]]).capitalize() for row in result.rows}
    folded = replace(result, columns=("section", "item", "measure", "value", "unit"), rows=tuple(rows))
    return replace(
        case_page(result, title),
        result=folded,
        headline=lambda records: headline(_as_run(_beside(records))),
        charts=lambda records: charts(_as_run(_beside(records))),
        layout=Layout("item", "measure", "value", split="section", titles={**sections, **TITLES}),
    )


def _beside(records: Sequence[Record]) -> list[dict[str, Scalar]]:
    """The rows of a document with value, P10 and P90 beside each other again."""
    found: dict[tuple[Scalar, Scalar], dict[str, Scalar]] = {}
    for record in records:
        place = (record["section"], record["item"])
        held = found.setdefault(place, {**dict.fromkeys(FIGURES), "section": place[0], "item": place[1]})
        held[str(record["measure"])] = record["value"]
    return list(found.values())


def _as_run(records: Sequence[Record]) -> list[dict[str, Scalar]]:
    """The rows of a business case in the form of the rows of a run."""
    sections = [str(record["section"]) for record in records]
    last = max([int(one[5:]) for one in sections if one.startswith("year ")] + [1])
    before = {r["item"]: r["value"] for r in records if r["section"] == "cost if nothing changes"}
    found: list[dict[str, Scalar]] = []
    place: dict[str, Scalar]
    for section, record in zip(sections, records, strict=True):
        item, value = str(record["item"]), record["value"]
        if section.startswith("year "):
            metric, driver = METRICS[item]
            place = {"year": int(section[5:]), "metric": metric, "driver": driver}
            found.append({**place, "mitigated": value})
        elif section == "cost with the plan":
            place = {"year": int(item[5:]), "metric": "cost_gbp", "driver": ALL}
            cost = {
                "unmitigated": before.get(item),
                "mitigated": value,
                "p10": record["p10"],
                "p90": record["p90"],
            }
            found.append({**place, **cost})
        elif section == "waterfall":
            found.append({"year": last, "metric": "change_gbp", "driver": item, "unmitigated": value})
    return found


def charts(records: Sequence[Record]) -> list[str]:
    """The fan of cost, and the waterfall of the last year."""
    years = [int(str(record["year"])) for record in records]
    costs = [record for record in records if (record["metric"], record["driver"]) == ("cost_gbp", ALL)]
    found = [one for record in costs if (one := _fan_year(record)) is not None]
    if len(found) < 2:
        return []
    drawn: list[str] = [fan("Cost of activity", found, pounds)]
    first, steps = found[0].unmitigated, []
    for record in records:
        if record["year"] == max(years) and record["metric"] == "change_gbp" and record["driver"] != "base":
            name = str(record["driver"])
            value = (figure(record, "unmitigated") or 0.0) + (figure(record, "mitigated") or 0.0)
            if value:
                steps.append((name.replace("_", " "), value))
    drawn.append(
        waterfall(f"From now to year {max(years)}", ("now", first), steps, f"year {max(years)}", pounds)
    )
    return drawn


def headline(records: Sequence[Record]) -> str:
    """What the scenario comes to over its years; without interventions, what happens if nothing changes."""
    years = [int(str(record["year"])) for record in records]
    last = max(years)
    value = _pick(records, last, "npv_gbp", TO_DATE)
    if value is None:
        before, then = (_pick(records, year, "cost_gbp", ALL, "unmitigated") for year in (0, last))
        if before is None or then is None:
            return "The figures are hidden."
        now = _pounds(before)
        return f"If nothing changes, activity costs {_pounds(then)} in year {last}, against {now} now."
    ratio = _pick(records, last, "benefit_cost_ratio", TO_DATE)
    share = _pick(records, last, "break_even_share", TO_DATE)
    chance = _pick(records, last, "probability_of_saving", TO_DATE)
    said = f"Over {last} years the plan is worth {_pounds(value)} (net present value)"
    said += f", {ratio:.2f} pounds for each pound spent" if ratio is not None else ""
    said += f"; it breaks even at {share:.0%} of the planned effect" if share is not None else ""
    said += f"; the chance of a net saving is {chance:.0%}" if chance is not None else ""
    full = _pick(records, 1, "net_gbp", FULL)
    return said + (f". At full effect year 1 alone would bring {_pounds(full)}." if full is not None else ".")


def _pick(
    records: Sequence[Record], year: int, metric: str, driver: str, column: str = "mitigated"
) -> float | None:
    for record in records:
        if (record["year"], record["metric"], record["driver"]) == (year, metric, driver):
            return figure(record, column)
    return None


def _pounds(value: float) -> str:
    return UNITS["gbp"].text(value)
