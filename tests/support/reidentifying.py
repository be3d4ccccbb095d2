"""A custodian's home with people, practices, agreements and accounts, for tests of re-identification.

    room = Room.copy_of(template, tmp_path)
    answer = room.send(room.request(people=room.of("X80001")[:20]))
    room.desk.approve(room.account("guardian"), answer.request_id)

The clock is the room's own. Numbers are of the 999 range, names are made up.
"""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from openphm.core.identifiers import nhs_check_digit
from openphm.core.reidentification import Request, StatusQuestion, signed
from openphm.custodian import Home, Vault
from openphm.custodian.pseudonyms import pseudonymise_numbers
from openphm.custodian.reidentification import (
    Answer,
    Desk,
    Handover,
    ObjectionList,
    Users,
    folder_of,
    keep_register,
)
from openphm.custodian.reidentification.reasons import Refused
from openphm.custodian.reidentification.registrations import Names, Registrations
from openphm.custodian.reidentification.users import Account

NOON = datetime(2026, 4, 20, 12, 0, tzinfo=UTC)
AS_AT = date(2026, 3, 31)
LISTED = date(2026, 4, 15)
PASSWORD = "a phrase made up for tests"
SUITE_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PRACTICE_KEY = X25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
SIZES = {"X80001": 520, "X80002": 60, "X80003": 20}
CRITERIA = {"all": [{"attribute": "age", "at_least": 41}, {"condition": ["copd", "asthma"]}]}
ACCOUNTS = {
    "dr.amber": ("clinician", ("X80001", "U80001"), ""),
    "dr.birch": ("clinician", ("X80002",), ""),
    "phm.cedar": ("practice_phm", ("X80001",), ""),
    "guardian": ("approver", (), ""),
    "amber.as.guardian": ("approver", (), "dr.amber"),
    "clerk": ("operator", (), ""),
}


