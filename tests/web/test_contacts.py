"""Contacts: direct care alone, one's own people alone, never changed, remembered, and no free text."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from openphm.access import Action, Purpose, Role, authorise
from openphm.audit import AuditLog
from tests.web.conftest import SignIn
from tests.web.test_governance import token_of

COORDINATOR = Role.CARE_COORDINATOR


@pytest.fixture
def person(signed_in: SignIn, app: FastAPI) -> tuple[TestClient, str]:
    """A coordinator, and the page of somebody of theirs."""
    client = signed_in(COORDINATOR)
    suite = app.state.suite
    user = suite.directory.of_role(COORDINATOR)
    scope = authorise(user, Action.READ_PERSON, purpose=Purpose.DIRECT_CARE)
    with suite.builds.population(scope) as population:
        people = population.cohort(
            {"id": "cohorts/x", "criteria": {"attribute": "age", "at_least": 0}}
        ).people()
        person_id = str(people.column("person_id")[0])
    return client, f"/worklists/hiu/people/{person_id}"


def test_a_contact_is_kept_and_remembered_and_the_next_does_not_change_it(
    person: tuple[TestClient, str], app: FastAPI
) -> None:
    client, path = person
    form = {"form_token": token_of(client, path), "state": "tried", "day": "2026-03-03", "note": "Mr Nobody"}
    assert client.post(path, data=form).status_code == 303
    last = AuditLog.beside(app.state.suite.settings.store).last(1)[0]
    assert (last.event, last.detail) == ("contact.recorded", {"list": "hiu", "state": "tried"})
    client.post(path, data={**form, "state": "reached", "day": "2026-03-04"})
    page = client.get(path).text
    assert page.index("Reached, 4 March 2026") < page.index("Tried, 3 March 2026")
    assert "Mr Nobody" not in page


def test_another_state_a_day_to_come_and_another_purpose_are_refused(person: tuple[TestClient, str]) -> None:
    client, path = person
    form = {"form_token": token_of(client, path), "state": "tried", "day": "2026-03-03"}
    assert client.post(path, data={**form, "state": "<b>"}).status_code == 422
    assert client.post(path, data={**form, "day": "2999-01-01"}).status_code == 422
    assert client.post("/worklists/hiu/people/nobody", data=form).status_code == 404


def test_an_analyst_writes_nothing_down(signed_in: SignIn) -> None:
    client = signed_in(Role.ICB_ANALYST)
    form = {"form_token": token_of(client, "/tokens"), "state": "tried", "day": "2026-03-03"}
    assert client.post("/worklists/hiu/people/nobody", data=form).status_code == 403
