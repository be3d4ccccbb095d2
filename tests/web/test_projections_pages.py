"""Projections in the suite: a scenario made by the form, worked out by a job, and whose it is."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi import FastAPI

from openphm.access import Role
from openphm.definitions import load
from openphm.definitions.frozen import thaw
from openphm.definitions.scenarios import read_scenario
from openphm.projections import project
from openphm.web.screens.scenarios_form import fields_of
from openphm.web.settings import Settings
from openphm.web.worker import do_one
from tests.web.conftest import SignIn


def token(text: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', text)
    assert found is not None
    return found[1]


def test_a_scenario_by_the_form_is_worth_what_the_engine_says(
    app: FastAPI, store: Path, signed_in: SignIn
) -> None:
    client = signed_in(Role.ICB_ANALYST)
    definitions = load()
    body = dict(thaw(definitions.get("scenarios/worked_example").body))
    page = client.get("/projections/new?from=worked_example").text
    fields = {**fields_of(body), "title": "Mine", "based": "worked_example", "form_token": token(page)}
    wrong = client.post("/projections/new", data={**fields, "horizon_years": "25"})
    assert wrong.status_code == 422
    assert "25 is more than 20" in wrong.text
    made = client.post("/projections/new", data=fields)
    assert made.status_code == 303
    where = made.headers["location"]
    job = app.state.suite.register.jobs.of("Demo ICB analyst")[0]
    assert do_one(Settings(store, is_demo=True), _begun(app, job.id)) == 0
    projection = project(read_scenario(body), definitions.contents.projection)
    worth = float(projection.net_present_value(projection.plan)[-1])
    text = client.get(f"{where}?download=csv").text
    [line] = [one for one in text.splitlines() if one.startswith("5,npv_gbp,to_date")]
    assert abs(float(line.split(",")[4]) / worth - 1) < 0.01
    assert client.get(f"/api/v1{where}?format=csv").text == text
    assert where in {one["page"] for one in client.get("/api/v1/projections").json()}
    other = signed_in(Role.FINANCE)
    assert other.get(where).status_code == 404
    assert other.get(f"{where}/edit").status_code == 404
    assert other.get(f"/api/v1{where}").status_code == 404
    assert where not in {one["page"] for one in other.get("/api/v1/projections").json()}
    assert client.get(where).status_code == 200


def test_roles_and_unknown_names(signed_in: SignIn) -> None:
    assert signed_in(Role.CLINICIAN).get("/projections").status_code == 403
    assert signed_in(Role.CLINICIAN).get("/evaluations").status_code == 200
    finance = signed_in(Role.FINANCE)
    assert finance.get("/evaluations").status_code == 403
    assert finance.get("/projections/nothing_such").status_code == 404
    analyst = signed_in(Role.ICB_ANALYST)
    assert analyst.get("/projections/worked_example/case").status_code == 403
    assert analyst.get("/evaluations/nothing_such").status_code == 404
    assert analyst.get("/evaluations/new?from=demo_high_intensity").status_code == 200
    assert analyst.get("/projections/compare?with=worked_example").status_code == 422


def _begun(app: FastAPI, job_id: str) -> str:
    app.state.suite.register.jobs.begin(job_id)
    return job_id
