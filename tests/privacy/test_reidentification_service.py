"""The service over a real socket: who gets in, what pages say; identities are on one page only."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest
import uvicorn

from openphm.core import CustodianRefused
from openphm.custodian.reidentification import Users, folder_of, open_sealed
from openphm.custodian.reidentification.service import Address, check_address, make_app
from tests.support.reidentifying import PASSWORD, PRACTICE_KEY, Room


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Browser:
    """What a browser does: keeps the cookie, sends forms."""

    port: int
    cookie: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Cookie": self.cookie, **self.headers, **{k.replace("_", "-"): v for k, v in headers.items()}}
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        got = {name.lower(): value for name, value in answer.getheaders()}
        found = Answer(answer.status, got, answer.read())
        connection.close()
        if "set-cookie" in got:
            self.cookie = got["set-cookie"].split(";")[0]
        return found

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def send(self, path: str, **fields: str) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(fields).encode(), **kind)

    def sign_in(self, name: str, password: str = PASSWORD) -> Answer:
        return self.send("/sign-in", name=name, password=password)

    def token(self, path: str = "/") -> str:
        found = re.search(r'name="form_token" value="([^"]+)"', self.get(path).text)
        assert found
        return found[1]

    def act(self, request_id: str, step: str, **fields: str) -> Answer:
        token = self.token(f"/requests/{request_id}")
        return self.send(f"/requests/{request_id}/{step}", form_token=token, **fields)


@pytest.fixture
def port(room: Room) -> Iterator[int]:
    app = make_app(room.desk, hosts=("127.0.0.1", "localhost"))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", server_header=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


@pytest.fixture
def browser(port: int) -> Browser:
    return Browser(port)


def signed_in(port: int, name: str) -> Browser:
    browser = Browser(port)
    assert browser.sign_in(name).status == 303
    return browser


def asked_over_http(room: Room, port: int) -> str:
    sent = room.sealed(room.request())
    answer = Browser(port).ask("POST", "/api/requests", sent, Content_Type="application/json")
    assert answer.status == 202, answer.text
    found = json.loads(answer.body)
    assert found["state"] == "checked"
    return str(found["request_id"])


def released_over_http(room: Room, port: int) -> str:
    request_id = asked_over_http(room, port)
    guardian = signed_in(port, "guardian")
    assert guardian.act(request_id, "approve").status == 303
    assert guardian.act(request_id, "release").status == 303
    return request_id


def identities(room: Room, text: str) -> list[str]:
    digits = text.replace(" ", "")
    return [number for _, number, _ in room.people if number in digits]


def test_the_whole_way_over_http_and_identities_on_one_page_only(room: Room, port: int) -> None:
    request_id = released_over_http(room, port)
    amber = signed_in(port, "dr.amber")
    seen = [amber.get("/").text, amber.get(f"/requests/{request_id}").text]
    collected = amber.act(request_id, "collect", password=PASSWORD, form="page")
    assert collected.status == 200
    assert len(identities(room, collected.text)) == 20
    assert "Ottoline Quill" in collected.text
    seen += [amber.get("/").text, amber.get(f"/requests/{request_id}").text]
    guardian = signed_in(port, "guardian")
    seen += [guardian.get("/").text, guardian.get(f"/requests/{request_id}").text]
    assert not [page for page in seen if identities(room, page) or "Ottoline" in page]
    again = amber.act(request_id, "collect", password=PASSWORD)
    assert again.status == 409
    assert not identities(room, again.text)
    log = room.desk.log.path.read_text()
    assert not identities(room, log)
    assert "Ottoline" not in log


def test_a_sealed_download_opens_with_the_practices_key(room: Room, port: int) -> None:
    request_id = released_over_http(room, port)
    answer = signed_in(port, "dr.amber").act(request_id, "collect", password=PASSWORD, form="sealed")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert not identities(room, answer.body.decode("latin-1"))
    assert len(identities(room, open_sealed(answer.body, PRACTICE_KEY).decode())) == 20


def test_ri_01_over_http_others_meet_404_everywhere(room: Room, port: int) -> None:
    request_id = released_over_http(room, port)
    birch = signed_in(port, "dr.birch")
    token = birch.token()
    neighbour = f"{int(request_id, 16) + 1:032x}"
    for path in (request_id, neighbour, "0", "%00"):
        assert birch.get(f"/requests/{path}").status == 404
    for step in ("collect", "revoke"):
        sent = birch.send(f"/requests/{request_id}/{step}", form_token=token, password=PASSWORD)
        assert sent.status == 404
    theirs, nobodys = birch.get(f"/requests/{request_id}"), birch.get(f"/requests/{neighbour}")
    assert theirs.body == nobodys.body
    assert room.events("denied")[-1]["reason"] == "Q_UNKNOWN"


def test_ri_04_over_http_a_replay_is_409(room: Room, port: int) -> None:
    sent = room.sealed(room.request())
    browser = Browser(port)
    assert browser.ask("POST", "/api/requests", sent).status == 202
    again = browser.ask("POST", "/api/requests", sent)
    assert (again.status, json.loads(again.body)["reason"]) == (409, "Q_REPLAYED")


def test_ri_07_over_http_form_fields_and_cookies_give_no_role(room: Room, port: int) -> None:
    request_id = asked_over_http(room, port)
    amber = signed_in(port, "dr.amber")
    token = amber.token(f"/requests/{request_id}")
    extra = {"role": "approver", "approved_by": "guardian", "actor": "guardian"}
    assert amber.send(f"/requests/{request_id}/approve", form_token=token, **extra).status == 403
    amber.headers = {"X-Role": "approver", "X-Forwarded-User": "guardian"}
    assert amber.send(f"/requests/{request_id}/approve", form_token=token).status == 403
    amber.cookie = "openphm_custodian=guardian"
    assert amber.get("/").status == 303
    assert room.status(request_id).state == "checked"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec_Fetch_Site": "cross-site"}, 403), ({"Origin": "https://elsewhere.example"}, 403),
        ({"Host": "elsewhere.example"}, 421), ({"Content_Type": "text/plain"}, 403),
    ],
)  # fmt: skip
def test_a_form_of_another_site_is_refused(
    room: Room, port: int, headers: dict[str, str], status: int
) -> None:
    request_id = asked_over_http(room, port)
    guardian = signed_in(port, "guardian")
    assert guardian.ask("POST", f"/requests/{request_id}/approve", b"", **headers).status == status
    assert room.status(request_id).state == "checked"


def test_a_form_without_its_token_is_refused(room: Room, port: int) -> None:
    request_id = asked_over_http(room, port)
    guardian = signed_in(port, "guardian")
    other = signed_in(port, "guardian")
    assert guardian.send(f"/requests/{request_id}/approve").status == 403
    assert guardian.send(f"/requests/{request_id}/approve", form_token=other.token()).status == 403


def test_every_answer_has_strict_headers_and_no_script(room: Room, port: int) -> None:
    request_id = released_over_http(room, port)
    amber = signed_in(port, "dr.amber")
    pages = [Browser(port).get("/sign-in"), amber.get("/"), amber.get(f"/requests/{request_id}")]
    pages += [
        amber.get("/nothing"),
        amber.get("/healthz"),
        amber.act(request_id, "collect", password=PASSWORD),
    ]
    for page in pages:
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "script" not in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["referrer-policy"] == "same-origin"
        assert "<script" not in page.text
        assert " style=" not in page.text
        assert "server" not in page.headers


def test_the_cookie_is_for_this_site_and_not_for_scripts(port: int) -> None:
    answer = Browser(port).sign_in("guardian")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {
        p.strip() for p in answer.headers["set-cookie"].split(";")
    }


def test_ri_15_over_http_a_malicious_name_is_text(room: Room, port: int) -> None:
    name = '<script>alert(1)</script>"=cmd'
    sent = room.sealed(room.request(cohort=name, reason="<b>bold</b>"))
    request_id = json.loads(Browser(port).ask("POST", "/api/requests", sent).body)["request_id"]
    guardian = signed_in(port, "guardian")
    for page in (guardian.get("/"), guardian.get(f"/requests/{request_id}")):
        assert "<script" not in page.text
        assert "<b>bold" not in page.text
        assert "&lt;script&gt;" in page.text


def test_collecting_asks_for_the_password_again(room: Room, port: int) -> None:
    request_id = released_over_http(room, port)
    amber = signed_in(port, "dr.amber")
    assert amber.act(request_id, "collect", password="wrong").status == 401
    assert amber.act(request_id, "collect").status == 401
    assert room.status(request_id).state == "released"


def test_a_session_ends_with_its_account_its_time_and_its_sign_out(room: Room, port: int) -> None:
    clerk = signed_in(port, "clerk")
    cookie = clerk.cookie
    clerk.send("/sign-out", form_token=clerk.token())
    clerk.cookie = cookie
    assert clerk.get("/").status == 303
    guardian = signed_in(port, "guardian")
    room.later(minutes=21)
    assert guardian.get("/").headers["location"] == "/sign-in"
    birch = signed_in(port, "dr.birch")
    Users(folder_of(room.home)).switch_off("dr.birch")
    assert birch.get("/").status == 303


def test_names_wrong_passwords_and_locked_accounts_look_alike(room: Room, port: int) -> None:
    browser = Browser(port)
    answers = [browser.sign_in("nobody", "x" * 12).body]
    answers += [browser.sign_in("guardian", "wrong password").body for _ in range(5)]
    answers.append(browser.sign_in("guardian").body)
    assert len(set(answers)) == 1
    room.later(minutes=16)
    assert browser.sign_in("guardian").status == 303


@pytest.mark.parametrize(
    "sent",
    [b"", b"[]", b"{}", b"not json", b'{"body": {}, "key": "suite-1", "signature": "!!"}',
     b'{"body": {}, "body": {}, "key": "suite-1", "signature": ""}', b"[" * 100_000, b"\xff\xfe"],
)  # fmt: skip
def test_what_is_no_request_is_a_4xx_with_one_shape(port: int, sent: bytes) -> None:
    answer = Browser(port).ask("POST", "/api/requests", sent)
    assert answer.status in (400, 401)
    assert set(json.loads(answer.body)) == {"error", "exit_code", "problems", "reason"}


def test_a_body_of_a_megabyte_is_refused_before_it_is_read(port: int) -> None:
    assert Browser(port).ask("POST", "/api/requests", b"x" * 1_000_000).status == 413


def test_too_many_tries_from_one_place_are_429(port: int) -> None:
    browser = Browser(port)
    found = {browser.ask("POST", "/api/status", b"{}").status for _ in range(61)}
    assert found == {400, 429}


def test_only_loopback_without_tls(tmp_path: object) -> None:
    check_address(Address())
    check_address(Address(host="localhost"))
    for host in ("0.0.0.0", "::", "10.0.0.1", "custodian.example"):  # noqa: S104 (must be refused)
        with pytest.raises(CustodianRefused, match="unencrypted"):
            check_address(Address(host=host))
