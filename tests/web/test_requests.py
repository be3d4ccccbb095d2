"""Requests to re-identify: from a cohort to the list on the custodian's page, and no name in the suite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from openphm.access import Granularity, Purpose, Role, Scope
from openphm.audit import AuditLog
from openphm.core.errors import DefinitionError
from openphm.custodian.reidentification import Desk
from openphm.direct_care import CustodianService
from openphm.web.app import make_app
from openphm.web.custodian_file import read_custodian_file
from openphm.web.settings import Settings
from tests.support.reidentifying import PASSWORD, SUITE_KEY
from tests.web.conftest import HOST, another_store, token_on
from tests.web.custodian_beside import AGREEMENT, GROWN_UP, custodian_of, grown_up_of_the_clinician


@dataclass
class Both:
    """A suite, the custodian whom it asks, and the practice of the suite's clinician."""

    app: FastAPI
    store: Path
    desk: Desk
    address: str
    practice: str

    def browser(self, role: Role = Role.CLINICIAN) -> TestClient:
        client = TestClient(self.app, raise_server_exceptions=False, follow_redirects=False)
        self.app.state.suite.limits.take = lambda name, most: None
        assert client.post("/demo/sign-in", data={"role": str(role)}).status_code == 303
        purpose = {"purpose": "direct_care", "form_token": token_on(client.get("/purpose").text)}
        client.post("/purpose", data=purpose)
        return client

    def fields(self, client: TestClient, **changes: str) -> dict[str, str]:
        return {
            "cohort": "grown_up", "recipient": self.practice, "agreement": AGREEMENT, "requester": "dr.amber",
            "role": "clinician", "kind": "once", "reason": "Visits", "confirmed": "yes",
            "form_token": token_on(client.get("/reid/new").text), **changes,
        }  # fmt: skip

    def at_the_custodian(self, name: str) -> httpx.Client:
        client = httpx.Client(base_url=self.address)
        assert client.post("/sign-in", data={"name": name, "password": PASSWORD}).status_code == 303
        return client

    def decide(self, client: httpx.Client, request_id: str, step: str, **said: str) -> httpx.Response:
        token = token_on(client.get(f"/requests/{request_id}").text)
        return client.post(f"/requests/{request_id}/{step}", data={"form_token": token, **said})


