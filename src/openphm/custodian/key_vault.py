"""Root keys in HashiCorp Vault: KV version 2, optionally wrapped by the Transit engine.

    GET  /v1/<mount>/data/<path>/<epoch>            {"data": {"data": {"key": base64}}}
    POST /v1/<mount>/data/<path>/<epoch>            {"options": {"cas": 0}, "data": {"key": ...}}: only if new
    DELETE /v1/<mount>/metadata/<path>/<epoch>      every version is gone
    POST /v1/transit/encrypt|decrypt/<name>         a key at rest that KV alone cannot read

Vault's own HTTP API (developer.hashicorp.com/vault/api-docs). The token is read from a file that only its
owner may read, or from the environment in development. A key is asked for at the start of a run and stays in
memory.
"""

from __future__ import annotations

import base64
import binascii
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from openphm.core import CustodianRefused
from openphm.custodian.keys import ENVIRONMENT_VARIABLE, RootKey

VAULT_ADDRESS = "OPENPHM_CUSTODIAN_VAULT_ADDRESS"
VAULT_PATH = "OPENPHM_CUSTODIAN_VAULT_PATH"
VAULT_TRANSIT = "OPENPHM_CUSTODIAN_VAULT_TRANSIT_KEY"
TOKEN_FILE = "OPENPHM_CUSTODIAN_VAULT_TOKEN_FILE"  # noqa: S105 (the name, not the token)
TOKEN = "OPENPHM_CUSTODIAN_VAULT_TOKEN"  # noqa: S105
_USUAL_PATH = "secret/openphm"
_SECONDS = 10
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class VaultKeys:
    """Keys at `<mount>/<path>/<epoch>`; `mount` is the first part of OPENPHM_CUSTODIAN_VAULT_PATH."""

    environment: Mapping[str, str]
    name: str = "vault"

    def root_key(self, epoch: str) -> RootKey:
        """The root key of an epoch. Raises CustodianRefused."""
        answer = self._ask("GET", self._place("data", epoch))
        if answer is None:
            raise CustodianRefused(
                VAULT_ADDRESS, "Vault holds no key of this epoch.", "", "restore it, or run `custodian init`"
            )
        try:
            text = str(answer["data"]["data"]["key"])
            transit = self.environment.get(VAULT_TRANSIT, "")
            if transit:
                opened = self._ask("POST", f"transit/decrypt/{quote(transit)}", {"ciphertext": text})
                text = str((opened or {})["data"]["plaintext"])
            return RootKey(epoch, base64.b64decode(text, validate=True))
        except (KeyError, TypeError, binascii.Error) as error:
            raise CustodianRefused(
                VAULT_ADDRESS, "what Vault answered is no key.", "", "restore the key from its backup"
            ) from error

    def store(self, key: RootKey) -> None:
        """Keep a new key; Vault refuses when there is one already (check-and-set 0)."""
        text = base64.b64encode(key.secret).decode()
        transit = self.environment.get(VAULT_TRANSIT, "")
        if transit:
            sealed = self._ask("POST", f"transit/encrypt/{quote(transit)}", {"plaintext": text})
            text = str((sealed or {})["data"]["ciphertext"])
        self._ask("POST", self._place("data", key.epoch), {"options": {"cas": 0}, "data": {"key": text}})

    def forget(self, epoch: str) -> None:
        """Destroy every version of the key of an epoch."""
        self._ask("DELETE", self._place("metadata", epoch))

    def _place(self, kind: str, epoch: str) -> str:
        mount, _, path = self.environment.get(VAULT_PATH, _USUAL_PATH).strip("/").partition("/")
        return f"{quote(mount)}/{kind}/{quote(path)}/{quote(epoch)}"

    def _ask(self, method: str, place: str, body: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """One request; None when nothing is there. No key, token or answer is in an error."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 (the scheme is checked)
            f"{self._address()}/v1/{place}", data=data, method=method,
            headers={"X-Vault-Token": self._token(), "Content-Type": "application/json"},
        )  # fmt: skip
        opener = urllib.request.build_opener(_NoRedirect())
        try:
            with opener.open(request, timeout=_SECONDS) as answer:
                text = answer.read()
            return dict(json.loads(text)) if text else {}
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 404:
                return None
            raise self._refused(f"Vault answered {error.code}.") from None
        except (urllib.error.URLError, TimeoutError, ValueError) as error:
            raise self._refused(f"Vault could not be asked ({type(error).__name__}).") from None

    def _refused(self, found: str) -> CustodianRefused:
        return CustodianRefused(
            VAULT_ADDRESS,
            found,
            "The token must allow reading, writing and deleting at the path of the keys.",
            "check address, path and token; nothing was changed",
        )

    def _address(self) -> str:
        address = self.environment.get(VAULT_ADDRESS, "").rstrip("/")
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise CustodianRefused(
                VAULT_ADDRESS,
                "the address is not https.",
                "Plain http is allowed to this machine itself alone.",
                "give an https address",
            )
        return address

    def _token(self) -> str:
        path = self.environment.get(TOKEN_FILE, "")
        if path:
            file = Path(path)
            if not file.is_file() or file.stat().st_mode & 0o077:
                raise CustodianRefused(
                    TOKEN_FILE,
                    "the token file is missing, or others may read it.",
                    "Mode 0600.",
                    "chmod 600 it",
                )
            return file.read_text("utf-8").strip()
        if self.environment.get(ENVIRONMENT_VARIABLE, "").lower().startswith("prod"):
            raise CustodianRefused(
                TOKEN, "a token in the environment is refused in production.", "", f"use {TOKEN_FILE}"
            )
        return self.environment.get(TOKEN, "")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token is sent to the address that was given and to no other."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None
