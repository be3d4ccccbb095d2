"""The cohort builder: a journey by forms alone, a misspelt name, a tampered draft."""

from __future__ import annotations

import html
import re

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from openphm.access import Purpose, Role, Scope
from openphm.web.suite import Suite
from tests.web.conftest import SignIn, token_on

NEW = "/cohorts/new"


def send(client: TestClient, page: str, path: str = NEW, **fields: str) -> Response:
    """Send a form of the builder, as a browser without JavaScript does, and go where it leads."""
    held = re.search(r'name="d" value="([^"]*)"', page)
    assert held
    given = {"form_token": token_on(page), "d": html.unescape(held.group(1)), **fields}
    answer = client.post(path, data=given)
    assert answer.status_code == 303
    return client.get(answer.headers["location"])


def test_a_cohort_built_by_forms_is_saved_and_counts_as_the_population_does(
    signed_in: SignIn, app: FastAPI
) -> None:
    client = signed_in(Role.ICB_ANALYST)
    page = send(
        client, client.get(NEW).text, act="add", kind="attribute", name="age", test="at_least", value="41"
    )
    wrong = send(client, page.text, act="add", kind="condition", name="hypertenson")
    assert wrong.status_code == 422
    assert "did you mean &#39;hypertension&#39;?" in wrong.text
    page = send(client, wrong.text, act="remove", at="1")
    assert page.status_code == 200
    said = re.search(r'id="headline">([\d,]+) people remain', page.text)
    assert said
    saved = send(client, page.text, act="save", title="Over forty", purpose="To plan", review="2027-04-01")
    assert saved.status_code == 200
    assert "Over forty" in client.get("/cohorts").text
    suite: Suite = app.state.suite
    held = next(one for one in suite.register.cohorts.all() if one.definition["title"] == "Over forty")
    with suite.builds.population(Scope.whole_system(Purpose.PLANNING)) as population:
        rows = population.cohort(held.definition).count().rows
    people = next(row[2] for row in rows if row[1] == "people")
    assert float(said.group(1).replace(",", "")) == pytest.approx(people.value, abs=5)  # rounded to fives

    path = f"/{held.id}/edit"
    page = send(client, client.get(path).text, path, act="add", kind="segment", name="3", at="0", how="or")
    assert "or segment 3" in page.text
    assert send(client, page.text, path, act="save", title="Over forty").status_code == 200
    assert [one.version for one in suite.register.cohorts.versions(held.id)] == [1, 2]
    assert signed_in(Role.SUPER_USER).get(path).status_code == 404


@pytest.mark.parametrize("draft", ["{", "7", "[" * 900, '{"all":[]}'])
def test_a_draft_that_was_tampered_with_is_said_so(signed_in: SignIn, draft: str) -> None:
    answer = signed_in(Role.ICB_ANALYST).get(NEW, params={"d": draft})
    assert answer.status_code == 422
    assert "does not hold a draft" in answer.text


def test_a_line_that_is_no_criterion_is_said_in_its_line(signed_in: SignIn) -> None:
    answer = signed_in(Role.ICB_ANALYST).get(NEW, params={"d": '[7,{"attribute":{"x":1}},null]'})
    assert answer.status_code == 422
    assert answer.text.count("nhsuk-error-message") == 3


def test_a_cohort_about_places_of_others_is_not_found(signed_in: SignIn, app: FastAPI) -> None:
    clinician = signed_in(Role.CLINICIAN)
    own = app.state.suite.directory.of_role(Role.CLINICIAN).practices
    with app.state.suite.builds.population(Scope.whole_system(Purpose.PLANNING)) as population:
        other = next(one.code for one in population.places if one.kind == "practice" and one.code not in own)
    body = {"title": "Theirs", "criteria": {"place": "registered_practice", "any_of": [other]}}
    app.state.suite.register.cohorts.save("cohorts/theirs", body, owner="Somebody else")
    assert clinician.get("/cohorts/theirs").status_code == 404
    assert "Theirs" not in clinician.get("/cohorts").text
