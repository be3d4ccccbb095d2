"""Figure 12 of the blueprint, and how far a segment report is from it.

The printed "PPPY - Total" is not the sum of its parts, so cost per person here is Finance Total divided by
population, which equals the sum of the six components (see docs/explanation/segments.md).
"""

from __future__ import annotations

import csv
import math
from importlib.resources import files
from typing import NamedTuple

Matrix = dict[tuple[str, str], float]

COST_MEASURES = {
    "cost_pppy_acute_planned": "acute_planned_gbp",
    "cost_pppy_acute_unplanned": "acute_unplanned_gbp",
    "cost_pppy_acute_other": "acute_other_gbp",
    "cost_pppy_general_practice": "general_practice_gbp",
    "cost_pppy_community_mental_health": "community_mental_health_gbp",
    "cost_pppy_social_care": "social_care_gbp",
}
PREVALENCE_MEASURES = (
    "asthma_share",
    "diabetes_share",
    "hypertension_share",
    "obesity_share",
    "stroke_share",
    "anxiety_share",
    "depression_share",
    "learning_disability_share",
    "mental_health_flag_share",
    "falls_share",
    "not_fit_for_work_share",
    "waiting_list_share",
    "opioid_share",
    "social_vulnerability_share",
)
# Printed zeros that the rules themselves imply; the rest of the printed zeros are roundings.
NO_CONDITION = ("1a", "1b", "1c", "2a", "2b")
IMPLIED_ZEROS = (
    [("asthma_share", s) for s in NO_CONDITION]
    + [("diabetes_share", s) for s in (*NO_CONDITION, "3c", "3d", "3e", "3f")]
    + [("hypertension_share", s) for s in NO_CONDITION]
    + [("obesity_share", s) for s in ("1b", "1c")]
    + [("stroke_share", s) for s in (*NO_CONDITION, "3c", "3d", "3e", "3f")]
    + [("anxiety_share", s) for s in (*NO_CONDITION, "3e", "3f")]
    + [("depression_share", s) for s in (*NO_CONDITION, "3e", "3f")]
    + [("learning_disability_share", s) for s in (*NO_CONDITION, "3d", "3e", "3f")]
    + [("mental_health_flag_share", s) for s in ("1b", "1c")]
    + [("not_fit_for_work_share", s) for s in ("1b", "1c")]
    + [("opioid_share", s) for s in ("1b", "1c")]
    + [("social_vulnerability_share", s) for s in ("1b", "1c")]
)


class Figure(NamedTuple):
    """One figure: what it is, the value, what was asked for, and whether it is met."""

    name: str
    value: str
    asked: str
    met: bool


def printed() -> dict[str, dict[str, float]]:
    """Figure 12: subsegment to column to number (people, pounds and counts a person-year, shares 0 to 1)."""
    text = (files("openphm.synthetic") / "data" / "figure12.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {r["subsegment"]: {k: float(v) for k, v in r.items() if k != "subsegment"} for r in rows}


def matrix(answer: dict) -> Matrix:
    """The JSON answer of `report segments --disclosure none` as {(subsegment, measure): value}."""
    at = {name: i for i, name in enumerate(answer["columns"])}
    return {
        (row[at["subsegment_code"]], row[at["measure"]]): row[at["value"]]
        for row in answer["rows"]
        if row[at["value"]] is not None
    }


def population_shares(ours: Matrix) -> Figure:
    """Each share q within the larger of 5% of q and 3 standard errors of a multinomial draw."""
    wanted = printed()
    total = sum(v["population"] for v in wanted.values())
    people = sum(ours[s, "population"] for s in wanted)
    worst, off = 0.0, []
    for code, row in wanted.items():
        q = row["population"] / total
        allowed = max(0.05 * q, 3 * math.sqrt(q * (1 - q) / people))
        gap = abs(ours[code, "population"] / people - q) / allowed
        worst = max(worst, gap)
        if gap > 1:
            off.append(f"{code} {ours[code, 'population'] / people:.4%} for {q:.4%}")
    return Figure("population shares", f"worst {worst:.2f} of what is allowed {off}", "≤ 1.00", worst <= 1)


def cost_cells(ours: Matrix, allowed: float) -> Figure:
    """Population-weighted absolute error of the 16 x 6 cost cells, as a share of all cost."""
    wanted = printed()
    error = total = 0.0
    for code, row in wanted.items():
        for measure, column in COST_MEASURES.items():
            error += row["population"] * abs(ours.get((code, measure), 0.0) - row[column])
            total += row["population"] * row[column]
    return Figure(
        "cost cells, weighted error", f"{error / total:.2%}", f"≤ {allowed:.0%}", error / total <= allowed
    )


def prevalences(ours: Matrix) -> list[Figure]:
    """The 14 prevalences: mean error, the worst cell of 1,000 people or more, and the implied zeros."""
    wanted = printed()
    people = {s: ours[s, "population"] for s in wanted}
    weighted = cells = 0.0
    worst: tuple[float, str] = (0.0, "")
    for measure in PREVALENCE_MEASURES:
        for code, row in wanted.items():
            gap = abs((ours.get((code, measure)) or 0.0) - row[measure.removesuffix("_share")]) * 100
            weighted += people[code] * gap
            cells += people[code]
            if people[code] >= 1000 and gap > worst[0]:
                worst = (gap, f"{measure} {code}")
    broken = [f"{m} {s}" for m, s in IMPLIED_ZEROS if (ours.get((s, m)) or 0.0) != 0.0]
    return [
        Figure("prevalences, mean error in points", f"{weighted / cells:.2f}", "≤ 1", weighted / cells <= 1),
        Figure(
            "prevalences, worst cell of 1,000 people or more",
            f"{worst[0]:.1f} ({worst[1]})",
            "≤ 4",
            worst[0] <= 4,
        ),
        Figure("printed 0.0% that the rules imply", f"{len(broken)} not zero {broken}", "0", not broken),
    ]


def activity(ours: Matrix) -> list[Figure]:
    """GP contacts and emergency bed days: all people, and each subsegment printed at 0.4 days or more."""
    wanted = printed()
    total = sum(v["population"] for v in wanted.values())
    out = []
    for measure, column in (
        ("gp_contacts_pppy", "gp_contacts"),
        ("emergency_bed_days_pppy", "emergency_bed_days"),
    ):
        everyone = sum(v["population"] * v[column] for v in wanted.values()) / total
        gap = abs(ours["all", measure] / everyone - 1)
        out.append(
            Figure(
                f"{measure}, all people",
                f"{ours['all', measure]:.3f} for {everyone:.3f}, {gap:.1%} off",
                "≤ 5%",
                gap <= 0.05,
            )
        )
        gaps = {s: abs(ours[s, measure] / v[column] - 1) for s, v in wanted.items() if v[column] >= 0.4}
        worst = max(gaps, key=lambda s: gaps[s])
        out.append(
            Figure(
                f"{measure}, worst subsegment",
                f"{worst}: {gaps[worst]:.1%} off",
                "≤ 10%",
                gaps[worst] <= 0.10,
            )
        )
    return out