@pytest.fixture(scope="module")
def both(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("both")
    store = another_store(built, folder)
    with custodian_of(built, folder) as desk_at:
        custodian = CustodianService(desk_at.address, "suite-1", SUITE_KEY, agreements={AGREEMENT: "Visits"})
        app = make_app(Settings(store, is_demo=True, names=(HOST,), custodian=custodian))
        with TestClient(app):
            practice = grown_up_of_the_clinician(app)
            desk_at.agree(practice)
            yield Both(app, store, desk_at.desk, desk_at.address, practice)


def asked(both: Both, client: TestClient) -> str:
    made = client.post("/reid/new", data=both.fields(client))
    assert made.status_code == 303, made.text
    return made.headers["location"].rsplit("/", 1)[-1]


def decide_all(both: Both, request_id: str) -> None:
    """Somebody there approves it and somebody makes the list."""
    guardian, clerk = both.at_the_custodian("guardian"), both.at_the_custodian("clerk")
    flags = re.findall(r'name="flag" value="([^"]+)"', guardian.get(f"/requests/{request_id}").text)
    assert both.decide(guardian, request_id, "approve", flag=flags).status_code == 303
    assert both.decide(clerk, request_id, "release").status_code == 303


def test_from_a_cohort_to_the_list_on_the_custodians_page_and_no_identity_here(both: Both) -> None:
    clinician = both.browser()
    assert "/reid/new?cohort=grown_up" in clinician.get("/cohorts/grown_up").text
    first = clinician.post("/reid/new", data=both.fields(clinician, confirmed=""))
    assert first.status_code == 200
    found = re.search(r"(\d+) people of", first.text)
    assert found is not None
    request_id = asked(both, clinician)
    seen = [clinician.get(f"/reid/{request_id}").text]
    assert "Checked" in seen[0]
    decide_all(both, request_id)
    seen.append(clinician.get(f"/reid/{request_id}").text)
    assert f"{both.address}/requests/{request_id}" in seen[-1]
    amber = both.at_the_custodian("dr.amber")
    collected = both.decide(amber, request_id, "collect", password=PASSWORD, form="page").text
    numbers = {digits.replace(" ", "") for digits in re.findall(r"\b999 ?\d{3} ?\d{4}\b", collected)}
    assert len(numbers) == int(found[1])
    seen += [clinician.get(f"/reid/{request_id}").text, clinician.get("/reid").text]
    assert "Collected" in seen[-2]
    kept = (both.store / "register.sqlite").read_bytes() + AuditLog.beside(both.store).path.read_bytes()
    for text in (*seen, kept.decode("latin-1")):
        assert not [number for number in numbers if number in text.replace(" ", "")]
    asking = [one for one in AuditLog.beside(both.store).last(50) if one.event == "reidentification.asked"]
    assert asking[-1].detail["people"] == int(found[1])


def test_what_the_custodian_refuses_is_said_in_its_words_and_nothing_is_kept(both: Both) -> None:
    clinician = both.browser()
    before = clinician.get("/reid").text.count('href="/reid/')
    unknown = clinician.post("/reid/new", data=both.fields(clinician, requester="dr.nobody"))
    assert unknown.status_code == 422
    assert "the requester may not receive identities" in unknown.text
    assert clinician.get("/reid").text.count('href="/reid/') == before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"recipient": "X99999"}, "Choose a practice or network from the list."),
        ({"cohort": "nothing_such"}, "Choose a cohort from the list."),
        ({"requester": " "}, "Say which account at the custodian asks"),
        ({"kind": "break_glass", "reason": "now"}, "An emergency needs its reason in words"),
    ],
)
def test_a_mistake_stands_at_its_field(both: Both, changes: dict[str, str], said: str) -> None:
    client = both.browser()
    answer = client.post("/reid/new", data=both.fields(client, **changes))
    assert answer.status_code == 422
    assert said in answer.text


def test_for_direct_care_by_clinicians_alone_and_each_sees_their_own(both: Both) -> None:
    request_id = asked(both, both.browser())
    for role in set(Role) - {Role.CLINICIAN}:
        other = both.browser(role)
        for path in ("/reid", "/reid/new", f"/reid/{request_id}"):
            assert other.get(path).status_code == 403, (role, path)
    clinician = both.browser()
    token = token_on(clinician.get("/purpose").text)
    clinician.post("/purpose", data={"purpose": "planning", "form_token": token})
    assert "Say that you ask for direct care" in clinician.get("/reid/new").text
    assert clinician.get("/reid/00000000000000000000000000000000").status_code == 404
    assert clinician.post("/reid/new", data={"form_token": token, "confirmed": "yes"}).status_code == 403


def test_without_a_custodian_it_says_what_to_do_and_with_a_silent_one_how_it_stood(both: Both) -> None:
    request_id = asked(both, both.browser())
    agreements = both.app.state.suite.settings.custodian.agreements
    gone = CustodianService("http://127.0.0.1:9", "suite-1", SUITE_KEY, agreements=agreements)
    for custodian, said in ((gone, "its service does not answer"), (None, "knows no custodian yet")):
        app = make_app(Settings(both.store, is_demo=True, names=(HOST,), custodian=custodian))
        with TestClient(app):
            other = Both(app, both.store, both.desk, "", both.practice).browser()
            assert said in other.get("/reid").text
            if custodian:
                unsent = other.post("/reid/new", data=both.fields(other))
                assert unsent.status_code == 303
                kept = other.get(unsent.headers["location"]).text
                assert "The custodian has not said that your request arrived" in kept
            page = other.get(f"/reid/{request_id}")
            assert page.status_code == 200
            assert "Checked" in page.text


