"""The 30 measures of the segment matrix (Figure 12), each made from sums that can be added up.

A measure is a numerator and a denominator. Both are kept for each subsegment and place, and added up
before anything is divided, so that parts always make the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from openphm.core.results import Cell
from openphm.criteria import Attribute, Condition, Criterion

Parts = Mapping[str, Decimal | int | float]

CATEGORIES = (
    "acute_planned",
    "acute_unplanned",
    "acute_other",
    "general_practice",
    "community_mental_health",
    "social_care",
)
"""The cost rows of the matrix: definitions.point_of_delivery says which activity belongs to which."""

USE = ("gp_contacts", "emergency_bed_days")

SHARES: Mapping[str, Criterion] = {
    "asthma_share": Condition(("asthma",)),
    "diabetes_share": Condition(("diabetes",)),
    "hypertension_share": Condition(("hypertension",)),
    "obesity_share": Attribute("obesity"),
    "stroke_share": Condition(("stroke",)),
    "anxiety_share": Condition(("anxiety",)),
    "depression_share": Condition(("depression",)),
    "learning_disability_share": Condition(("learning_disability",)),
    "mental_health_flag_share": Attribute("mental_health_flag"),
    "falls_share": Attribute("history_of_falls"),
    "not_fit_for_work_share": Attribute("not_fit_for_work"),
    "waiting_list_share": Attribute("on_waiting_list"),
    "opioid_share": Attribute("opioid_prescription"),
    "social_vulnerability_share": Attribute("social_vulnerability"),
}
"""The prevalence rows, each a criterion in the language that cohorts and segments use."""


@dataclass(frozen=True)
class Measure:
    """One row of the matrix.

    kind         count, share (of people), mean (over people), sum (pounds) or rate (over person-years)
    numerator    the sum on top
    denominator  the sum below; empty for a count or a sum
    """

    id: str
    unit: str
    kind: str
    numerator: str
    denominator: str = ""

    def cell(self, parts: Parts) -> Cell:
        """The figure, with the people behind it. None where there is nothing to divide by."""
        return _KINDS[self.kind](self, parts)


def _count(measure: Measure, parts: Parts) -> Cell:
    people = int(parts[measure.numerator])
    return Cell(people, n_people=people)


def _share(measure: Measure, parts: Parts) -> Cell:
    people, base = int(parts[measure.numerator]), int(parts[measure.denominator])
    return Cell(people / base if base else None, numerator=people, denominator=base, n_people=people)


def _mean(measure: Measure, parts: Parts) -> Cell:
    total, people = float(parts[measure.numerator]), int(parts[measure.denominator])
    value = total / people if people else None
    return Cell(value, numerator=total, denominator=float(people), n_people=people)


def _sum(measure: Measure, parts: Parts) -> Cell:
    total = parts[measure.numerator]
    return Cell(total, n_people=_behind(measure, parts), largest_share=_largest(measure, parts))


def _rate(measure: Measure, parts: Parts) -> Cell:
    total, years = float(parts[measure.numerator]), float(parts[measure.denominator])
    return Cell(
        total / years if years else None,
        numerator=total,
        denominator=years,
        n_people=_behind(measure, parts),
        largest_share=_largest(measure, parts),
    )


def _behind(measure: Measure, parts: Parts) -> int:
    """The people who contribute; when nobody does, the people who might have."""
    contributing = int(parts[f"people_{measure.numerator}"])
    return contributing or int(parts.get("people", 0))


def _largest(measure: Measure, parts: Parts) -> float | None:
    total, top = float(parts[measure.numerator]), float(parts[f"top_{measure.numerator}"])
    return min(1.0, top / total) if total > 0 else None


_KINDS = {"count": _count, "share": _share, "mean": _mean, "sum": _sum, "rate": _rate}

MEASURES: tuple[Measure, ...] = (
    Measure("population", "people", "count", "population"),
    Measure("mean_age", "years", "mean", "age", "with_age"),
    Measure("male_share", "share", "share", "male", "with_sex"),
    Measure("mean_imd_decile", "decile", "mean", "imd_decile", "with_imd_decile"),
    Measure("ethnic_minority_share", "share", "share", "minority", "with_ethnicity"),
    Measure("multimorbidity", "conditions", "mean", "multimorbidity_count", "population"),
    Measure("cost_total_gbp", "gbp", "sum", "cost_total"),
    Measure("cost_pppy_total", "gbp_per_person_year", "rate", "cost_total", "person_years"),
    *(
        Measure(f"cost_pppy_{name}", "gbp_per_person_year", "rate", f"cost_{name}", "person_years")
        for name in CATEGORIES
    ),
    *(Measure(f"{name}_pppy", "per_person_year", "rate", name, "person_years") for name in USE),
    *(Measure(name, "share", "share", name.removesuffix("_share"), "population") for name in SHARES),
)

UNATTRIBUTED = ("cost_total_gbp",)
"""What can be said of activity that belongs to nobody registered: there is no person-time to divide by."""
