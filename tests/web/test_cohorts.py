"""Cohorts: who may see them, what a page says, and what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from openphm.access import Role
from openphm.recording import Register
from tests.web.conftest import SignIn

ANALYST = Role.ICB_ANALYST


def test_the_list_leads_to_a_cohort_with_its_profile_steps_and_definition(signed_in: SignIn) -> None:
    client = signed_in(ANALYST)
    assert 'href="/cohorts/fuel_poverty_respiratory"' in client.get("/cohorts").text
    page = client.get("/cohorts/heart_disease")
    assert page.status_code == 200
    assert "Step by step" in page.text
    assert "condition:" in page.text
    assert client.get("/cohorts/heart_disease?download=csv").headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_a_definition_is_a_file_without_people(signed_in: SignIn, form: str) -> None:
    answer = signed_in(ANALYST).get(f"/cohorts/heart_disease/definition.{form}")
    assert answer.status_code == 200
    assert "cohorts/heart_disease" in answer.text


def test_two_cohorts_stand_side_by_side(signed_in: SignIn) -> None:
    client = signed_in(ANALYST)
    answer = client.get("/compare?a=heart_disease&b=chronic_respiratory")
    assert answer.status_code == 200
    assert "Difference (SD)" in answer.text
    assert client.get("/compare?a=nothing").status_code == 422


def test_what_is_not_there_is_404_and_a_long_query_414(signed_in: SignIn) -> None:
    client = signed_in(ANALYST)
    assert client.get("/cohorts/..%2f..%2fetc").status_code == 404
    assert client.get("/cohorts/nothing").status_code == 404
    assert client.get("/cohorts/heart_disease?x=" + "a" * 10_000).status_code == 414
    assert signed_in(Role.IG_LEAD).get("/cohorts").status_code == 403


def test_a_cohort_that_ships_is_remembered_by_the_overlap_guard(signed_in: SignIn, store: Path) -> None:
    client = signed_in(Role.SUPER_USER)
    assert client.get("/cohorts/heart_disease").status_code == 200
    with Register.beside(store) as register:
        asked = register.fingerprints.recent("Demo super-user")
        everybody = {one.user for one in asked}
    assert everybody == {"Demo super-user"}
    assert any("heart" in str(dict(one.criteria)) for one in asked)