def public(key: Ed25519PrivateKey | X25519PrivateKey) -> str:
    """A public key as the register holds it."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


REGISTER: dict[str, Any] = {
    "suites": {"suite-1": public(SUITE_KEY)},
    "practices": {
        "X80001": {"name": "Aldmarsh Surgery", "public_key": public(PRACTICE_KEY)},
        "X80002": {"name": "Brackwold Surgery"},
        "X80003": {"name": "Cawdrey Surgery"},
    },
    "networks": {"U80001": {"name": "Aldmarsh network", "members": {"X80001": {}, "X80002": {}}}},
    "agreements": {
        "dsa-2026-01": {
            "title": "Breathing easier",
            "starts": date(2026, 1, 1),
            "ends": date(2027, 3, 31),
            "reidentification": True,
            "practices": ["X80001", "X80002"],
            "criteria": {"attribute": ["age", "frailty"], "condition": ["copd", "asthma"], "activity": "all"},
        }
    },
}


def numbers(count: int) -> list[str]:
    """The first valid numbers from 999 100 000 on."""
    stems = (str(stem) for stem in range(999_100_000, 999_100_000 + 2 * count))
    found = (f"{stem}{digit}" for stem in stems if (digit := nhs_check_digit(stem)) is not None)
    return [next(found) for _ in range(count)]


class Room:
    """A home, its desk and everything around it."""

    def __init__(self, folder: Path, people: list[tuple[str, str, str]]) -> None:
        self.folder = folder
        self.people = people
        self.now = NOON
        self.home = Home.open(folder, {})
        self.opt_outs = ObjectionList.of(self.home)
        self.register: dict[str, Any] = json.loads(json.dumps(REGISTER, default=str))
        self.desk = self.open_desk()

    def open_desk(self) -> Desk:
        return Desk(self.home, self.opt_outs, lambda: self.now)

    @classmethod
    def make(cls, folder: Path) -> Room:
        """A home from nothing. Slow (passwords): make it once and copy it."""
        home = Home.make(folder, {})
        key = home.key()
        digits = numbers(sum(SIZES.values()))
        ids = pseudonymise_numbers(pa.array(digits), key).person_id.to_pylist()
        practices = [code for code, size in SIZES.items() for _ in range(size)]
        people = list(zip(ids, digits, practices, strict=True))
        Vault(home.vault_path, key).keep((person, number) for person, number, _ in people)
        place, names = folder_of(home), Names(key)
        listed = [
            (person, practice, names.seal(person, f"Ottoline Quill{n}"))
            for n, (person, _, practice) in enumerate(people)
        ]
        Registrations(place).replace(listed, LISTED)
        ObjectionList.of(home).replace([], LISTED)
        for name, (role, recipients, subject) in ACCOUNTS.items():
            Users(place).keep(name, PASSWORD, role=role, recipients=recipients, subject=subject)
        (folder / "people.json").write_text(json.dumps(people))
        return cls(folder, people).with_register()

    @classmethod
    def copy_of(cls, template: Room, folder: Path) -> Room:
        shutil.copytree(template.folder, folder / "home", copy_function=shutil.copy2)
        (folder / "home").chmod(0o700)
        return cls(folder / "home", template.people)

    def with_register(self, **changes: Any) -> Room:
        """Make this the register: the usual one with some parts replaced."""
        self.register = {**REGISTER, **changes}
        path = self.folder / "new-register.yaml"
        path.write_text(yaml.safe_dump(self.register), "utf-8")
        keep_register(path, folder_of(self.home))
        return self

    def with_agreement(self, **changes: Any) -> Room:
        agreement = {**REGISTER["agreements"]["dsa-2026-01"], **changes}
        return self.with_register(agreements={"dsa-2026-01": agreement})

    def of(self, practice: str) -> list[str]:
        """The pseudonyms of a practice's people."""
        return [person for person, _, code in self.people if code == practice]

    def number_of(self, person: str) -> str:
        return {one: number for one, number, _ in self.people}[person]

    def move(self, people: Iterable[str], practice: str | None, listed: date = LISTED) -> None:
        """Load a list of registrations in which these people are elsewhere (None: nowhere)."""
        moved = set(people)
        names = Names(self.home.key())
        rows = [
            (person, practice if person in moved else code, names.seal(person, "Ottoline Quill"))
            for person, _, code in self.people
            if person not in moved or practice is not None
        ]
        Registrations(folder_of(self.home)).replace(
            [(person, code, name) for person, code, name in rows if code is not None], listed
        )

    def object(self, people: Iterable[str] = (), listed: date | None = None) -> None:
        """Load a list of opt-outs with these people."""
        self.opt_outs.replace(people, listed or self.now.date())

    def account(self, name: str) -> Account:
        found = self.desk.users.active(name)
        assert found is not None
        return found

    def request(self, *, people: Iterable[str] | None = None, **changes: Any) -> Request:
        """A request as the suite would write it, issued now, unless told otherwise."""
        plain: dict[str, Any] = {
            "requester": "dr.amber", "role": "clinician", "recipient": "X80001", "purpose": "direct_care",
            "agreement": "dsa-2026-01", "cohort": "cohorts/fuel_poverty_respiratory", "criteria": CRITERIA,
            "as_at": AS_AT, "build": "2026-04-12-a", "reason": "Warm homes visits by the link worker.",
        }  # fmt: skip
        chosen = self.of("X80001")[:20] if people is None else people
        return Request(**{**plain, **changes}, person_ids=tuple(chosen)).issued(self.now)

    def sealed(self, request: Request, key: Ed25519PrivateKey = SUITE_KEY, name: str = "suite-1") -> bytes:
        """The signed envelope, as bytes."""
        return json.dumps(signed("request", request.plain(), name, key)).encode()

    def send(self, request: Request) -> Answer:
        return self.desk.submit(self.sealed(request))

    def status(self, request_id: str) -> Answer:
        question = StatusQuestion.now(request_id, self.now)
        return self.desk.status(json.dumps(signed("status", question.plain(), "suite-1", SUITE_KEY)).encode())

    def released(self, request: Request | None = None) -> str:
        """Send, approve (with every flag) and release; answers the request_id."""
        answer = self.send(request or self.request())
        case = self.desk.look(self.account("guardian"), answer.request_id)
        self.desk.approve(self.account("guardian"), answer.request_id, case.flags)
        self.desk.release(self.account("clerk"), answer.request_id)
        return answer.request_id

    def collected(self, request: Request | None = None) -> Handover:
        return self.desk.collect(self.account("dr.amber"), self.released(request))

    def made_today(self) -> Room:
        """The same room on the day of the test, for what reads the real clock."""
        self.now = datetime.now(UTC)
        today = self.now.date()
        self.with_agreement(starts=today - timedelta(days=30), ends=today + timedelta(days=300))
        self.move([], None, today)
        self.object(listed=today)
        return self

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def refusal(self, request: Request) -> str:
        """The reason code a request is refused with."""
        try:
            self.send(request)
        except Refused as refused:
            return refused.code
        return ""

    def events(self, name: str) -> list[dict[str, Any]]:
        """The details of the log's entries of a kind."""
        return [
            dict(one.detail) for one in self.desk.log.entries() if one.event == f"reidentification.{name}"
        ]


def code_of(call: Callable[[], object]) -> str:
    """The reason code a call is refused with."""
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code
