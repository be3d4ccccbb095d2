"""The suite does not answer two plans for groups that differ by a few people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from openphm.access import Role, Scope
from openphm.projections import Population, opened
from openphm.web.screens.scenarios_form import fields_of
from openphm.web.settings import Settings
from openphm.web.worker import do_one
from tests.web.conftest import SignIn
from tests.web.test_projections_pages import token

OWNER = "Demo ICB analyst"
WHOLE: dict[str, Any] = {"attribute": "age", "at_least": 18}


@pytest.fixture
def people(store: Path) -> Iterator[Population]:
    with opened(store, Scope.whole_system()) as found:
        yield found


def nearly(people: Population) -> dict[str, Any]:
    """All adults but a few of the oldest."""
    for oldest in range(70, 105):
        few = {"attribute": "age", "at_least": oldest + 1}
        if 0 < len(list(people.ask(people.cohort(few).members_sql(), people.as_at))) < 8:
            return {"all": [WHOLE, {"attribute": "age", "at_most": oldest}]}
    raise AssertionError("no few of the oldest in this made-up ICS")


def worked_out(app: FastAPI, store: Path, client: TestClient, name: str, cohort: dict[str, Any]) -> str:
    """The page of a scenario for a group, kept as the form keeps one and worked out by the worker."""
    one = {"id": "n", "cohort": cohort, "effects": {"gp_appointment": -0.2}, "cost": {"per_person_gbp": 9}}
    baseline = {"from": "build", "population": "list"}
    body = {"title": name, "horizon_years": 1, "baseline": baseline, "interventions": [one]}
    held = {"scenario": {**body, "id": f"scenarios/{name}"}, "is_shared": False}
    app.state.suite.register.kept.keep("scenario", name, held, owner=OWNER)
    page = client.get(f"/projections/{name}")
    client.post(f"/projections/{name}", data={"form_token": token(page.text)})
    [job, *_] = app.state.suite.register.jobs.of(OWNER)
    app.state.suite.register.jobs.begin(job.id)
    assert do_one(Settings(store, is_demo=True), job.id) == 0
    return client.get(f"/projections/{name}").text


def test_two_scenarios_for_groups_that_differ_by_a_few(
    app: FastAPI, store: Path, signed_in: SignIn, people: Population
) -> None:
    client = signed_in(Role.ICB_ANALYST)
    first = worked_out(app, store, client, "all_adults", WHOLE)
    assert "differs by very few people" not in first
    second = worked_out(app, store, client, "all_but_a_few", nearly(people))
    assert "differs by very few people from one you asked about" in second
    csv = client.get("/projections/all_but_a_few?download=csv").text
    rows = [line.split(",") for line in csv.splitlines() if ",npv_gbp," in line]
    assert rows
    assert all(row[4] in ("", "*") for row in rows), rows


def test_a_cohort_that_was_built_in_the_suite_may_be_planned_for(app: FastAPI, signed_in: SignIn) -> None:
    client, register = signed_in(Role.ICB_ANALYST), app.state.suite.register
    body = {"id": "cohorts/my_adults", "title": "My adults", "criteria": WHOLE}
    register.cohorts.save("cohorts/my_adults", body, owner=OWNER)
    page = client.get("/projections/new").text
    assert '<option value="cohorts/my_adults">My adults</option>' in page
    one = {"name": "Visits", "cohort": "cohorts/my_adults", "effects": {"gp_appointment": -0.1}, "cost": {}}
    plan = {"title": "For my adults", "baseline": {"from": "build"}, "interventions": [one]}
    made = client.post("/projections/new", data={**fields_of(plan), "form_token": token(page)})
    assert made.status_code == 303, made.text
    kept = register.kept.newest("scenario", made.headers["location"].rpartition("/")[2])
    [held] = kept.body["scenario"]["interventions"]
    assert held["cohort"]["criteria"] == WHOLE
    assert fields_of(kept.body["scenario"])["i0.cohort"] == "cohorts/my_adults"
