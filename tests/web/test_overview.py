"""The overview: released headline numbers beside others, and ways to pages that its reader may see."""

from __future__ import annotations

import csv
import io
import re

import pytest
from fastapi import FastAPI

from openphm.access import Role
from openphm.web.first_steps import STEPS
from tests.web.conftest import SignIn

LINK = re.compile(r'href="(/[^"#]*)"')
PLACE = re.compile(r'<option value="(\w+)">[^<]*\(\1\)')
FIGURE = re.compile(r'class="phm-kpi">([^<]+)')


def led_to(page: str) -> set[str]:
    """The addresses of the main part, without their query."""
    return {link.partition("?")[0] for link in LINK.findall(page[page.index("<main") :])}


def test_each_number_is_that_of_its_page_and_has_its_definition(signed_in: SignIn) -> None:
    client = signed_in(Role.EXECUTIVE)
    page = client.get("/overview/figures").text
    figures = FIGURE.findall(page)
    table = client.get("/overview/numbers").text
    assert len(figures) == 7
    assert all(f">{figure}</td>" in table for figure in figures)
    assert "people are registered. Their care cost £" in page
    assert "twelve months before" in page
    assert "/governance/methods/measures/cost_pppy_total" in page
    rows = list(csv.DictReader(io.StringIO(client.get("/overview/numbers?download=csv").text)))
    assert len(rows) >= 7


def test_a_place_stands_beside_the_whole_system_and_its_own_year_before(signed_in: SignIn) -> None:
    client = signed_in(Role.FINANCE)
    place = PLACE.findall(client.get("/overview").text)[0]
    page = client.get(f"/overview/figures?place={place}").text
    assert "the whole system:" in page
    assert f"/overview/numbers?place={place}" in page
    assert 'class="phm-chip"' in page
    assert client.get("/overview?place=nowhere").status_code == 422


def test_a_browser_gets_the_numbers_alone_and_without_scripts_the_page(signed_in: SignIn) -> None:
    client = signed_in(Role.ICB_ANALYST)
    part = client.get("/overview/figures", headers={"hx-request": "true", "hx-target": "numbers"}).text
    assert part.lstrip().startswith('<div id="numbers">')
    assert "<html" in client.get("/overview/figures").text


def test_what_was_asked_is_there_at_once(signed_in: SignIn, app: FastAPI) -> None:
    signed_in(Role.CLINICIAN).get("/overview/figures")
    page = signed_in(Role.CLINICIAN).get("/overview").text
    assert "hx-get" not in page[page.index('id="numbers"') : page.index("<h1")]


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_it_leads_to_every_tool_of_its_reader_and_to_no_other_page(
    signed_in: SignIn, app: FastAPI, role: Role
) -> None:
    client = signed_in(role)
    allowed = {path for path, roles in app.state.suite.paths.items() if role in roles}
    entries = {one.path for one in app.state.suite.entries if role in one.roles and one.section != "overview"}
    for page in (client.get("/overview").text, client.get("/help").text):
        linked = led_to(page)
        measures = {path for path in linked if path.startswith("/governance/methods/")}
        assert linked - measures <= allowed | {"/purpose"}
        assert entries - {""} <= linked | {"/help"}


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_each_first_step_is_to_a_page_of_the_role(app: FastAPI, role: Role) -> None:
    paths = app.state.suite.paths
    assert STEPS[role]
    assert [path for path, _ in STEPS[role] if role not in paths.get(path, ())] == []
