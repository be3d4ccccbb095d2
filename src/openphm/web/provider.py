"""The sign-in provider: OpenID Connect, authorisation code with PKCE, state and nonce (Authlib, joserfc).

What the provider says is believed only when the identity token is signed with a key of its own by RS256 or
ES256, and has our issuer, our client, our nonce and a time that has not passed. Who that is here, and what
they may do, says the register.

State, nonce and verifier are made from the ticket in the browser's cookie and kept nowhere: what is kept of a
sign-in on its way is the ticket's hash, so any process may take the person back and a copy of the file helps
nobody.
"""

from __future__ import annotations

import secrets
import time
from typing import Any

import httpx
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from openphm.core.errors import AccessRefused, StoreError
from openphm.web.provider_file import ProviderFile
from openphm.web.sessions import Sessions, made_from

ALGORITHMS = ["RS256", "ES256"]
KEPT_FOR = 3600.0  # seconds that the provider's own description is kept
_LEEWAY = 60  # seconds by which clocks may differ
_TIMEOUT = 10.0


class Provider:
    """One provider. Its description and keys are fetched when first needed and kept for an hour."""

    def __init__(self, file: ProviderFile, sessions: Sessions) -> None:
        self._file = file
        self._sessions = sessions
        self._known: tuple[float, dict[str, Any], KeySet] | None = None

    def begin(self, next_: str) -> tuple[str, str]:
        """Where to send somebody, and the token that binds the way back to their browser."""
        about, _ = self._description()
        ticket = secrets.token_urlsafe(32)
        with self._client() as client:
            url, _ = client.create_authorization_url(
                about["authorization_endpoint"],
                state=made_from(ticket, "state"),
                code_verifier=made_from(ticket, "verifier"),
                nonce=made_from(ticket, "nonce"),
            )
        self._sessions.leave(ticket, next_)
        return str(url), ticket

    def finish(self, ticket: str, address: str, state: str, issuer: str) -> tuple[str, str, str]:
        """Issuer, subject and where they wanted to go, from the address that the provider sent them to.

        Raises AccessRefused when anything does not fit; a ticket works once.
        """
        next_ = self._sessions.come_back(ticket)
        if next_ is None or not secrets.compare_digest(made_from(ticket, "state").encode(), state.encode()):
            raise _refused("this sign-in was not begun here, or too long ago")
        if issuer and issuer != self._file.issuer:
            raise _refused("the answer is of another provider")
        about, keys = self._description()
        try:
            with self._client() as client:
                token = client.fetch_token(
                    about["token_endpoint"],
                    authorization_response=address,
                    code_verifier=made_from(ticket, "verifier"),
                )
        except httpx.HTTPError as fault:
            raise _unreachable() from fault
        except Exception as fault:  # Authlib's errors hold what the provider wrote, which is not ours to show
            raise _refused("the provider did not accept the sign-in") from fault
        subject = self._subject(str(token.get("id_token", "")), keys, made_from(ticket, "nonce"))
        return self._file.issuer, subject, next_

    def _subject(self, id_token: str, keys: KeySet, nonce: str) -> str:
        claims = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "value": self._file.issuer},
            aud={"essential": True, "value": self._file.client_id},
            nonce={"essential": True, "value": nonce},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            token = jwt.decode(id_token, keys, algorithms=ALGORITHMS)
            claims.validate(token.claims)
        except (JoseError, ValueError) as fault:
            self._known = None  # its keys may have changed: they are fetched anew next time
            raise _refused("the provider's identity token is not one we can believe") from fault
        party = token.claims.get("azp", self._file.client_id)
        if party != self._file.client_id:
            raise _refused("the identity token was made for another client")
        return str(token.claims["sub"])

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            self._file.client_id,
            self._file.secret,
            scope=self._file.scope,
            redirect_uri=self._file.return_url,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if self._file.secret_file else "none",
            timeout=_TIMEOUT,
        )

    def _description(self) -> tuple[dict[str, Any], KeySet]:
        """What the provider says of itself, and its keys. Raises StoreError when it does not answer."""
        known = self._known
        if known is not None and time.monotonic() - known[0] < KEPT_FOR:
            return known[1], known[2]
        try:
            with httpx.Client(timeout=_TIMEOUT) as client:
                about = client.get(f"{self._file.issuer.rstrip('/')}/.well-known/openid-configuration")
                about.raise_for_status()
                said = about.json()
                keys = client.get(said["jwks_uri"])
                keys.raise_for_status()
                found = KeySet.import_key_set(keys.json())
        except (httpx.HTTPError, KeyError, ValueError) as fault:
            raise _unreachable() from fault
        if said.get("issuer") != self._file.issuer:
            raise _refused("the provider gives itself another name than the sign-in file")
        self._known = (time.monotonic(), said, found)
        return said, found


def _refused(found: str) -> AccessRefused:
    return AccessRefused(
        "sign-in", found, "Nobody was signed in.", "sign in again; if it stays, tell whoever runs the suite"
    )


def _unreachable() -> StoreError:
    return StoreError("sign-in", "the sign-in provider does not answer", "", "try again in a few minutes")
