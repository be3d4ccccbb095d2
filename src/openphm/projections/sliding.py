"""Sliding: the same baseline and cohorts with other figures, answered at once.

What takes time is measuring. Reach, ramp, effects, costs and the number of people need none, so a form keeps
one projection and asks for its variants.
"""

from __future__ import annotations

from openphm.core.errors import PlanError
from openphm.definitions.projection_facts import ProjectionFacts
from openphm.definitions.scenarios import Scenario
from openphm.projections.projection import Projection, project

_MEASURED = ("from_build", "horizon_years", "prices", "inflation", "seed")


def slid(projection: Projection, scenario: Scenario) -> Projection:
    """A projection of a scenario over what was measured for another.

    Raises PlanError where the scenario needs another baseline, horizon, inflation or cohort: measure it anew.
    """
    facts = ProjectionFacts({scenario.discounting: projection.rates})
    if scenario.stated is not None:
        return project(scenario, facts)
    held = {one.intervention.id: one for one in projection.planned}
    other = [name for name in _MEASURED if getattr(scenario, name) != getattr(projection.scenario, name)]
    other += [
        f"cohort of {one.id}"
        for one in scenario.interventions
        if one.id not in held or held[one.id].intervention.cohort != one.cohort
    ]
    if scenario.discounting != projection.scenario.discounting:
        other.append("discounting")
    if other:
        raise PlanError(
            scenario.label,
            f"what was measured does not serve: {', '.join(other)} differ.",
            "The same baseline, horizon, prices and cohorts; other people, reach, ramp, effects and costs.",
            "run it as a scenario of its own",
        )
    covers = {id_: one.cohort for id_, one in held.items()}
    return project(scenario, facts, path=projection.path, covers=covers)
