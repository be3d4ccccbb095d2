"""Condition impact (Figure 7): how common each condition is, and the use of services it comes with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from openphm.pages.drawing import Impact, impact_panels
from openphm.pages.page import Layout, Page, Record
from openphm.pages.reading import Figures, figure
from openphm.population import Population

DRAWN = 24
"""Conditions in the drawing, the most common first; the table has all."""

TITLES = {
    "condition": "Condition",
    "people": "People",
    "prevalence": "Share",
    "gp_contacts_ratio": "GP contacts ×",
    "ed_attendances_ratio": "ED ×",
    "emergency_admissions_ratio": "Em. admissions ×",
    "cost_total_ratio": "Cost ×",
    "gp_contacts_pppy": "GP contacts a year",
    "gp_contacts_pppy_similar": "similar people",
    "ed_attendances_pppy": "ED a year",
    "ed_attendances_pppy_similar": "similar people ",
    "emergency_admissions_pppy": "Em. admissions a year",
    "emergency_admissions_pppy_similar": "similar people  ",
    "cost_total_pppy": "Cost a year",
    "cost_total_pppy_similar": "similar people   ",
}


def condition_impact(population: Population, *, as_at: date | None = None, by: str | None = None) -> Page:
    """Prevalence of every condition, and contacts compared with similar people without it."""
    return Page(
        title="Conditions: how common, and what they come with",
        result=population.condition_impact(as_at),
        headline=headline,
        next_step="make a cohort of the condition: openphm cohort profile, or see its journeys: "
        "openphm report journeys --event onset:CONDITION",
        layout=Layout("condition", "measure", "value", lower="lower", upper="upper", titles=TITLES),
        most_lines={"": 25},
        charts=charts,
    )


def headline(records: Sequence[Record]) -> str:
    """The most common condition, and the one that comes with most ED attendances."""
    held = Figures(records, "condition", "measure")
    shares = {name: share for name in held.names if (share := held.figure(name, "prevalence")) is not None}
    if not shares:
        return "There are too few people here to say anything about conditions."
    common = max(shares, key=lambda name: shares[name])
    said = f"{common} is the most common condition: {shares[common]:.1%} of people."
    # Only ratios whose interval leaves out 1: the largest of many uncertain ones is chance.
    sure = {
        name: ratio
        for name in held.names
        if (ratio := held.figure(name, "ed_attendances_ratio")) is not None
        and (held.figure(name, "ed_attendances_ratio", "lower") or 0) > 1
    }
    if not sure:
        return f"{said} No condition is sure to come with more ED attendances than similar people have."
    most = max(sure, key=lambda name: held.figure(name, "ed_attendances_ratio", "lower") or 0)
    lower, upper = (held.figure(most, "ed_attendances_ratio", side) for side in ("lower", "upper"))
    return (
        f"{said} {most} comes with {sure[most]:.1f} times as many ED attendances as similar people have "
        f"(95% interval {lower or 0:.1f} to {upper or 0:.1f})."
    )


def charts(records: Sequence[Record]) -> list[str]:
    """The two panels of Figure 7, of conditions whose share may be shown."""
    held = Figures(records, "condition", "measure")
    rows = [
        Impact(
            name,
            held.figure(name, "prevalence"),
            (
                held.figure(name, "gp_contacts_ratio"),
                held.figure(name, "gp_contacts_ratio", "lower"),
                held.figure(name, "gp_contacts_ratio", "upper"),
            ),
            (
                held.figure(name, "ed_attendances_ratio"),
                held.figure(name, "ed_attendances_ratio", "lower"),
                held.figure(name, "ed_attendances_ratio", "upper"),
            ),
        )
        for name in held.names
        if figure(held.record(name, "prevalence"), "value") is not None
    ]
    rows.sort(key=lambda one: -(one.share or 0))
    kept = rows[:DRAWN]
    title = "Prevalence, and use compared with similar people"
    more = f", the {DRAWN} most common conditions" if len(rows) > DRAWN else ""
    return [impact_panels(f"{title}{more}", kept)] if kept else []
