"""Worklists are for direct care alone and remembered; interventions lead to their cohort."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from openphm.access import Role
from openphm.audit import AuditLog
from tests.web.conftest import SignIn

COORDINATOR = Role.CARE_COORDINATOR


@pytest.mark.parametrize("name", ["hiu", "fuel-poverty", "msk-hub"])
def test_a_list_is_remembered_before_it_is_shown(signed_in: SignIn, app: FastAPI, name: str) -> None:
    answer = signed_in(COORDINATOR).get(f"/worklists/{name}/people")
    assert answer.status_code == 200
    assert "For the direct care of these people only" in answer.text
    last = AuditLog.beside(app.state.suite.settings.store).last(1)[0]
    assert last.event == "release.direct_care"


def test_others_get_totals_and_never_rows(signed_in: SignIn) -> None:
    analyst = signed_in(Role.ICB_ANALYST)
    assert analyst.get("/worklists/hiu/people").status_code == 403
    page = analyst.get("/worklists").text
    assert 'href="/worklists/hiu"' in page
    assert "/people" not in page


def test_a_person_or_month_that_is_not_there_is_said_so(signed_in: SignIn) -> None:
    client = signed_in(COORDINATOR)
    assert client.get("/worklists/hiu/people/nobody").status_code == 404
    assert client.get("/worklists/hiu/people/x'%20OR%20'1'='1").status_code == 404
    assert client.get("/worklists/hiu/people?month=2099-01").status_code == 422


def test_an_intervention_is_a_logic_model_and_leads_to_its_cohort(signed_in: SignIn) -> None:
    client = signed_in(COORDINATOR)
    assert "/interventions/high_intensity_use" in client.get("/interventions").text
    page = client.get("/interventions/high_intensity_use").text
    assert 'href="/cohorts/high_intensity_use"' in page
    assert "Outcomes: system" in page
    assert client.get("/interventions/nothing").status_code == 404
