"""Evaluations in five steps: target cohort, control group, comparability, during, before and after."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from openphm.access import Role
from openphm.definitions.evaluation_parts import ATTRIBUTES
from openphm.definitions.quantities import COST_CATEGORIES, TOTAL
from openphm.evaluation.pages import plan_layout
from openphm.evaluation.study import Study
from openphm.pages import Page
from openphm.web.asking import DOWNLOAD, Ask, Asking
from openphm.web.screen import ANALYSTS, MONEY, Screen
from openphm.web.screens.evaluations_form import COVARIATES, EXCLUSIONS, OUTCOMES, PlanRead, fields_of
from openphm.web.screens.evaluations_held import (
    FOLDER,
    KIND,
    HeldPlan,
    held_plans,
    key_of_answer,
    key_of_planning,
    lock_of,
    plan_named,
    study_of,
)
from openphm.web.screens.evaluations_pages import balance_page, result_page
from openphm.web.screens.evaluations_work import PLANNING, RUN
from openphm.web.screens.kept_answers import arrived, begin, find, latest_job
from openphm.web.screens.scenarios_form import slug

ORDER = 45
ROOM = 8
"""Outcomes that a form has room for at first: the one that decides, another two, five negative controls."""
PLANNERS = ANALYSTS | {Role.CLINICIAN}
screen = Screen("evaluations", roles=PLANNERS)


@screen.get("/evaluations", "Evaluations", says="Did a service change anything? Plans and what they found.")
def listed(ask: Ask) -> Response:
    """Every plan that this user may see, with its locks."""
    locks: dict[str, Any] = {one.plan_id.removeprefix(FOLDER): one for one in ask.register.plans.all()}
    return ask.page("evaluations/list.html", plans=held_plans(ask), locks=locks)


@screen.get("/evaluations/new", "Plan an evaluation", says="Five steps, fixed before anything is looked at.")
def new(ask: Ask) -> Response:
    """The five steps, empty or as in another plan."""
    based = ask.request.query_params.get("from", "")
    fields = fields_of(plan_named(ask, based).body) if based else fields_of({})
    return _form(ask, fields, {})


@screen.post("/evaluations/new")
def make(ask: Ask) -> Response:
    """Keep a draft of one's own, and look at what it could find; or the form with its problems."""
    fields = dict(ask.form)
    name = f"{slug(fields.get('title', ''))}_{secrets.token_hex(4)}"
    read = PlanRead(fields, ask.definitions.contents.names, FOLDER + name)
    for field, allowed in (("cohort", _cohorts(ask)), ("enrolments", _services(ask))):
        if fields.get(field) and fields[field] not in allowed:
            read.problems.setdefault(field, []).append("There is no such thing here: choose one of the list.")
    if read.problems:
        return _form(ask, fields, read.problems)
    with ask.population() as people:
        study_of(ask, people, read.body)
    ask.register.kept.keep(KIND, name, read.body, owner=ask.user.name)
    ask.remember("evaluation.kept", plan=name)
    return _look_ahead(ask, HeldPlan(name, read.body, ask.user.name))


@screen.get("/evaluations/{name}", "Evaluation", roles=PLANNERS | MONEY)
def one(ask: Ask, name: str) -> Response:
    """Where a study stands: what it could find, its lock, its answer."""
    held = plan_named(ask, name)
    with ask.population() as people:
        study = study_of(ask, people, held.body)
    lock, here = lock_of(ask, study), f"/evaluations/{name}"
    planning_key, key = key_of_planning(ask, study), key_of_answer(ask, study)
    answer, planned = find(ask, key), find(ask, planning_key)
    if answer is not None:
        if ask.is_partial:
            return arrived(here)
        shown = ask.released(result_page(answer, held.title))
        if ask.request.query_params.get(DOWNLOAD):
            return ask.download(shown, ask.request.query_params[DOWNLOAD])
        return ask.page(
            "evaluations/result.html", shown=shown, held=held, lock=lock, said=answer.said,
            filters=ask.filters(), may_plan=bool(ask.roles & PLANNERS), plan=study.plan,
            cohorts=_cohorts(ask),
        )  # fmt: skip
    job = latest_job(ask, key if lock is not None else planning_key)
    if ask.is_partial and job is not None and job.is_over:
        return arrived(here)
    ahead = None
    if planned is not None:
        result = planned.results["plan"]
        said = str(planned.said["headline"])
        page = Page("What it could find", result, lambda records: said, layout=plan_layout(result))
        ahead = ask.released(page, planned.overlaps)
    return ask.page(
        "evaluations/study.html", held=held, lock=lock, ahead=ahead, job=job, here=here,
        cohorts=_cohorts(ask), may_plan=bool(ask.roles & PLANNERS), plan=study.plan, sha256=study.plan.sha256,
    )  # fmt: skip


