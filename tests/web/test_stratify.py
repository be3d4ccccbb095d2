"""Stratify: any measure by one or two groups; the filters in the address, the figures released."""

from __future__ import annotations

import csv
import io

import pytest
from fastapi import FastAPI

from openphm.access import Role
from openphm.population.measuring.groups import GROUPS as KNOWN
from openphm.reports.stratified import GROUPS
from openphm.web.suite import Suite
from tests.web.conftest import SignIn

ANALYST = Role.ICB_ANALYST
ONE = "/stratify?measure=ed_attendances_pppy"


def test_every_group_of_the_page_is_one_of_the_measures(signed_in: SignIn) -> None:
    assert set(GROUPS) <= set(KNOWN)


@pytest.mark.parametrize("rows", list(GROUPS))
def test_each_group_answers_and_gives_its_table_as_a_file(signed_in: SignIn, rows: str) -> None:
    client = signed_in(ANALYST)
    page = client.get(f"{ONE}&rows={rows}")
    assert page.status_code == 200
    table = list(csv.reader(io.StringIO(client.get(f"{ONE}&rows={rows}&download=csv").text)))
    assert table[0][:3] == [rows, "measure", "value"]
    assert len(table) > 1


def test_two_groups_make_a_table_across(signed_in: SignIn) -> None:
    page = signed_in(ANALYST).get(f"{ONE}&rows=age_band&columns=sex").text
    assert '<th scope="col">female</th>' in page
    assert '<th scope="row" class="k0">30-34</th>' in page
    same = signed_in(ANALYST).get(f"{ONE}&rows=sex&columns=sex")
    assert same.status_code == 200


def test_the_figures_are_those_of_the_measure(signed_in: SignIn) -> None:
    client = signed_in(ANALYST)
    page = client.get(f"{ONE}&rows=sex&download=csv").text
    answer = client.get("/api/v1/measures/ed_attendances_pppy?by=sex&format=csv").text
    assert page == answer


def test_a_cohort_is_asked_under_the_overlap_guard(signed_in: SignIn, app: FastAPI) -> None:
    suite: Suite = app.state.suite
    client = signed_in(Role.SUPER_USER)
    assert client.get(f"{ONE}&rows=sex&cohort=fuel_poverty_respiratory").status_code == 200
    assert suite.register.fingerprints.recent("Demo super-user")
    assert client.get(f"{ONE}&rows=sex&cohort=../x").status_code == 422


def test_what_is_not_known_is_said_and_left_out(signed_in: SignIn) -> None:
    page = signed_in(ANALYST).get("/stratify?measure=nothing&rows=star_sign")
    assert page.status_code == 422
    assert "Measure, Rows" in page.text
