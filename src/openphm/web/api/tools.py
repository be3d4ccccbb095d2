"""Tools of the API: cohorts, scenarios and evaluations, as their pages show them once they were worked out.

Nothing is begun or saved here: a definition, a scenario and a plan are made on their pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from openphm.core.errors import UsageError
from openphm.projections.pages import run_page
from openphm.reports import cohort_answers
from openphm.web.api.answering import ANSWERS_OF, MISTAKES, Form, Who, answered, for_readers, for_roles
from openphm.web.asker import Asker
from openphm.web.screen import ANALYSTS, MONEY
from openphm.web.screens.cohorts_held import cohort_named, held_cohorts
from openphm.web.screens.evaluations import PLANNERS
from openphm.web.screens.evaluations_held import held_plans, key_of_answer, plan_named, study_of
from openphm.web.screens.evaluations_pages import balance_page, result_page
from openphm.web.screens.kept_answers import Answer as Kept
from openphm.web.screens.kept_answers import find
from openphm.web.screens.projections_work import key_of_run
from openphm.web.screens.scenarios_held import held_scenarios, scenario_named

router = APIRouter()
BASELINE = "baseline"
PROJECTORS = ANALYSTS | MONEY
EVALUATORS = PLANNERS | MONEY
Name = Annotated[str, Path(max_length=120)]
Format = Annotated[Form, Query(alias="format")]


class CohortPart(StrEnum):
    """What is asked of a cohort."""

    PROFILE = "profile"
    ATTRITION = "attrition"


class EvaluationPart(StrEnum):
    """What is asked of an evaluation."""

    RESULT = "result"
    BALANCE = "balance"


@dataclass
class Listed:
    """Something that is kept under a name. `owner` is "yours", "shipped", or "another's"."""

    name: str
    title: str
    page: str
    owner: str


@router.get("/cohorts", response_model=list[Listed], responses=MISTAKES)
def cohorts(who: Who) -> list[Listed]:
    """The cohorts that you may ask about."""
    for_readers(who)
    return [_listed(who, "cohorts", one.name, one.title, one.owner) for one in held_cohorts(who)]


@router.get("/cohorts/{name}", response_model=None, responses=ANSWERS_OF)
def cohort(who: Who, name: Name, part: CohortPart = CohortPart.PROFILE, form: Format = Form.JSON) -> Response:
    """Who is in a cohort, next to everybody (profile); or what each step does (attrition)."""
    for_readers(who)
    held = cohort_named(who, name)
    make = partial(_PARTS[part], what=held.what)
    options = {"cohort": held.name, "version": held.version}
    return answered(who, who.shown_of_cohort(f"cohort-{part}", [held.what], make, options=options), form)


@router.get("/projections", response_model=list[Listed], responses=MISTAKES)
def projections(who: Who) -> list[Listed]:
    """The scenarios that you may see. `baseline` is always there: nothing changes."""
    for_roles(who, PROJECTORS, "projections", "/projections")
    nothing = Listed(BASELINE, "If nothing changes", "/projections/baseline", "shipped")
    own = [_listed(who, "projections", one.name, one.title, one.owner) for one in held_scenarios(who)]
    return [nothing, *own]


@router.get("/projections/{name}", response_model=None, responses=ANSWERS_OF)
def projection(who: Who, name: Name, form: Format = Form.JSON) -> Response:
    """People, activity and cost of each year of a scenario, with and without the change."""
    for_roles(who, PROJECTORS, "projections", "/projections/{name}")
    held = None if name == BASELINE else scenario_named(who, name)
    kept = _worked_out(who, key_of_run(who, held.asked if held else None), f"/projections/{name}")
    page = run_page(kept.results["run"], held.title if held else "What happens if nothing changes")
    return answered(who, who.released(page, kept.overlaps), form)


@router.get("/evaluations", response_model=list[Listed], responses=MISTAKES)
def evaluations(who: Who) -> list[Listed]:
    """The evaluation plans that you may see."""
    for_roles(who, PLANNERS, "evaluations", "/evaluations")
    return [_listed(who, "evaluations", one.name, one.title, one.owner) for one in held_plans(who)]


@router.get("/evaluations/{name}", response_model=None, responses=ANSWERS_OF)
def evaluation(
    who: Who, name: Name, part: EvaluationPart = EvaluationPart.RESULT, form: Format = Form.JSON
) -> Response:
    """What a locked evaluation found, or how alike its groups are. On a red light no effect is told."""
    for_roles(who, EVALUATORS, "evaluations", "/evaluations/{name}")
    held = plan_named(who, name)
    with who.population() as people:
        key = key_of_answer(who, study_of(who, people, held.body))
    kept = _worked_out(who, key, f"/evaluations/{name}")
    make = result_page if part is EvaluationPart.RESULT else balance_page
    return answered(who, who.released(make(kept, held.title)), form)


_PARTS: Mapping[CohortPart, Any] = {
    CohortPart.PROFILE: cohort_answers.profile,
    CohortPart.ATTRITION: cohort_answers.attrition,
}


def _listed(who: Asker, kind: str, name: str, title: str, owner: str) -> Listed:
    whose = "yours" if owner == who.user.name else "another's" if owner else "shipped"
    return Listed(name, title, f"/{kind}/{name}", whose)


def _worked_out(who: Asker, key: str, page: str) -> Kept:
    kept = find(who, key)
    if kept is None:
        raise UsageError(
            page.rsplit("/", 1)[-1],
            "it was not worked out yet for this build and your places",
            "That is long work.",
            f"open {page} in the suite and work it out",
        )
    return kept
