"""Cohorts: the list, one cohort (Figure 18), its definition and versions, and two side by side."""

from __future__ import annotations

import json
from functools import partial

import yaml
from starlette.responses import Response

from openphm.pages import Page
from openphm.population import Population
from openphm.reports import cohort_answers
from openphm.web.asking import DOWNLOAD, Ask, Asking, NotFound
from openphm.web.filters import Option
from openphm.web.presenting import Shown
from openphm.web.screen import ANALYSTS, CARE, READERS, Screen
from openphm.web.screens.cohorts_held import HeldCohort, cohort_named, held_cohorts, versions_of

ORDER = 21
BUILDERS = ANALYSTS | CARE
screen = Screen("cohorts", roles=READERS)
PARTS = {"profile": cohort_answers.profile, "attrition": cohort_answers.attrition}
TEXTS = {"yaml": "application/yaml", "json": "application/json"}


@screen.get("/cohorts", "Cohorts", says="Groups of people by their definition: shipped and saved.")
def listed(ask: Ask) -> Response:
    """Every cohort that this user may see."""
    return ask.page("cohorts/list.html", cohorts=held_cohorts(ask), may_build=bool(ask.roles & BUILDERS))


@screen.get("/compare", "Compare two cohorts", says="Two cohorts side by side, with what differs most.")
def compare(ask: Ask) -> Response:
    """Two cohorts side by side; the choice alone until both are chosen."""
    choices = {"": "Choose", **{one.name: one.title for one in held_cohorts(ask)}}
    filters = ask.filters([Option("a", "Cohort", choices), Option("b", "With", choices)])
    names = filters.value("a"), filters.value("b")
    shown = None
    if all(names) and names[0] != names[1]:
        first, second = (cohort_named(ask, name).what for name in names)
        shown = ask.shown_of_cohort(
            "cohort-compare",
            [first, second],
            lambda people: cohort_answers.compare(people, first, second),
        )
    if shown and ask.request.query_params.get(DOWNLOAD):
        return ask.download(shown, ask.request.query_params[DOWNLOAD])
    answer = ask.page(
        "cohorts/compare.html", status=422 if filters.dropped else 200, shown=shown, filters=filters
    )
    if ask.is_partial:
        answer.headers["hx-push-url"] = filters.address()
    return answer


@screen.get("/cohorts/{name}", "Cohort")
def one(ask: Ask, name: str) -> Response:
    """Who they are next to everybody, what each step does, the definition, and its versions."""
    held = cohort_named(ask, name, _version(ask))
    parts = {part: part_of(ask, held, part) for part in PARTS}
    if form := ask.request.query_params.get(DOWNLOAD):
        return ask.download(parts["profile"], form)
    versions = versions_of(ask, name)
    return ask.page(
        "cohorts/one.html", held=held, filters=ask.filters(), profile=parts["profile"],
        attrition=parts["attrition"], as_yaml=_yaml(held),
        versions=versions,
        changes=list(zip(versions, [None, *versions], strict=False))[::-1], step_text=_steps,
        is_own=held.owner == ask.user.name, may_build=bool(ask.roles & BUILDERS),
        service=held.body.get("intervention", "").removeprefix("interventions/"),
    )  # fmt: skip


@screen.get("/cohorts/{name}/definition.{form}", "Definition of a cohort")
def definition(ask: Ask, name: str, form: str) -> Response:
    """The definition as a file: it holds the question and no people."""
    held = cohort_named(ask, name, _version(ask))
    if form not in TEXTS:
        raise NotFound
    is_json = form == "json"
    text = json.dumps(held.body, indent=1, default=str) if is_json else _yaml(held)
    headers = {"content-disposition": f'attachment; filename="{held.name}.{form}"'}
    return Response(text, media_type=TEXTS[form], headers=headers)


def part_of(ask: Asking, held: HeldCohort, part: str) -> Shown:
    """One answer about a cohort, under the overlap guard: one that ships may be close to one of their own."""
    make = partial(_asked, part, held)
    options = {"cohort": held.name, "version": held.version}
    return ask.shown_of_cohort(f"cohort-{part}", [held.what], make, options=options)


def _asked(part: str, held: HeldCohort, population: Population) -> Page:
    return PARTS[part](population, held.what)


def _yaml(held: HeldCohort) -> str:
    return str(yaml.safe_dump(held.body, sort_keys=False, allow_unicode=True, width=100))


def _version(ask: Asking) -> int | None:
    text = ask.request.query_params.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else None


def _steps(held: HeldCohort) -> list[str]:
    """Each step on one line, to set two versions side by side."""
    steps = held.criteria.get("all", [held.criteria]) if isinstance(held.criteria, dict) else []
    return [yaml.safe_dump(step, default_flow_style=True, width=1000).strip() for step in steps]
