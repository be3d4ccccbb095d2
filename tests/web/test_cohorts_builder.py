"""The cohort builder: a journey by forms alone, a misspelt name, a tampered draft."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from openphm.access import Purpose, Role, Scope
from openphm.web.screens.cohort_builder_draft import in_words
from openphm.web.screens.cohort_builder_forms import fields_of, line_of
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
    assert lines_of(page)[0]["any"] == [{"attribute": "age", "at_least": 41}, {"segment": "3"}]
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


def lines_of(answer: Response) -> list[Any]:
    held = re.search(r'name="d" value="([^"]*)"', answer.text)
    assert held
    return list(json.loads(html.unescape(held.group(1))))


def test_a_line_is_changed_in_place_and_the_change_is_undone_and_done_again(signed_in: SignIn) -> None:
    client = signed_in(Role.ICB_ANALYST)
    first = {"attribute": "age", "at_least": 41}
    page = client.get(NEW, params={"d": json.dumps([first, {"not": {"condition": "diabetes"}}]), "edit": "0"})
    assert 'id="attribute-value" name="value" value="41"' in page.text
    assert "Change line 1" in page.text
    given = {"kind": "attribute", "name": "age", "test": "at_least", "value": "50", "at": "0"}
    page = send(client, page.text, act="add", **given)
    assert lines_of(page) == [{"attribute": "age", "at_least": 50}, {"not": {"condition": "diabetes"}}]
    undo = re.search(r'href="([^"]+)">Undo the last change', page.text)
    assert undo
    page = client.get(html.unescape(undo[1]))
    assert lines_of(page)[0] == first
    redo = re.search(r'href="([^"]+)">Do it again', page.text)
    assert redo
    assert lines_of(client.get(html.unescape(redo[1])))[0] == {"attribute": "age", "at_least": 50}


def test_a_group_asks_for_any_some_or_all_of_its_conditions(signed_in: SignIn) -> None:
    client = signed_in(Role.ICB_ANALYST)
    page = send(client, client.get(NEW).text, act="add", kind="condition", name="diabetes")
    for name in ("hypertension", "asthma"):
        page = send(client, page.text, act="add", kind="condition", name=name, at="0", how="or")
    parts = [{"condition": name} for name in ("diabetes", "hypertension", "asthma")]
    assert lines_of(page) == [{"any": parts}]
    page = send(client, page.text, act="needing", at="0", part="2")
    assert lines_of(page) == [{"at_least": 2, "of": parts}]
    assert "at least 2 of these hold" in page.text
    # Counted; hidden where it differs by few people from what another test asked as the same person.
    assert "people remain" in page.text or "After all steps: too few people to say" in page.text
    assert lines_of(send(client, page.text, act="needing", at="0", part="3")) == [{"all": parts}]
    page = send(client, page.text, act="remove", at="0", part="1")
    assert lines_of(page) == [{"all": [parts[0], parts[2]]}]
    page = send(client, page.text, act="remove", at="0", part="0")
    assert lines_of(page) == [parts[2]]
    assert lines_of(send(client, page.text, act="remove", at="0", part="0")) == []


CRITERIA = [
    {"attribute": "age", "at_least": 41},
    {"attribute": "frailty", "any_of": ["moderate", "severe"]},
    {"attribute": "care_home"},
    {"not": {"condition": ["copd", "asthma"], "ever": True}},
    {"activity": "ed_attendance", "count_at_least": 3, "within_months": 12},
    {"activity": ["ed_attendance", "elective_admission"], "cost_at_least_gbp": 50.5, "within_months": 6},
    {"place": "registered_pcn", "any_of": ["U10001", "U10002"]},
    {"segment": ["3", "4a"]},
    {"cohort": "cohorts/msk_hub"},
]
AS_TEXT = [
    {"attribute": "age", "at_least": 41, "below": 50},
    {"condition": "asthma", "onset_within_months": 6},
    {"codelist": "migraine", "within_months": 12},
    {"at_least": 2, "of": [{"condition": "asthma"}, {"condition": "copd"}]},
]


@pytest.mark.parametrize("plain", [*CRITERIA, *AS_TEXT], ids=str)
def test_a_line_becomes_the_form_that_says_it(plain: object) -> None:
    fields = fields_of(plain)
    assert line_of(fields) == plain
    assert (fields["kind"] == "text") is (plain in AS_TEXT)


def test_what_no_form_says_is_written_as_yaml(signed_in: SignIn) -> None:
    client = signed_in(Role.ICB_ANALYST)
    text = "codelist: migraine\nwithin_months: 12"
    page = send(client, client.get(NEW).text, act="add", kind="text", name=text)
    assert lines_of(page) == [{"codelist": "migraine", "within_months": 12}]
    wrong = send(client, page.text, act="add", kind="text", name="codelist: &a [*a]")
    assert wrong.status_code == 422
    assert wrong.text.count("nhsuk-error-message") == 1


@pytest.mark.parametrize(
    ("criterion", "said"),
    [
        ({"attribute": "age", "at_least": 41}, "age, at least 41"),
        ({"condition": "heart_failure"}, "heart failure"),
        (
            {"activity": ["ed_attendance"], "count": {"at_least": 5}, "within_months": 12},
            "activity ed attendance, count at least 5, within 12 months",
        ),
        (
            {"at_least": 2, "of": [{"condition": "copd"}, {"condition": "asthma"}]},
            "at least 2 of: copd; asthma",
        ),
    ],
)
def test_a_criterion_is_said_in_words(criterion: dict[str, object], said: str) -> None:
    assert in_words(criterion) == said
