"""The custodian's own users: practice users who receive, approvers who decide, operators who release.

A file in the home, not the suite's register: what the suite says of a role is never believed. Passwords are
kept as scrypt hashes (n 32768, r 8, p 3). Everything is read again for each action, so a role that is taken
away is gone at once.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from openphm.core import ODSCode, UsageError
from openphm.custodian.reidentification.reasons import Refused

FILE = "users.json"
RECEIVING = ("clinician", "practice_phm")
ROLES = (*RECEIVING, "approver", "operator")
SHORTEST_PASSWORD = 12
_N, _R, _P = 2**15, 8, 3


@dataclass(frozen=True)
class Account:
    """Somebody who may sign in. `subject` is the person: two accounts of one person have one subject."""

    name: str
    subject: str
    role: str
    recipients: tuple[str, ...]
    is_active: bool
    salt: str
    hash: str

    @property
    def receives(self) -> bool:
        return self.role in RECEIVING

    def may(self, *roles: str) -> None:
        """Raise Refused unless the account has one of these roles."""
        if not self.is_active or self.role not in roles:
            raise Refused("Q_NOT_ALLOWED", "account")

    def has_password(self, password: str) -> bool:
        return hmac.compare_digest(_hashed(password, base64.b64decode(self.salt)), self.hash)


@dataclass(frozen=True)
class Users:
    """The users file of a home."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / FILE

    def all(self) -> dict[str, Account]:
        """Every account by name; none when there is no file."""
        if not self.path.is_file():
            return {}
        read = json.loads(self.path.read_text("utf-8"))
        return {
            name: Account(**{**one, "name": name, "recipients": tuple(one["recipients"])})
            for name, one in read.items()
        }

    def active(self, name: str) -> Account | None:
        """The account of a name, or None when there is none or it was switched off."""
        found = self.all().get(name)
        return found if found is not None and found.is_active else None

    def keep(
        self, name: str, password: str, *, role: str, recipients: Iterable[str] = (), subject: str = ""
    ) -> Account:
        """Make an account, or make it anew. Raises UsageError with every problem."""
        recipients = tuple(sorted(set(recipients)))
        _refuse_wrong_account(password, role, recipients)
        salt = os.urandom(16)
        made = Account(
            name,
            subject or name,
            role,
            recipients,
            True,
            base64.b64encode(salt).decode(),
            _hashed(password, salt),
        )
        self._write({**self.all(), name: made})
        return made

    def switch_off(self, name: str) -> None:
        """Close an account at once. Raises UsageError when there is none."""
        found = self.all()
        if name not in found:
            raise UsageError("user", "there is no such account.", remedy="look with `requests users`")
        self._write({**found, name: Account(**{**asdict(found[name]), "is_active": False})})

    def _write(self, accounts: dict[str, Account]) -> None:
        plain = {
            name: {k: v for k, v in asdict(one).items() if k != "name"} for name, one in accounts.items()
        }
        partial = self.path.with_name(self.path.name + ".tmp")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(plain, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self.path)


def spend_the_time_of_a_password(password: str) -> None:
    """An unknown name takes as long as a known one, so that nobody learns which names exist."""
    _hashed(password, b"\0" * 16)


def _refuse_wrong_account(password: str, role: str, recipients: tuple[str, ...]) -> None:
    if role not in ROLES:
        raise UsageError("role", "there is no such role.", f"Roles: {', '.join(ROLES)}.", "name one of these")
    if len(password) < SHORTEST_PASSWORD:
        raise UsageError(
            "password", "it is too short.", f"At least {SHORTEST_PASSWORD} characters.", "use a phrase"
        )
    if role in RECEIVING and not recipients:
        raise UsageError(
            "recipients", "none is named.", "Who receives does so for a practice.", "add --recipient CODE"
        )
    for code in recipients:
        ODSCode(code)


def _hashed(password: str, salt: bytes) -> str:
    made = Scrypt(salt=salt, length=32, n=_N, r=_R, p=_P).derive(password.encode())
    return base64.b64encode(made).decode("ascii")
