"""Sign-in against a real OpenID Connect provider, npm `oidc-provider`, started by this file."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.testclient import TestClient

from openphm.audit import AuditLog
from openphm.web.app import make_app
from openphm.web.provider_file import ProviderFile
from openphm.web.settings import Settings
from tests.web.conftest import another_store, token_on

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("npm") is None, reason="needs node and npm (`make test` installs them when it may)"
    ),
]
PUBLIC = "http://127.0.0.1:8420"
VERSION = "9.13.3"
REGISTER = """
version: 1
organisations:
  - {code: X10, kind: icb, name: The board}
people:
  - name: ann
    issuer: ISSUER
    subject: subject-ann
    training_expires: 2099-03-31
    memberships:
      - {organisation: X10, role: icb_analyst, from: 2020-01-01}
      - {organisation: X10, role: ig_lead, from: 2020-01-01}
  - name: bob
    issuer: ISSUER
    subject: subject-bob
    training_expires: 2021-03-31
    memberships:
      - {organisation: X10, role: icb_analyst, from: 2020-01-01}
"""


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("provider")
    shutil.copy(Path(__file__).with_name("provider.mjs"), folder / "provider.mjs")
    (folder / "package.json").write_text('{"private": true}', "utf-8")
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", f"oidc-provider@{VERSION}"]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("npm could not fetch oidc-provider: no registry answers")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            ["node", "provider.mjs", str(port), f"{PUBLIC}/sign-in/return"],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready", (folder / "log").read_text()
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)
    process.stdout.close()


@pytest.fixture
def browser(built: Path, issuer: str, tmp_path: Path) -> Iterator[TestClient]:
    """A browser at the suite's public address."""
    store = another_store(built, tmp_path)
    (store / "access.yaml").write_text(REGISTER.replace("ISSUER", issuer), "utf-8")
    app = make_app(Settings(store, sign_in=ProviderFile(issuer, "openphm", PUBLIC)))
    with TestClient(app, base_url=PUBLIC, follow_redirects=False) as client:
        yield client


def at_provider(url: str, name: str) -> str:
    """Sign in on the provider's own pages and agree; the address it sends the browser back to."""
    with httpx.Client() as visitor:
        answer = visitor.get(url)
        for fields in ({"prompt": "login", "login": name, "password": "x"}, {"prompt": "consent"}):
            page = _following(visitor, answer)
            action = re.search(r'action="([^"]+)"', page.text)
            assert action, page.text[:500]
            answer = visitor.post(httpx.URL(url).join(action.group(1)), data=fields)
        while not answer.headers["location"].startswith(PUBLIC):
            answer = visitor.get(httpx.URL(url).join(answer.headers["location"]))
        return answer.headers["location"]


def _following(visitor: httpx.Client, answer: httpx.Response) -> httpx.Response:
    while answer.is_redirect:
        answer = visitor.get(answer.request.url.join(answer.headers["location"]))
    return answer


def begun(browser: TestClient, path: str = "/segments/matrix") -> str:
    answer = browser.get("/sign-in/begin", params={"next": path})
    assert answer.status_code == 303
    return answer.headers["location"]


def test_somebody_of_the_register_comes_in_says_why_and_reads(browser: TestClient) -> None:
    url = begun(browser)
    asked = parse_qs(urlsplit(url).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    answer = browser.get(at_provider(url, "subject-ann"))
    assert answer.status_code == 303
    assert answer.headers["location"] == "/purpose?next=%2Fsegments%2Fmatrix"
    assert browser.get("/segments/matrix").headers["location"].startswith("/purpose")
    page = browser.get("/purpose?next=/segments/matrix").text
    assert "ann, ICB analyst" in page
    told = browser.post(
        "/purpose", data={"purpose": "planning", "next": "/segments/matrix", "form_token": token_on(page)}
    )
    assert told.headers["location"] == "/segments/matrix"
    assert browser.get("/segments/matrix").status_code == 200
    role = browser.post("/role", data={"role": "ig_lead", "form_token": token_on(page)})
    assert role.headers["location"] == "/purpose"
    assert "ann, IG lead" in browser.get("/purpose").text
    events = [one.event for one in AuditLog.beside(browser.app.state.suite.settings.store).entries()]  # type: ignore[attr-defined]  # the app is ours
    assert events == ["session.begun", "session.purpose", "session.role"]


@pytest.mark.parametrize("subject", ["subject-bob", "subject-nobody"])
def test_who_holds_no_membership_today_is_told_so(browser: TestClient, subject: str) -> None:
    answer = browser.get(at_provider(begun(browser), subject))
    assert answer.status_code == 403
    assert "no membership that holds today" in answer.text
    assert browser.get("/overview").headers["location"].startswith("/sign-in")


def test_an_answer_for_another_browser_is_refused(browser: TestClient) -> None:
    address = at_provider(begun(browser), "subject-ann")
    browser.cookies.clear()
    assert browser.get(address).status_code == 403


def test_an_answer_works_once_and_with_its_own_state(browser: TestClient) -> None:
    address = at_provider(begun(browser), "subject-ann")
    tampered = re.sub(r"state=[^&]+", "state=other", address)
    assert browser.get(tampered).status_code == 403
    assert browser.get(address).status_code == 403, "the ticket was used up by the wrong answer"


def test_a_membership_that_ended_ends_the_session_s_access(browser: TestClient, issuer: str) -> None:
    browser.get(at_provider(begun(browser), "subject-ann"))
    page = browser.get("/purpose").text
    browser.post("/purpose", data={"purpose": "planning", "form_token": token_on(page)})
    assert browser.get("/overview").status_code == 200
    register = browser.app.state.suite.settings.store / "access.yaml"  # type: ignore[attr-defined]  # the app is ours
    register.write_text(REGISTER.replace("ISSUER", issuer).replace("2099-03-31", "2021-03-31"), "utf-8")
    assert browser.get("/overview").status_code == 403


def test_a_provider_that_does_not_answer_is_said_so(built: Path, tmp_path: Path) -> None:
    nobody = ProviderFile("http://127.0.0.1:9", "openphm", PUBLIC)
    app = make_app(Settings(another_store(built, tmp_path), sign_in=nobody))
    with TestClient(app, base_url=PUBLIC, raise_server_exceptions=False) as client:
        answer = client.get("/sign-in/begin")
    assert answer.status_code == 503
    assert "the sign-in provider does not answer" in answer.text
