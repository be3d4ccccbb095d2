"""Keys in HashiCorp Vault, against a small HTTP server that speaks its documented API (KV 2, Transit)."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from openphm.core import CustodianRefused
from openphm.custodian import Home
from openphm.custodian.key_vault import TOKEN, TOKEN_FILE, VAULT_ADDRESS, VAULT_TRANSIT, VaultKeys
from openphm.custodian.keys import RootKey
from openphm.custodian.rotation import finish, rotate
from openphm.definitions import load

GOOD_TOKEN = "hvs.made-up"


class Vault(BaseHTTPRequestHandler):
    """The part of Vault's HTTP API that is used; what is kept hangs on the server."""

    server: Any

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, code: int, body: dict[str, Any] | None = None) -> None:
        content = json.dumps(body).encode() if body is not None else b""
        self.send_response(code)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        if self.headers.get("X-Vault-Token") != GOOD_TOKEN:
            return self._answer(403, {"errors": ["permission denied"]})
        place, kept = self.path.removeprefix("/v1/"), self.server.kept
        if place.startswith("transit/encrypt/"):
            return self._answer(200, {"data": {"ciphertext": "vault:v1:" + body["plaintext"][::-1]}})
        if place.startswith("transit/decrypt/"):
            return self._answer(
                200, {"data": {"plaintext": body["ciphertext"].removeprefix("vault:v1:")[::-1]}}
            )
        name = place.replace("/metadata/", "/data/")
        if self.command == "GET":
            return (
                self._answer(200, {"data": {"data": kept[name]}})
                if name in kept
                else self._answer(404, {"errors": []})
            )
        if self.command == "DELETE":
            kept.pop(name, None)
            return self._answer(204)
        if body["options"]["cas"] == 0 and name in kept:
            return self._answer(
                400, {"errors": ["check-and-set parameter did not match the current version"]}
            )
        kept[name] = body["data"]
        return self._answer(200, {"data": {"version": 1}})

    do_GET = do_POST = do_DELETE = _handle  # noqa: N815 (names of http.server)


@pytest.fixture
def server() -> Iterator[Any]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), Vault)
    made.kept = {}  # type: ignore[attr-defined]
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def environment(server: Any) -> dict[str, str]:
    return {VAULT_ADDRESS: f"http://127.0.0.1:{server.server_address[1]}", TOKEN: GOOD_TOKEN}


def test_a_home_can_keep_its_key_in_vault(tmp_path: Path, server: Any, environment: dict[str, str]) -> None:
    home = Home.make(tmp_path / "home", environment)
    assert list(server.kept) == ["secret/data/openphm/e1"]
    assert Home.open(tmp_path / "home", environment).key() == home.key()
    secret = base64.b64encode(home.key().secret)
    assert not any(secret in path.read_bytes() for path in home.folder.rglob("*") if path.is_file())


def test_transit_wraps_what_kv_keeps(tmp_path: Path, server: Any, environment: dict[str, str]) -> None:
    environment[VAULT_TRANSIT] = "openphm"
    home = Home.make(tmp_path / "home", environment)
    [kept] = server.kept.values()
    assert (
        kept["key"].startswith("vault:v1:")
        and base64.b64encode(home.key().secret).decode() not in kept["key"]
    )


def test_a_key_in_vault_is_never_overwritten(environment: dict[str, str]) -> None:
    keys = VaultKeys(environment)
    keys.store(RootKey.make("e1"))
    with pytest.raises(CustodianRefused, match="400"):
        keys.store(RootKey.make("e1"))


def test_rotation_works_with_vault(tmp_path: Path, server: Any, environment: dict[str, str]) -> None:
    home = Home.make(tmp_path / "home", environment)
    rotate(home, load())
    assert sorted(server.kept) == ["secret/data/openphm/e1", "secret/data/openphm/e2"]
    finish(Home.open(home.folder, environment))
    assert sorted(server.kept) == ["secret/data/openphm/e2"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({TOKEN: "another"}, "403"),
        ({VAULT_ADDRESS: "http://127.0.0.1:9"}, "could not be asked"),
        ({VAULT_ADDRESS: "http://vault.example"}, "not https"),
        ({TOKEN_FILE: "/no/such/file"}, "missing"),
        ({"OPENPHM_ENVIRONMENT": "production"}, "refused in production"),
    ],
)
def test_what_is_wrong_is_said_without_the_token(
    environment: dict[str, str], change: dict[str, str], said: str
) -> None:
    with pytest.raises(CustodianRefused, match=said) as refused:
        VaultKeys(environment | change).root_key("e1")
    assert GOOD_TOKEN not in str(refused.value) and refused.value.exit_code == 14


def test_a_token_file_that_others_may_read_is_refused(tmp_path: Path, environment: dict[str, str]) -> None:
    path = tmp_path / "token"
    path.write_text(GOOD_TOKEN)
    path.chmod(0o644)
    with pytest.raises(CustodianRefused):
        VaultKeys(environment | {TOKEN_FILE: str(path)}).root_key("e1")
    path.chmod(0o600)
    with pytest.raises(CustodianRefused, match="no key of this epoch"):
        VaultKeys(environment | {TOKEN_FILE: str(path), TOKEN: ""}).root_key("e1")
