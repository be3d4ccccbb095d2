"""Study plans that a user may see: the shipped ones, their own drafts, and every plan that was locked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openphm.core.errors import PlanError
from openphm.core.records import PlanLock
from openphm.definitions.frozen import thaw
from openphm.definitions.header import HEADER_KEYS
from openphm.evaluation.plan import Plan, checksum_of_offers
from openphm.evaluation.study import Study
from openphm.evaluation.study_offers import offers_recorded
from openphm.population import Population
from openphm.web.asker import Asker
from openphm.web.asking import NotFound
from openphm.web.screens.kept_answers import key_of

KIND = "evaluation_plan"
FOLDER = "evaluations/"


@dataclass(frozen=True)
class HeldPlan:
    """A plan by the name in its address; without an owner, a shipped one.

    owner  who made it, or who locked it elsewhere
    """

    name: str
    body: dict[str, Any]
    owner: str = ""

    @property
    def title(self) -> str:
        """What it is called."""
        return str(self.body.get("title") or self.name)


def held_plans(ask: Asker) -> list[HeldPlan]:
    """Own drafts, locked plans of others, and shipped ones."""
    kept = {one.id: HeldPlan(one.id, dict(one.body), one.owner) for one in ask.register.kept.all(KIND)}
    locked = {lock.plan_id.removeprefix(FOLDER): lock for lock in ask.register.plans.all()}
    found = {name: one for name, one in kept.items() if one.owner == ask.user.name or name in locked}
    for name, body in _shipped(ask).items():
        found.setdefault(name, HeldPlan(name, body))
    for name, lock in locked.items():
        found.setdefault(name, HeldPlan(name, Plan.as_written(lock.plan), lock.locked_by))
    return list(found.values())


def plan_named(ask: Asker, name: str) -> HeldPlan:
    """One of them. Raises NotFound, also for a draft of somebody else."""
    found = next((one for one in held_plans(ask) if one.name == name), None)
    if found is None:
        if ask.register.kept.newest(KIND, name) is not None:
            ask.remember("access.refused", route="/evaluations/{id}", found="a plan of somebody else")
        raise NotFound
    return found


def study_of(asker: Asker, people: Population, body: Mapping[str, Any]) -> Study:
    """The plan with the recorded offers. Raises PlanError with every problem of it."""
    plan = Plan.of(body, asker.definitions, people.known, people.points)
    if plan.file.index_file:
        raise PlanError(
            plan.id,
            "its index dates are in a file",
            "The suite opens no files: it knows the offers that are recorded in the register.",
            "run it with openphm evaluate run, or record the offers",
        )
    return Study(plan, people, offers_recorded(asker.register.enrolments.of(plan.file.enrolments)))


def lock_of(asker: Asker, study: Study) -> PlanLock | None:
    """The lock of exactly this plan."""
    return asker.register.plans.find(study.plan.id, study.plan.sha256)


def key_of_planning(asker: Asker, study: Study) -> str:
    """What its planning is found by."""
    return key_of(asker, {"plan": study.plan.sha256, "offers": checksum_of_offers(study.offers)}, own=True)


def key_of_answer(asker: Asker, study: Study) -> str:
    """What its answer is found by."""
    return key_of(asker, {"evaluation": study.plan.sha256, "offers": checksum_of_offers(study.offers)})


def _shipped(ask: Asker) -> dict[str, dict[str, Any]]:
    apart = {*HEADER_KEYS, "note"} - {"id", "title"}
    return {
        one.name: {name: value for name, value in thaw(one.body).items() if name not in apart}
        for one in ask.definitions.all("evaluations")
        if one.status != "withdrawn"
    }
