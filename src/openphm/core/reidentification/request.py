"""The request: who asks for whom, why, under which agreement, and the signature over all of it.

    signature = Ed25519(key of the suite, label NUL canonical JSON of the body)            RFC 8032

Canonical JSON: sorted keys, no spaces, ASCII. The label keeps a signature over a request from being taken
for one over anything else. This room has no cryptography of its own: who signs brings an object with
`sign`, such as the Ed25519PrivateKey of the `cryptography` package.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any, Protocol

from openphm.core.errors import Problem, UsageError
from openphm.core.identifiers import ODSCode, PersonId

FORMAT = "openphm-reidentification-1"
KINDS = ("once", "standing", "break_glass")
LONGEST_LIFE = timedelta(minutes=15)
LONGEST_TEXT = 300
MOST_RUNS = 12
_RANDOM_ID = re.compile(r"[0-9a-f]{32}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@/-]{0,79}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NEVER = datetime.min.replace(tzinfo=UTC)
_FIELDS = (
    "agreement", "as_at", "build", "cohort", "criteria", "criteria_sha256", "expires_at", "format",
    "issued_at", "kind", "nonce", "person_ids", "purpose", "reason", "recipient", "request_id", "requester",
    "role", "runs", "standing",
)  # fmt: skip


class Signer(Protocol):
    """Whatever can sign: an Ed25519 private key, or a device that holds one."""

    def sign(self, data: bytes, /) -> bytes: ...


def canonical(value: object) -> bytes:
    """One byte string for one value, whoever writes it. Raises ValueError for NaN and the like."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return text.encode("ascii")


def checksum(criteria: Mapping[str, Any]) -> str:
    """SHA-256 of criteria in canonical form."""
    return sha256(canonical(criteria)).hexdigest()


def signed_bytes(what: str, body: Mapping[str, Any]) -> bytes:
    """What a signature is made over. what: `request` or `status`."""
    return f"openphm {what} 1".encode("ascii") + b"\0" + canonical(body)


def signed(what: str, body: Mapping[str, Any], key_name: str, signer: Signer) -> dict[str, Any]:
    """The envelope that is sent: the body, the name of the key, the signature."""
    signature = base64.b64encode(signer.sign(signed_bytes(what, body))).decode("ascii")
    return {"body": dict(body), "key": key_name, "signature": signature}


@dataclass(frozen=True)
class StatusQuestion:
    """ "How far is my request?", also signed, also used once."""

    request_id: str
    nonce: str
    issued_at: datetime
    expires_at: datetime

    @classmethod
    def now(cls, request_id: str, at: datetime) -> StatusQuestion:
        """A question that is good for a minute."""
        at = at.astimezone(UTC).replace(microsecond=0)
        return cls(request_id, secrets.token_hex(16), at, at + timedelta(minutes=1))

    def plain(self) -> dict[str, Any]:
        """As it is signed."""
        return {
            "request_id": self.request_id, "nonce": self.nonce,
            "issued_at": _text(self.issued_at), "expires_at": _text(self.expires_at),
        }  # fmt: skip

    @classmethod
    def read(cls, data: object) -> StatusQuestion:
        """Raises UsageError."""
        reader = _Reader(data, ("expires_at", "issued_at", "nonce", "request_id"))
        found = cls(
            reader.pattern("request_id", _RANDOM_ID), reader.pattern("nonce", _RANDOM_ID),
            reader.moment("issued_at"), reader.moment("expires_at"),
        )  # fmt: skip
        reader.raise_if_wrong()
        return found