def test_the_custodian_file_is_checked_whole(tmp_path: Path) -> None:
    path = tmp_path / "custodian.yaml"
    path.write_text("address: http://custodian.example\nkey_file: suite.key\nstray: 1\n", "utf-8")
    with pytest.raises(DefinitionError) as told:
        read_custodian_file(path)
    said = str(told.value)
    assert "it is not an https address" in said
    assert "stray" in said
    assert "agreements" in said
    path.write_text(
        "address: https://custodian.example\nkey_file: suite.key\nagreements: {dsa-1: Homes}\n", "utf-8"
    )
    held = read_custodian_file(path)
    assert (held.page, held.key_name, held.key_file) == (
        "https://custodian.example",
        "suite-1",
        tmp_path / "suite.key",
    )


def test_another_practice_and_another_clinicians_cohort_cannot_be_asked_about(both: Both) -> None:
    client = both.browser()
    suite = both.app.state.suite
    with suite.builds.population(Scope.whole_system()) as people:
        elsewhere = next(one.code for one in people.places if one.code != both.practice)
    assert client.post("/reid/new", data=both.fields(client, recipient=elsewhere)).status_code == 422
    body = {"id": "cohorts/there", "title": "There", "all": [{"attribute": "practice", "in": [elsewhere]}]}
    suite.register.cohorts.save("cohorts/there", body, owner="somebody else")
    assert client.post("/reid/new", data=both.fields(client, cohort="there")).status_code == 422


def test_people_ticked_in_a_list_are_asked_for_alone_and_not_kept(both: Both) -> None:
    client = both.browser()
    scope = Scope(Purpose.DIRECT_CARE, Granularity.PERSON, practices=frozenset({both.practice}))
    with both.app.state.suite.builds.population(scope) as people:
        own = [str(one) for one in people.cohort(GROWN_UP).people().column("person_id")]
    ticked = {
        "confirmed": "from-a-list",
        "cohort": "grown_up",
        "form_token": token_on(client.get("/reid/new").text),
    }
    assert "Nobody was ticked" in client.post("/reid/new", data=ticked).text
    form = client.post("/reid/new", data={**ticked, "person": own[0]})
    assert f'name="chosen" value="{own[0]}"' in form.text
    first = client.post("/reid/new", data=both.fields(client, chosen=own[0], confirmed=""))
    assert "1 person of" in first.text
    wrong = client.post("/reid/new", data=both.fields(client, chosen=f"{own[0]} nobody"))
    assert "somebody who was chosen is not in the cohort here" in wrong.text
    sent = client.post("/reid/new", data=both.fields(client, chosen=own[0]))
    assert sent.status_code == 303
    assert own[0].encode() not in (both.store / "register.sqlite").read_bytes()
    monthly = client.post("/reid/new", data=both.fields(client, chosen=own[0], kind="standing"))
    assert "for the whole cohort" in monthly.text


def test_a_monthly_request_is_repeated_from_its_page_and_the_custodian_says_when(both: Both) -> None:
    client = both.browser()
    first = client.post("/reid/new", data=both.fields(client, kind="standing")).headers["location"][-32:]
    decide_all(both, first)
    amber = both.at_the_custodian("dr.amber")
    both.decide(amber, first, "collect", password=PASSWORD, form="page")
    page = client.get(f"/reid/{first}").text
    assert "Ask for this month" in page
    assert f'name="standing" value="{first}"' in page
    early = client.post("/reid/new", data=both.fields(client, kind="standing", standing=first))
    assert early.status_code == 422
    assert "Q_STANDING" in early.text
    stranger = client.post("/reid/new", data=both.fields(client, kind="standing", standing="0" * 32))
    assert stranger.status_code == 404


def test_one_that_was_refused_says_by_whom_and_when(both: Both) -> None:
    client = both.browser()
    request_id = asked(both, client)
    both.decide(both.at_the_custodian("guardian"), request_id, "refuse", why="too_much")
    page = client.get(f"/reid/{request_id}").text
    assert "The custodian's approver said no" in page.replace("&#39;", "'")
    assert f"{datetime.now(UTC):%B %Y}" in page.split('aria-current="step"', 1)[1][:200]
