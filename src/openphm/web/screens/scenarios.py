"""Scenarios: the editor, the result (Figure 14), the quick change of inputs, and the business case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from openphm.definitions.scenarios import LONGEST_HORIZON
from openphm.projections.pages import case_document, case_page, run_page
from openphm.release import Fold, as_text
from openphm.web.asking import DOWNLOAD, Ask, Asking, NotFound
from openphm.web.screen import ANALYSTS, MONEY, Screen
from openphm.web.screens.cohorts_held import FOLDER, held_cohorts
from openphm.web.screens.kept_answers import arrived, begin, find, latest_job, waiting
from openphm.web.screens.projections_parts import parts_of_case, parts_of_run
from openphm.web.screens.projections_work import RUN, key_of_run
from openphm.web.screens.scenarios_form import (
    BLANK,
    EFFECTS,
    MOST_INTERVENTIONS,
    SUBSTITUTIONS,
    FormRead,
    fields_of,
)
from openphm.web.screens.scenarios_held import HeldScenario, keep_scenario, scenario_named

ORDER = 41
screen = Screen("projections", roles=ANALYSTS | MONEY)
NEW: dict[str, Any] = {"title": "", "horizon_years": 5, "baseline": {"from": "build"}, "interventions": []}


@screen.get("/projections/new", "New scenario", says="Plan a change and see what it would do.")
def new(ask: Ask) -> Response:
    """An empty form, or one that begins with another scenario."""
    based = ask.request.query_params.get("from", "")
    begun = scenario_named(ask, based).body if based else NEW
    fields = fields_of(begun)
    if based:
        fields["title"] = f"{fields['title']} (copy)"[:200]
    return _form(ask, fields, based=based, name="", problems={}, is_stated=_is_stated(begun))


@screen.post("/projections/new")
def make(ask: Ask) -> Response:
    """Keep a scenario of one's own, and work it out."""
    based = ask.field("based")
    begun = scenario_named(ask, based).body if based else NEW
    return _kept(ask, "", begun, based)


@screen.get("/projections/{name}", "Scenario")
def result(ask: Ask, name: str) -> Response:
    """What the scenario comes to, once it was worked out for this build."""
    held = scenario_named(ask, name)
    key = key_of_run(ask, held.asked)
    answer = find(ask, key)
    if answer is None:
        return waiting(ask, latest_job(ask, key), held.title, f"/projections/{name}")
    if ask.is_partial:
        return arrived(f"/projections/{name}")
    page = run_page(answer.results["run"], held.title)
    shown = ask.released(page, answer.overlaps)
    if ask.request.query_params.get(DOWNLOAD):
        return ask.download(shown, ask.request.query_params[DOWNLOAD])
    pages = parts_of_run(answer.results["run"], planned="case" in answer.results)
    if "case" in answer.results:
        pages[1:1] = parts_of_case(answer.results["case"])
    parts = [ask.released(one, answer.overlaps) for one in pages]
    return ask.page(
        "projections/result.html", shown=shown, parts=parts, kept=held, filters=ask.filters(),
        is_own=held.owner == ask.user.name, may_case=bool(ask.roles & MONEY), payback=answer.said["payback"],
        fields=fields_of(held.body), versions=len(ask.register.kept.versions("scenario", name)),
    )  # fmt: skip


@screen.post("/projections/{name}")
def work_out(ask: Ask, name: str) -> Response:
    """Work it out for this build."""
    _begin(ask, scenario_named(ask, name))
    return ask.see(f"/projections/{name}")


@screen.post("/projections/{name}/quick")
def quick(ask: Ask, name: str) -> Response:
    """Change a few inputs: a new version of one's own scenario, or a copy of another's."""
    held = scenario_named(ask, name)
    own = name if held.owner == ask.user.name else ""
    return _kept(ask, own, held.body, name, {**fields_of(held.body), **dict(ask.form)})


@screen.get("/projections/{name}/edit", "Change a scenario")
def edit(ask: Ask, name: str) -> Response:
    """The form with the newest version of one's own scenario."""
    held = _own(ask, name)
    fields = {**fields_of(held.body), **({"is_shared": "yes"} if held.is_shared else {})}
    return _form(ask, fields, based="", name=name, problems={}, is_stated=_is_stated(held.body))


@screen.post("/projections/{name}/edit")
def change(ask: Ask, name: str) -> Response:
    """Keep a new version, and work it out."""
    return _kept(ask, name, _own(ask, name).body, "")


