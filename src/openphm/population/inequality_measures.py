"""The measures that are compared between groups: what people use and die of, and what they live with."""

from __future__ import annotations

from dataclasses import dataclass

from openphm.criteria import Attribute, Condition, Criterion
from openphm.population.strata import DEATHS
from openphm.statistics.inequality import Scale

MULTIMORBID = 4
"""Conditions from which on people are counted as having many."""


@dataclass(frozen=True)
class Standardised:
    """One measure.

    criterion   the people counted, for a share of people; None for something used in person-years
    multiplier  the rate is for so many person-years or people
    in_runs     one person can have many: the interval and the disclosure rule must know
    """

    id: str
    name: str
    unit: str
    multiplier: float
    criterion: Criterion | None = None
    in_runs: bool = False

    @property
    def scale(self) -> Scale:
        """Where the errors of the figure are about normal."""
        return "logit" if self.criterion is not None else "log"


def _share(id_: str, name: str, criterion: Criterion) -> Standardised:
    return Standardised(id_, name, "share", 1.0, criterion)


MEASURES: tuple[Standardised, ...] = (
    Standardised("gp_contacts", "GP contacts", "per_1000", 1000, in_runs=True),
    Standardised("ed_attendances", "ED attendances", "per_1000", 1000, in_runs=True),
    Standardised("emergency_admissions", "Emergency admissions", "per_1000", 1000, in_runs=True),
    Standardised("cost_total", "Cost", "gbp_per_person_year", 1, in_runs=True),
    Standardised(DEATHS, "Deaths", "per_100000", 100_000),
    _share(
        "many_conditions", "4 or more conditions", Attribute("multimorbidity_count", at_least=MULTIMORBID)
    ),
    _share("hypertension", "Hypertension", Condition(("hypertension",))),
    _share("diabetes", "Diabetes", Condition(("diabetes",))),
    _share("copd", "COPD", Condition(("copd",))),
    _share("depression", "Depression", Condition(("depression",))),
    _share("obesity", "Obesity", Attribute("obesity")),
    _share("waiting_list", "On a waiting list", Attribute("on_waiting_list")),
)