@screen.post("/evaluations/{name}/plan")
def look_ahead(ask: Ask, name: str) -> Response:
    """See what it could find, before anything of the follow-up is opened."""
    return _look_ahead(ask, plan_named(ask, name))


@screen.post("/evaluations/{name}/lock")
def lock(ask: Ask, name: str) -> Response:
    """Fix the plan: its hash, the moment and who did it. Only once it was seen what it could find."""
    held = plan_named(ask, name)
    with ask.population() as people:
        study = study_of(ask, people, held.body)
        build = people.build.id
    if find(ask, key_of_planning(ask, study)) is None:
        return _look_ahead(ask, held)
    ask.remember("evaluate.lock", plan=study.plan.id, sha256=study.plan.sha256, build=build)
    made = study.plan.lock(study.offers, build=build, by=ask.user.name, at=datetime.now(UTC))
    ask.register.plans.lock(made)
    return ask.see(f"/evaluations/{name}")


@screen.post("/evaluations/{name}/run")
def run(ask: Ask, name: str) -> Response:
    """Open the follow-up of a locked plan and compare."""
    held = plan_named(ask, name)
    study = _study(ask, held)
    if lock_of(ask, study) is not None:
        key = key_of_answer(ask, study)
        if find(ask, key) is None:
            begin(ask, RUN, held.title, key, {"plan": held.body})
    return ask.see(f"/evaluations/{name}")


@screen.get("/evaluations/{name}/balance", "Balance")
def balance(ask: Ask, name: str) -> Response:
    """How alike the groups are: love plot and table."""
    held = plan_named(ask, name)
    answer = find(ask, key_of_answer(ask, _study(ask, held)))
    if answer is None:
        return ask.see(f"/evaluations/{name}")
    shown = ask.released(balance_page(answer, held.title))
    if ask.request.query_params.get(DOWNLOAD):
        return ask.download(shown, ask.request.query_params[DOWNLOAD])
    return ask.page("evaluations/balance.html", shown=shown, held=held, filters=ask.filters())


def _study(ask: Asking, held: HeldPlan) -> Study:
    with ask.population() as people:
        return study_of(ask, people, held.body)


def _look_ahead(ask: Asking, held: HeldPlan) -> Response:
    key = key_of_planning(ask, _study(ask, held))
    if find(ask, key) is None:
        begin(ask, PLANNING, f"{held.title}: what it could find", key, {"plan": held.body})
    return ask.see(f"/evaluations/{held.name}")


def _cohorts(ask: Asking) -> dict[str, str]:
    held = [one for one in ask.definitions.all("cohorts") if one.status != "withdrawn"]
    return {one.name: str(one.title) for one in held}


def _services(ask: Asking) -> dict[str, str]:
    """Services of which offers may be recorded: interventions, and those that plans name."""
    found = {one.id: str(one.title) for one in ask.definitions.all("interventions")}
    for plan in ask.definitions.contents.evaluations.values():
        if plan.enrolments:
            found.setdefault(plan.enrolments, plan.title)
    return found


def _form(ask: Asking, fields: Mapping[str, str], problems: Mapping[str, list[str]]) -> Response:
    contents = ask.definitions.contents
    pods = [pod.id for pod in contents.costs.points_of_delivery]
    counted = [(f"activity:{pod}", _said(pod)) for pod in pods]
    counted += [(f"bed_days:{pod}", f"Nights: {_said(pod)}") for pod in pods if "admission" in pod]
    counted += [(f"cost:{one}", f"Cost: {_said(one)}") for one in (*COST_CATEGORIES, TOTAL)]
    flags = [(f"attribute:{name}", _said(name)) for name in sorted(contents.attributes)]
    known = [(f"of:{name}", _said(name)) for name in ATTRIBUTES]
    used = max([n for n in range(OUTCOMES) if fields.get(f"o{n}.of")], default=-1)
    more = max([n for n in range(COVARIATES) if fields.get(f"c{n}.what")], default=-1)
    return ask.page(
        "evaluations/form.html", status=422 if problems else 200, fields=fields, problems=problems,
        cohorts=_cohorts(ask), services=_services(ask), counted=counted, flags=flags,
        known=[*known, *flags, *((f"activity:{pod}", f"Use: {_said(pod)}") for pod in pods)],
        outcomes=min(max(used + 4, ROOM), OUTCOMES), covariates=min(max(more + 3, 4), COVARIATES),
        exclusions=EXCLUSIONS,
    )  # fmt: skip


def _said(name: str) -> str:
    return name.replace("_", " ").capitalize()
