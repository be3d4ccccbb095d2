"""Governance: lineage adds up, the log says when it does not, and methods and words are those in force."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from openphm.access import REGISTER, Purpose, Role, Scope
from openphm.audit import AuditLog
from openphm.web.screens import governance_audit
from openphm.web.worker import do_one
from tests.web.conftest import SignIn

LEAD = Role.IG_LEAD
LICENCES = """
version: "1"
organisations:
- {code: Z99, kind: icb, name: Made-up board}
- {code: RZZ, kind: trust, name: Made-up trust}
people: []
sub_licences:
- {id: SL1, organisation: RZZ, pcns: [U99001], purposes: [planning], from: 2020-01-01}
- {id: SL2, organisation: RZZ, pcns: [U99001], purposes: [evaluation], from: 2020-01-01, until: 2020-02-01}
"""


def token_of(client: TestClient, path: str) -> str:
    page = client.get(path).text
    return page.split('name="form_token" value="', 1)[1].split('"', 1)[0]


def test_sources_are_delivered_loaded_and_set_aside_and_lead_to_tables(signed_in: SignIn) -> None:
    page = signed_in(LEAD).get("/governance/lineage").text
    assert re.search(r"[\d,]+ rows of \d+ sources were delivered", page)
    assert "person.person" in page
    assert 'href="/governance/data-quality"' in page


def test_each_source_and_table_of_the_drawing_is_one_of_the_record_and_leads_somewhere(
    signed_in: SignIn, app: FastAPI
) -> None:
    client = signed_in(LEAD)
    page = client.get("/governance/lineage").text
    drawing = page[page.index("<svg") : page.index("</svg>")]
    links = re.findall(r'<a href="([^"]+)"', drawing)
    sources = [link for link in links if link.startswith("/")]
    assert "/governance/lineage/gp" in sources
    assert all(f'id="{link[1:]}"' in page for link in links if link.startswith("#"))
    scope = Scope.whole_system(Purpose.DATA_QUALITY)
    with app.state.suite.builds.population(scope) as population:
        rows = {one["table_name"]: one["n_rows"] for one in population.data_quality("stages")}
    assert f"person.month: {rows['person.month']:,} rows" in drawing
    assert f"Activity, costed: {rows['activity.event']:,} rows" in drawing


def test_a_source_says_what_was_set_aside_and_how_new_it_is(signed_in: SignIn) -> None:
    client = signed_in(LEAD)
    page = client.get("/governance/lineage/gp").text
    assert "The newest month is March 2026." in page
    assert "Validity: rows set aside, by reason" in page
    assert "sus_apc_spell" not in page
    assert client.get("/governance/lineage/nothing").status_code == 404


def test_the_first_page_leads_to_what_its_reader_may_see(signed_in: SignIn) -> None:
    page = signed_in(LEAD).get("/governance").text
    assert page.count('href="/governance/data-quality"') == 2  # the banner's, and the list's
    assert 'href="/governance/audit"' not in signed_in(Role.FINANCE).get("/governance").text


def test_agreements_say_which_are_in_force(signed_in: SignIn, app: FastAPI) -> None:
    client = signed_in(LEAD)
    assert "There is no access register" in client.get("/governance/agreements").text
    path: Path = app.state.suite.settings.store / REGISTER
    path.write_text(LICENCES)
    page = client.get("/governance/agreements").text
    path.unlink()
    assert "1 sub-licence in force" in page
    assert "Made-up trust" in page
    assert "ended" in page


def test_access_says_what_the_one_authorisation_point_says(signed_in: SignIn) -> None:
    page = signed_in(Role.ADMIN).get("/governance/access").text
    assert "Demo clinician" in page
    assert "read audit" in page
    assert "its own" in page


def test_the_log_is_filtered_and_verified_and_a_changed_line_is_found(
    signed_in: SignIn, app: FastAPI
) -> None:
    client = signed_in(LEAD)
    assert "audit.read" in client.get("/governance/audit?event=audit.read&actor=Demo+IG+lead").text
    assert client.get("/governance/audit?event=none").status_code == 422
    form = {"form_token": token_of(client, "/governance/audit")}
    assert "The log adds up." in client.post("/governance/audit", data=form).text
    path = AuditLog.beside(app.state.suite.settings.store).path
    held = path.read_bytes()
    path.write_bytes(held.replace(b"audit.read", b"audit.dead", 1))
    page = client.post("/governance/audit", data=form).text
    path.write_bytes(held)
    assert "The log does not add up" in page


def test_a_long_log_is_verified_by_a_job_and_its_page_says_what_was_found(
    signed_in: SignIn, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(governance_audit, "AT_ONCE", 0)
    client, suite = signed_in(LEAD), app.state.suite
    answer = client.post("/governance/audit", data={"form_token": token_of(client, "/governance/audit")})
    assert answer.status_code == 303
    job = suite.register.jobs.find(answer.headers["location"].removeprefix("/jobs/"))
    assert suite.register.jobs.begin(job.id)
    assert do_one(suite.settings, job.id) == 0
    assert "The log adds up." in client.get(answer.headers["location"]).text
    page = client.get("/governance/audit?event=audit.verified").text
    assert "by Demo IG lead" in page
    assert "is intact: True" in page


def test_the_log_has_pages_which_keep_their_filters(
    signed_in: SignIn, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(governance_audit, "MOST", 2)
    client = signed_in(LEAD)
    for number in range(5):
        app.state.suite.log.append("test.page", actor="somebody", detail={"number": number})
    path = "/governance/audit?event=test.page"
    first = client.get(path).text
    assert ("number: 4" in first, "number: 3" in first, "number: 2" in first) == (True, True, False)
    assert f"{path}&amp;page=2" in first
    last = client.get(f"{path}&page=3").text
    assert ("number: 0" in last, "number: 1" in last, "Older lines" in last) == (True, False, False)
    assert "No line is like this" in client.get(f"{path}&page=9").text
    for wrong in ("0", "-1", "x", "9" * 20):
        assert client.get(f"{path}&page={wrong}").status_code == 422


@pytest.mark.parametrize("role", [Role.ICB_ANALYST, Role.ADMIN, Role.CLINICIAN], ids=str)
def test_only_the_governance_lead_reads_the_log(signed_in: SignIn, role: Role) -> None:
    assert signed_in(role).get("/governance/audit").status_code == 403


def test_a_measure_leads_to_its_definition_and_a_word_is_found(signed_in: SignIn) -> None:
    client = signed_in(Role.FINANCE)
    assert "/governance/methods/measures/falls_share" in client.get("/governance/methods").text
    assert "version" in client.get("/governance/methods/measures/falls_share").text
    assert client.get("/governance/methods/custodian/x").status_code == 404
    assert "sub-licence" in client.get("/glossary?q=access+register").text
    assert "No word is like this" in client.get("/glossary?q=zzzz").text
