"""The outcomes framework: worked out once as a job, then shown with each key result by month."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from openphm.access import Role
from openphm.web.suite import Suite
from openphm.web.worker import do_one
from tests.web.conftest import SignIn, token_on

ANALYST = Role.ICB_ANALYST


@pytest.fixture(scope="module")
def suite(app: FastAPI) -> Suite:
    return app.state.suite


def worked_out(client: TestClient, suite: Suite) -> None:
    """Press the button and do the job here."""
    page = client.get("/outcomes").text
    if "Work it out" not in page:
        return
    client.post("/outcomes", data={"form_token": token_on(page)})
    job = suite.register.jobs.of("Demo ICB analyst")[0]
    assert do_one(suite.settings, job.id) == 0


def key_results(suite: Suite) -> list[str]:
    files = suite.builds.definitions.contents.outcomes.values()
    return [one.id for file in files for objective in file.objectives for one in objective.key_results]


def test_it_is_never_asked_inside_a_request(signed_in: SignIn, suite: Suite) -> None:
    page = signed_in(Role.FINANCE).get("/outcomes")
    assert page.status_code == 200
    asked = [key[3] for key in suite.builds._pages]
    assert not any("outcomes" in str(question) for question in asked)
    assert "Work it out" in page.text or "Everybody" in page.text


def test_the_grid_is_shown_once_it_was_worked_out(signed_in: SignIn, suite: Suite) -> None:
    client = signed_in(ANALYST)
    worked_out(client, suite)
    page = client.get("/outcomes").text
    assert "key results are improving" in page
    for key in key_results(suite):
        assert f'href="/outcomes/{key}"' in page
    assert "Work it out" not in page
    one = client.get("/outcomes?segment=3")
    assert one.status_code == 200
    assert len(one.text) < len(page)
    assert client.get("/outcomes?segment=9").status_code == 422


def test_everybody_of_the_same_rows_reads_the_same_answer(signed_in: SignIn, suite: Suite) -> None:
    worked_out(signed_in(ANALYST), suite)
    assert "key results are improving" in signed_in(Role.EXECUTIVE).get("/outcomes").text
    assert "Work it out" in signed_in(Role.CLINICIAN).get("/outcomes").text, "their rows are others"


def test_each_key_result_has_its_months_its_chart_and_its_definition(signed_in: SignIn, suite: Suite) -> None:
    client = signed_in(ANALYST)
    worked_out(client, suite)
    drawn = 0
    for key in key_results(suite):
        page = client.get(f"/outcomes/{key}")
        assert page.status_code == 200, key
        assert "Improvement is" in page.text
        drawn += "the dashed lines are the limits of chance" in page.text
    assert drawn > len(key_results(suite)) / 2
    assert client.get("/outcomes/no_such_thing").status_code == 404


def test_a_file_and_the_api_hold_the_released_figures(signed_in: SignIn, suite: Suite) -> None:
    client = signed_in(ANALYST)
    worked_out(client, suite)
    page = client.get("/outcomes?download=csv").text
    assert page.startswith("segment,objective,key_result")
    assert client.get("/api/v1/outcomes?format=csv").text == page
    assert signed_in(Role.CLINICIAN).get("/api/v1/outcomes").status_code == 422
    months = client.get(f"/outcomes/{key_results(suite)[0]}?download=csv").text
    assert months.startswith("month,figure,value,unit")


def test_the_work_is_begun_once(signed_in: SignIn, suite: Suite) -> None:
    client = signed_in(Role.CLINICIAN)
    page = client.get("/outcomes").text
    for _ in range(2):
        client.post("/outcomes", data={"form_token": token_on(page)})
    assert len(suite.register.jobs.of("Demo clinician")) == 1
    assert "queued" in client.get("/outcomes").text.lower() or "Done so far" in client.get("/outcomes").text


def test_a_new_build_has_no_answer_yet(
    signed_in: SignIn, suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(ANALYST)
    worked_out(client, suite)
    monkeypatch.setattr("openphm.web.screens.kept_answers.live_build", lambda store: "another")
    assert "Work it out" in client.get("/outcomes").text
