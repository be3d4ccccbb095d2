"""Projections as pages: from rows of year, metric and driver to a sentence and drawings.

This room does not know how a projection is made; it reads the rows of the answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from openphm.core.results import Result, Scalar
from openphm.core.units import UNITS
from openphm.pages.drawing.fan import FanYear, fan
from openphm.pages.drawing.waterfall import waterfall
from openphm.pages.page import Page, Record
from openphm.pages.reading import figure, pounds

FULL, TO_DATE, ALL = "full_effect", "to_date", "all"


def run_page(result: Result, title: str) -> Page:
    """The page of `openphm project run`."""
    return Page(
        title=title,
        result=result,
        headline=headline,
        next_step="plan how to see whether it works: openphm project case, then openphm evaluate plan",
        charts=charts,
    )


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
            place = {"year": int(section[5:]), "metric": item, "driver": TO_DATE}
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
    found = []
    for year in range(max(years) + 1):
        one = [
            record
            for record in records
            if (record["year"], record["metric"], record["driver"]) == (year, "cost_gbp", ALL)
        ]
        figures = (
            [figure(one[0], name) for name in ("unmitigated", "mitigated", "p10", "p90")] if one else [None]
        )
        if None not in figures:
            found.append(FanYear(year, *[float(x or 0) for x in figures]))
    if len(found) < 2:
        return []
    drawn = [fan("Cost of activity", found, pounds)]
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