@screen.get("/projections/{name}/case", "Business case", roles=MONEY)
def case(ask: Ask, name: str) -> Response:
    """The business case: to read, as an HTML file, as a workbook."""
    held = scenario_named(ask, name)
    answer = find(ask, key_of_run(ask, held.asked))
    if answer is None or "case" not in answer.results:
        return ask.see(f"/projections/{name}")
    page = case_page(answer.results["case"], held.title)
    shown = ask.released(page, answer.overlaps)
    form = ask.request.query_params.get(DOWNLOAD, "")
    if form == "html":
        document = case_document(answer.results["case"], held.title)
        assert document.layout is not None
        shown = ask.released(document, answer.overlaps)
        source = shown.provenance
        ask.remember(
            "release.file",
            question=shown.released.question,
            rule=source.disclosure,
            format=form,
            build=source.build,
        )
        text = as_text(
            shown.released,
            "html",
            title=shown.title,
            summary=shown.headline,
            fold=Fold("item", "measure", "value", "unit", split="section", titles=document.layout.titles),
            drawings=shown.drawings,
        )
        headers = {"content-disposition": f'attachment; filename="business-case-{name}.html"'}
        return Response(text, media_type="text/html; charset=utf-8", headers=headers)
    if form:
        return ask.download(shown, form)
    pages = [*parts_of_run(answer.results["run"], planned=True)[:1], *parts_of_case(answer.results["case"])]
    parts = [ask.released(replace(one, charts=lambda records: ()), answer.overlaps) for one in pages]
    return ask.page("projections/case.html", shown=shown, parts=parts, kept=held, plan=held.body)


def _own(ask: Asking, name: str) -> HeldScenario:
    held = scenario_named(ask, name)
    if held.owner != ask.user.name:
        raise NotFound
    return held


def _is_stated(body: Mapping[str, Any]) -> bool:
    return "from" not in (body.get("baseline") or {"from": "build"})


def _begin(ask: Asking, held: HeldScenario) -> None:
    body = held.asked
    key = key_of_run(ask, body)
    if find(ask, key) is None:
        begin(ask, RUN, held.title, key, {"scenario": body})


def _kept(
    ask: Asking, name: str, begun: Mapping[str, Any], based: str, fields: Mapping[str, str] | None = None
) -> Response:
    """Check the form, keep the scenario, work it out; or the form again with each problem at its field."""
    fields = dict(ask.form) if fields is None else fields
    read = FormRead(fields, begun)
    known = {f"{FOLDER}{one.name}": one for one in held_cohorts(ask)}
    unknown = [
        f"i{number}.cohort"
        for number in range(MOST_INTERVENTIONS)
        if fields.get(f"i{number}.cohort") and fields[f"i{number}.cohort"] not in known
    ]
    for field in unknown:
        read.problems.setdefault(field, []).append("There is no such cohort here: choose one of the list.")
    if read.problems:
        return _form(ask, fields, based=based, name=name, problems=read.problems, is_stated=_is_stated(begun))
    for one in read.body["interventions"]:
        if isinstance(one.get("cohort"), str):
            # A cohort of the suite's own is kept as it is now: a later version of it changes no scenario.
            one["cohort"] = known[one["cohort"]].what
    name = keep_scenario(ask, name, read.body, is_shared=fields.get("is_shared") == "yes")
    _begin(ask, scenario_named(ask, name))
    return ask.see(f"/projections/{name}")


def _cohorts(ask: Asking) -> dict[str, str]:
    return {f"{FOLDER}{one.name}": one.title for one in held_cohorts(ask)}


def _form(
    ask: Asking,
    fields: Mapping[str, str],
    *,
    based: str,
    name: str,
    problems: Mapping[str, list[str]],
    is_stated: bool,
) -> Response:
    pods = ask.definitions.contents.costs.points_of_delivery
    used = [n for n in range(MOST_INTERVENTIONS) if fields.get(f"i{n}.name")]
    many = min(max(used, default=-1) + 2, MOST_INTERVENTIONS)
    return ask.page(
        "scenarios/form.html", status=422 if problems else 200, fields=fields, based=based, name=name,
        problems=problems, is_stated=is_stated, cohorts=_cohorts(ask), many=many, longest=LONGEST_HORIZON,
        names=[(pod.id, pod.id.replace("_", " ")) for pod in pods], effects=EFFECTS + BLANK,
        substitutions=SUBSTITUTIONS + BLANK,
    )  # fmt: skip