@dataclass(frozen=True)
class Request:
    """One request for the NHS numbers of the people of a cohort.

    recipient   the practice, or the primary care network, that will receive the list
    criteria    the cohort in plain criteria language, without names of other cohorts
    person_ids  pseudonyms, sorted, each once
    kind        once; standing (the first of up to 12 monthly runs, or, with `standing`, a later one);
                break_glass (it cannot wait for an approver)
    standing    the request_id of the first run, for later ones
    """

    requester: str
    role: str
    recipient: str
    purpose: str
    agreement: str
    cohort: str
    criteria: Mapping[str, Any]
    person_ids: tuple[str, ...]
    as_at: date
    build: str
    reason: str = ""
    kind: str = "once"
    runs: int = 1
    standing: str | None = None
    request_id: str = ""
    nonce: str = ""
    issued_at: datetime = _NEVER
    expires_at: datetime = _NEVER

    def issued(self, at: datetime, life: timedelta = LONGEST_LIFE) -> Request:
        """The request with a new id, a new nonce and its short life. Each is used once."""
        at = at.astimezone(UTC).replace(microsecond=0)
        people = tuple(sorted(set(self.person_ids)))
        ids = (secrets.token_hex(16), secrets.token_hex(16))
        return replace(
            self, person_ids=people, request_id=ids[0], nonce=ids[1], issued_at=at, expires_at=at + life
        )

    def plain(self) -> dict[str, Any]:
        """As it is signed and sent."""
        return {
            "format": FORMAT, "request_id": self.request_id, "nonce": self.nonce,
            "issued_at": _text(self.issued_at), "expires_at": _text(self.expires_at),
            "requester": self.requester, "role": self.role, "recipient": self.recipient,
            "purpose": self.purpose, "agreement": self.agreement, "cohort": self.cohort,
            "criteria": dict(self.criteria), "criteria_sha256": checksum(self.criteria),
            "person_ids": list(self.person_ids), "as_at": self.as_at.isoformat(), "build": self.build,
            "reason": self.reason, "kind": self.kind, "runs": self.runs, "standing": self.standing,
        }  # fmt: skip

    @classmethod
    def read(cls, data: object) -> Request:
        """A request from plain data. Raises UsageError with every problem; no value is repeated."""
        reader = _Reader(data, _FIELDS)
        reader.check(reader.data.get("format") == FORMAT, "format", f"It is {FORMAT}.")
        criteria = reader.mapping("criteria")
        reader.check(
            reader.data.get("criteria_sha256") == _sum(criteria), "criteria_sha256", "It belongs to criteria."
        )
        standing = None if reader.data.get("standing") is None else reader.pattern("standing", _RANDOM_ID)
        found = cls(
            requester=reader.pattern("requester", _NAME), role=reader.pattern("role", _NAME),
            recipient=reader.organisation("recipient"), purpose=reader.pattern("purpose", _NAME),
            agreement=reader.pattern("agreement", _NAME), cohort=reader.words("cohort", at_least=1),
            criteria=criteria, person_ids=reader.people("person_ids"), as_at=reader.day("as_at"),
            build=reader.words("build"), reason=reader.words("reason"), kind=reader.one_of("kind", KINDS),
            runs=reader.count("runs", MOST_RUNS), standing=standing,
            request_id=reader.pattern("request_id", _RANDOM_ID), nonce=reader.pattern("nonce", _RANDOM_ID),
            issued_at=reader.moment("issued_at"), expires_at=reader.moment("expires_at"),
        )  # fmt: skip
        reader.raise_if_wrong()
        return found


class _Reader:
    """Plain data of strangers, field by field; what is wrong is collected."""

    def __init__(self, data: object, names: Iterable[str]) -> None:
        self.problems: list[Problem] = []
        self.data: Mapping[str, Any] = data if isinstance(data, dict) else {}
        names = set(names)
        # a field more is refused too: nothing a sender adds may be taken for an answer of ours
        for name in sorted(names ^ set(self.data), key=str):
            known = name in names
            self.check(
                False, str(name)[:40] if known else "a field", "it is missing" if known else "it is not known"
            )

    def check(self, is_right: bool, name: str, allowed: str) -> None:
        if not is_right:
            self.problems.append(Problem(f"request, {name}", "this is not as it must be.", allowed))

    def raise_if_wrong(self) -> None:
        if self.problems:
            raise UsageError.of(self.problems)

    def pattern(self, name: str, pattern: re.Pattern[str]) -> str:
        value = self.data.get(name)
        right = isinstance(value, str) and pattern.fullmatch(value) is not None
        self.check(right, name, "Letters, digits and a few marks, in the form the manual gives.")
        return str(value) if right else ""

    def words(self, name: str, *, at_least: int = 0) -> str:
        value = self.data.get(name)
        right = (
            isinstance(value, str) and at_least <= len(value) <= LONGEST_TEXT and not _CONTROL.search(value)
        )
        self.check(right, name, f"One line of text, {at_least} to {LONGEST_TEXT} characters.")
        return str(value) if right else ""

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.data.get(name)
        self.check(value in allowed, name, f"One of {', '.join(allowed)}.")
        return str(value) if value in allowed else allowed[0]

    def count(self, name: str, most: int) -> int:
        value = self.data.get(name)
        right = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most
        self.check(right, name, f"A whole number from 1 to {most}.")
        return int(value) if right and value is not None else 1

    def mapping(self, name: str) -> Mapping[str, Any]:
        value = self.data.get(name)
        self.check(isinstance(value, dict), name, "A criterion in plain form.")
        return value if isinstance(value, dict) else {}

    def organisation(self, name: str) -> str:
        value = self.data.get(name)
        found = ODSCode.parse(value) if isinstance(value, str) else None
        right = found is not None and found.text == value
        self.check(right, name, "The ODS code of a practice or network.")
        return str(value) if right else ""

    def people(self, name: str) -> tuple[str, ...]:
        value = self.data.get(name)
        right = isinstance(value, list) and bool(value) and all(_is_person(one) for one in value)
        right = right and value == sorted(set(value or ()))
        self.check(right, name, "Pseudonyms, sorted, each once.")
        return tuple(value) if right and value else ()

    def day(self, name: str) -> date:
        try:
            return date.fromisoformat(str(self.data.get(name)))
        except ValueError:
            self.check(False, name, "A day, such as 2026-03-31.")
            return date.min

    def moment(self, name: str) -> datetime:
        try:
            found = datetime.fromisoformat(str(self.data.get(name)))
        except ValueError:
            found = datetime.min
        self.check(found.tzinfo is not None, name, "A moment with its time zone.")
        return found if found.tzinfo is not None else _NEVER


def _is_person(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return PersonId(value).is_linked
    except ValueError:
        return False


def _sum(criteria: Mapping[str, Any]) -> str:
    try:
        return checksum(criteria)
    except (ValueError, TypeError):
        return ""


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
