"""Projections: the list of scenarios, what happens if nothing changes, and scenarios side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.responses import Response

from openphm.core.errors import UsageError
from openphm.pages import Layout
from openphm.projections.pages import plain_page, run_page
from openphm.web.asking import DOWNLOAD, Ask, Asking
from openphm.web.screen import ANALYSTS, MONEY, Screen
from openphm.web.screens.kept_answers import arrived, begin, find, key_of, latest_job, waiting
from openphm.web.screens.projections_parts import TITLES, fans_of, parts_of_run
from openphm.web.screens.projections_work import COMPARE, RUN, cohorts_of, key_of_run
from openphm.web.screens.scenarios_held import held_scenarios, scenario_named

ORDER = 40
ROLES = ANALYSTS | MONEY
MOST = 4
screen = Screen("projections", roles=ROLES)


@screen.get("/projections", "Scenarios", says="What happens if nothing changes, and what a change would do.")
def listed(ask: Ask) -> Response:
    """Every scenario that this user may see."""
    return _list(ask)


@screen.get("/projections/baseline", "If nothing changes", says="People, activity and cost without a change.")
def baseline(ask: Ask) -> Response:
    """The unmitigated scenario (Figure 13), once it was worked out for this build."""
    key = key_of_run(ask, None)
    answer = find(ask, key)
    if answer is None:
        return waiting(ask, latest_job(ask, key), "If nothing changes", "/projections/baseline")
    if ask.is_partial:
        return arrived("/projections/baseline")
    page = run_page(answer.results["run"], "What happens if nothing changes")
    shown = ask.released(replace(page, charts=fans_of(answer.said["settings"])))
    if ask.request.query_params.get(DOWNLOAD):
        return ask.download(shown, ask.request.query_params[DOWNLOAD])
    parts = [ask.released(one) for one in parts_of_run(answer.results["run"], planned=False)]
    return ask.page("projections/result.html", shown=shown, parts=parts, kept=None, filters=ask.filters())


@screen.post("/projections/baseline")
def work_out_baseline(ask: Ask) -> Response:
    """Work it out for this build."""
    begin(ask, RUN, "What happens if nothing changes", key_of_run(ask, None), {"scenario": None})
    return ask.see("/projections/baseline")


@screen.get("/projections/compare", "Compare scenarios", in_menu=False)
def compared(ask: Ask) -> Response:
    """Scenarios side by side at the end of their horizons."""
    ticked = ask.request.query_params.getlist("with")
    if not ticked:
        return _list(ask)
    names, bodies, key = _chosen(ask, ticked)
    here = "/projections/compare?" + "&".join(f"with={name}" for name in names)
    answer = find(ask, key)
    if answer is None:
        return waiting(ask, latest_job(ask, key), "Scenarios compared", here, "/projections/compare", names)
    if ask.is_partial:
        return arrived(here)
    page = plain_page(
        answer.results["compare"], "Scenarios compared", f"{len(names)} scenarios side by side."
    )
    titles = {**TITLES, **{str(one.get("id")): str(one.get("title")) for one in bodies}}
    layout = Layout("metric", "scenario", "value", titles=titles)
    shown = ask.released(replace(page, layout=layout), answer.overlaps)
    return ask.page("projections/compare.html", shown=shown)


@screen.post("/projections/compare")
def compare(ask: Ask) -> Response:
    """Work out the comparison of those that were ticked."""
    names, bodies, key = _chosen(ask, ask.fields("with"))
    if find(ask, key) is None:
        begin(ask, COMPARE, "Scenarios compared", key, {"scenarios": bodies})
    return ask.see("/projections/compare?" + "&".join(f"with={name}" for name in names))


def _list(ask: Asking) -> Response:
    return ask.page("projections/list.html", scenarios=held_scenarios(ask))


def _chosen(ask: Asking, given: list[str]) -> tuple[list[str], list[dict[str, Any]], str]:
    """The names and bodies of two to four scenarios, and the key of their comparison."""
    names = list(dict.fromkeys(given))
    if not 2 <= len(names) <= MOST:
        raise UsageError(
            "scenarios", f"{len(names)} were chosen", f"Two to {MOST} can be compared.", "tick so many"
        )
    bodies = [scenario_named(ask, name).asked for name in names]
    own = any(cohorts_of(body) for body in bodies)
    return names, bodies, key_of(ask, {"compare": bodies}, own=own)
