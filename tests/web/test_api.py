"""The API: the same figures, access and release as the pages; no fault whatever is asked."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from openphm.access import Role
from openphm.audit import AuditLog
from openphm.web.screens.reports import SCREENS
from tests.web.conftest import SignIn, token_on

ROOT = "/api/v1"
HANDLED = {200, 401, 403, 404, 405, 414, 422}


@pytest.mark.parametrize("role", list(Role))
def test_a_role_has_the_reports_of_its_pages(signed_in: SignIn, role: Role) -> None:
    client = signed_in(role)
    listed = {one["name"] for one in client.get(f"{ROOT}/reports").json()}
    assert listed == {one.report for one in SCREENS if role in one.roles}
    other = next((one for one in SCREENS if role not in one.roles), None)
    if other:
        assert client.get(f"{ROOT}/reports/{other.report}").status_code == 403


def test_an_answer_is_the_table_of_the_page(signed_in: SignIn) -> None:
    client = signed_in(Role.ICB_ANALYST)
    page = client.get("/segments/matrix?download=csv").text
    assert client.get(f"{ROOT}/reports/segments?format=csv").text == page
    answer = client.get(f"{ROOT}/reports/segments").json()
    rows = list(csv.reader(io.StringIO(page)))
    assert answer["columns"] == rows[0]
    assert len(answer["rows"]) == len(rows) - 1
    assert answer["provenance"]["disclosure"] == "disclosure/default"


@pytest.mark.parametrize("part", ["profile", "attrition"])
def test_a_cohort_is_the_one_of_its_page(signed_in: SignIn, part: str) -> None:
    client = signed_in(Role.ICB_ANALYST)
    listed = {one["name"]: one for one in client.get(f"{ROOT}/cohorts").json()}
    assert listed["fuel_poverty_respiratory"]["owner"] == "shipped"
    asked = client.get(f"{ROOT}/cohorts/fuel_poverty_respiratory", params={"part": part, "format": "csv"})
    assert asked.status_code == 200
    if part == "profile":
        assert asked.text == client.get("/cohorts/fuel_poverty_respiratory?download=csv").text
    else:
        assert "step" in asked.text.splitlines()[0]
    assert client.get(f"{ROOT}/cohorts/nothing_such").status_code == 404


def test_long_work_is_begun_on_its_page_and_tools_keep_their_roles(signed_in: SignIn) -> None:
    analyst, clinician = signed_in(Role.ICB_ANALYST), signed_in(Role.CLINICIAN)
    later = analyst.get(f"{ROOT}/evaluations/demo_high_intensity")
    assert later.status_code == 422
    assert later.json()["remedy"] == "open /evaluations/demo_high_intensity in the suite and work it out"
    assert "demo_high_intensity" in {one["name"] for one in clinician.get(f"{ROOT}/evaluations").json()}
    assert clinician.get(f"{ROOT}/projections/baseline").status_code == 403
    assert signed_in(Role.IG_LEAD).get(f"{ROOT}/cohorts").status_code == 403


def test_an_answer_is_remembered_before_it_leaves(signed_in: SignIn, app: FastAPI) -> None:
    signed_in(Role.FINANCE).get(f"{ROOT}/reports/life-stage-cost")
    last = AuditLog.beside(app.state.suite.settings.store).last(1)[0]
    assert (last.event, last.actor) == ("release.api", "Demo finance")


def test_a_token_is_for_its_owner_role_and_purpose_until_it_ends(signed_in: SignIn, app: FastAPI) -> None:
    browser = signed_in(Role.FINANCE)
    page = browser.post(
        "/tokens", data={"says": "workbook", "days": "7", "form_token": token_on(browser.get("/tokens").text)}
    ).text
    token = page.split('<code class="phm-token">', 1)[1].split("<", 1)[0]
    program = TestClient(app, headers={"authorization": f"Bearer {token}"})
    assert program.get(f"{ROOT}/reports/life-stage-cost").status_code == 200
    assert program.get(f"{ROOT}/reports/areas").status_code == 403
    register = app.state.suite.register
    held = register.tokens.of("Demo finance")[-1]
    assert token not in str(held)
    assert held.last_day > date.today()
    register.tokens.end("somebody else", held.sha256)
    assert program.get(f"{ROOT}/reports").status_code == 200
    register.tokens.end("Demo finance", held.sha256)
    assert program.get(f"{ROOT}/reports").status_code == 401


def test_who_is_not_signed_in_gets_the_description_and_nothing_else(app: FastAPI) -> None:
    nobody = TestClient(app)
    described = nobody.get(f"{ROOT}/openapi.json")
    assert described.status_code == 200
    assert all(path.startswith(ROOT) for path in described.json()["paths"])
    for path in ("reports", "reports/segments", "measures", "places"):
        answer = nobody.get(f"{ROOT}/{path}", headers={"authorization": "Bearer openphm_made_up"})
        assert answer.status_code == 401
        assert answer.json()["where"] == "authorization"
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert nobody.get(path).status_code == 404


@pytest.mark.parametrize("cohort", ["../../etc/passwd", "/etc/passwd", "cohorts/../x", "file.yaml", "a b"])
def test_an_address_never_names_a_file(signed_in: SignIn, cohort: str) -> None:
    client = signed_in(Role.ICB_ANALYST)
    assert client.get(f"{ROOT}/reports/journeys", params={"cohort": cohort}).status_code == 422


TEXT = st.text(max_size=60) | st.sampled_from(["pcn", "' OR 1=1 --", "2026-03-31", "U99001", "0", "-1", "𝟙"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(
        [
            "reports/segments",
            "reports/journeys",
            "measures/obesity_prevalence",
            "places",
            "x",
            "cohorts/msk_hub",
            "projections/baseline",
            "evaluations/demo_high_intensity",
        ]
    ),
    query=st.dictionaries(
        st.sampled_from(["place", "as_at", "by", "event", "cohort", "months", "format", "part", "z"]),
        TEXT,
        max_size=3,
    ),
)
def test_whatever_is_asked_is_answered_without_a_fault(
    signed_in: SignIn, name: str, query: dict[str, str]
) -> None:
    answer = signed_in(Role.ICB_ANALYST).get(f"{ROOT}/{name}", params=query)
    assert answer.status_code in HANDLED, answer.text
    if answer.status_code != 200:
        assert {"where", "found"} <= set(answer.json())
