"""The custodian's service, as zone P knows it: sign and send a request, ask where it stands.

No answer holds an identity: the service has no route that could give one to a program.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any

from openphm.core.errors import CustodianRefused, UsageError
from openphm.core.reidentification import Request, Signer, StatusQuestion, signed

SECONDS_TO_SEND, SECONDS_TO_ANSWER = 60, 10
_LOOPBACK = ("http://127.0.0.1:", "http://localhost:", "http://[::1]:")


@dataclass(frozen=True)
class Standing:
    """Where a request stands.

    reason             why it was refused, when the custodian tells
    released, dropped  how many people are on the list and how many failed a check, once it is released
    history            each state that it was in, and since when (ISO 8601, UTC), oldest first
    until              when it expires, if nobody acts
    """

    request_id: str
    state: str
    reason: str = ""
    released: int | None = None
    dropped: int | None = None
    history: tuple[tuple[str, str], ...] = ()
    until: str | None = None

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Standing:
        """A standing as JSON has it. Raises KeyError for one without a number or a state."""
        history = tuple((str(state), str(at)) for state, at in said.get("history") or ())
        return cls(
            str(said["request_id"]), str(said["state"]), str(said.get("reason") or ""),
            said.get("released"), said.get("dropped"), history, said.get("until"),
        )  # fmt: skip

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {**vars(self), "history": [list(one) for one in self.history]}


@dataclass(frozen=True)
class CustodianService:
    """One custodian, and the key that this suite signs with.

    address     where programs reach it: https, or this machine
    page        where people reach it; the same when not given
    agreements  id -> title of the agreements that can be named
    """

    address: str
    key_name: str
    key: Signer = field(repr=False)
    page: str = ""
    agreements: Mapping[str, str] = field(default_factory=dict)

    def address_of(self, request_id: str) -> str:
        """The page of a request, where it is decided and its list collected."""
        return f"{(self.page or self.address).rstrip('/')}/requests/{request_id}"

    def envelope(self, request: Request) -> dict[str, Any]:
        """An issued request, signed."""
        return signed("request", request.plain(), self.key_name, self.key)

    def send(self, request: Request) -> Standing:
        """Sign and send an issued request. Raises CustodianRefused with its reason, UsageError."""
        return self._told("/api/requests", self.envelope(request), SECONDS_TO_SEND)

    def standing(self, request_id: str) -> Standing:
        """Where a request stands. Raises CustodianRefused, UsageError."""
        question = StatusQuestion.now(request_id, datetime.now(UTC))
        envelope = signed("status", question.plain(), self.key_name, self.key)
        return self._told("/api/status", envelope, SECONDS_TO_ANSWER)

    def _told(self, path: str, envelope: Mapping[str, Any], seconds: int) -> Standing:
        if not self.address.startswith((*_LOOPBACK, "https://")):
            raise UsageError(
                "custodian", "its address is not https.", "A request names pseudonyms.", "use https"
            )
        asking = urllib.request.Request(  # noqa: S310 (https, or loopback, as just checked)
            f"{self.address.rstrip('/')}{path}", json.dumps(envelope).encode(),
            {"Content-Type": "application/json"}, method="POST",
        )  # fmt: skip
        try:
            with urllib.request.urlopen(asking, timeout=seconds) as answer:  # noqa: S310 (as above)
                return Standing.read(json.load(answer))
        except urllib.error.HTTPError as error:
            raise _refused(error) from error
        except (OSError, HTTPException, ValueError, LookupError, TypeError, AttributeError) as error:
            raise UsageError(
                "custodian", "its service does not answer.", remedy="check the address, or try later"
            ) from error


def _refused(error: urllib.error.HTTPError) -> CustodianRefused:
    try:
        said = json.load(error)["problems"][0]
    except (ValueError, KeyError, IndexError, TypeError):
        said = {}
    return CustodianRefused(
        "custodian", *(str(said.get(name, "")) for name in ("found", "allowed", "remedy"))
    )
