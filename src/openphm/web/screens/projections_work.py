"""The work of projections: jobs that work a scenario out and keep what they answer for the build."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openphm.definitions.scenarios import Scenario, read_scenario
from openphm.projections import project_in, run_result, source_of, unmitigated
from openphm.projections.case import case_result, compare_result
from openphm.web.asker import Asker
from openphm.web.kinds import kind
from openphm.web.screens.kept_answers import KEY, Answer, keep, key_of
from openphm.web.work import Work

RUN, COMPARE = "projection", "projection-compare"


def key_of_run(asker: Asker, body: Mapping[str, Any] | None) -> str:
    """What a scenario's answer is found by; None is the scenario in which nothing changes."""
    return key_of(asker, {"projection": body}, own=bool(cohorts_of(body)))


def cohorts_of(body: Mapping[str, Any] | None) -> list[Any]:
    """The groups that a scenario describes."""
    held = (body or {}).get("interventions") or []
    return [one["cohort"] for one in held if isinstance(one, dict) and one.get("cohort")]


def scenario_of(body: Mapping[str, Any] | None) -> Scenario:
    """The scenario of a kept body. Raises PlanError."""
    return unmitigated() if body is None else read_scenario(body)


@kind(RUN, "Work out a scenario")
def work_out(work: Work) -> None:
    """One scenario: the run and its business case."""
    body = work.parameters["scenario"]
    cohorts = cohorts_of(body)
    work.tell(0.05, "Opening the build")
    overlaps = work.overlaps(cohorts) if cohorts else []
    with work.population() as people:
        work.tell(0.2, "Measuring the baseline and projecting people")
        projection = project_in(people, scenario_of(body))
        work.tell(0.6, "Drawing the runs")
        source = source_of(people, [projection.scenario])
        run = run_result(projection, source)
        results = {"run": run}
        if projection.planned:
            work.tell(0.8, "Writing the business case")
            results["case"] = case_result(projection, source)
    settings = dict(zip(projection.path.activities, projection.path.settings, strict=True))
    said = {"settings": settings, "payback": projection.payback, "years": projection.path.years}
    keep(work, str(work.parameters[KEY]), Answer(results, said, overlaps))


@kind(COMPARE, "Compare scenarios")
def compare(work: Work) -> None:
    """Scenarios side by side at the end of their horizons."""
    bodies = work.parameters["scenarios"]
    cohorts = [one for body in bodies for one in cohorts_of(body)]
    work.tell(0.05, "Opening the build")
    overlaps = work.overlaps(cohorts) if cohorts else []
    with work.population() as people:
        worked = []
        for number, body in enumerate(bodies):
            work.tell(0.1 + 0.8 * number / len(bodies), f"Working out scenario {number + 1} of {len(bodies)}")
            worked.append(project_in(people, scenario_of(body)))
        result = compare_result(worked, source_of(people, [one.scenario for one in worked]))
    keep(work, str(work.parameters[KEY]), Answer({"compare": result}, {}, overlaps))
