"""To an evaluation: the plan by which an intervention of a scenario can be judged, written before it starts.

It holds what the scenario says and nothing that was measured, so it may leave as it is. Offers are expected
in the register under the name of the intervention.
"""

from __future__ import annotations

from typing import Any

import yaml

from openphm.definitions.frozen import thaw
from openphm.definitions.scenario_interventions import Intervention
from openphm.projections.mitigation import Planned
from openphm.projections.projection import Projection

HEAD = """# Begun from {scenario}. Before it is locked: add negative controls (activity
# that the service cannot change), what else tells its people from others (covariates), {cost}
# and put the offers in the register, or name a file of them (index_dates: file).
"""
COST_HERE = "check the cost,"
COST_MISSING = "the programme's cost (costs),"


def evaluation_plans(projection: Projection) -> dict[str, str]:
    """The YAML of a plan for each intervention with a cohort that changes something, by its id."""
    return {
        one.intervention.id: _written(projection, one)
        for one in projection.planned
        if one.intervention.cohort is not None and one.touched
    }


def _written(projection: Projection, one: Planned) -> str:
    body = _body(projection, one)
    head = HEAD.format(scenario=projection.scenario.id, cost=COST_HERE if "costs" in body else COST_MISSING)
    return head + yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=110)


def _body(projection: Projection, one: Planned) -> dict[str, Any]:
    names = [projection.path.activities[place] for place in one.touched]
    first = _primary(projection, one)
    plan = one.intervention
    body: dict[str, Any] = {
        "id": f"evaluations/{plan.id}",
        "title": f"Evaluation of {plan.name or plan.id}",
        "eligibility": _eligibility(plan),
        "index_dates": {"enrolments": f"evaluations/{plan.id}"},
        "follow_up_months": 12,
        "planning_effect": one.changes[projection.path.activities.index(first)].value,
        "outcomes": [
            *(_outcome(name, is_primary=name == first) for name in names),
            {"id": "cost_gbp", "title": "Cost of what it changes", "cost": names},
        ],
    }
    spent = plan.cost
    if not spent.per_person_gbp:
        stated = spent.set_up_gbp + spent.yearly_gbp + spent.hours_per_year * spent.hour_gbp.value
        body["costs"] = {
            "programme_gbp": round(stated * (1 + spent.optimism_bias), 2),
            "period_months": 12,
            "outcome": "cost_gbp",
            "cash_releasing_share": projection.scenario.cash_releasing_share,
        }
    return body


def _outcome(name: str, *, is_primary: bool) -> dict[str, Any]:
    role = {"role": "primary"} if is_primary else {}
    return {"id": name, "title": name.replace("_", " ").capitalize(), **role, "activity": [name]}


def _primary(projection: Projection, one: Planned) -> str:
    """The activity for which the largest change is planned; the first of those alike."""
    place = max(one.touched, key=lambda n: abs(one.changes[n].value))
    return projection.path.activities[place]


def _eligibility(plan: Intervention) -> Any:
    if isinstance(plan.cohort, str):
        return {"cohort": plan.cohort.removeprefix("cohorts/")}
    return thaw(plan.cohort)
