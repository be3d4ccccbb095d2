"""Directories: who may sign in, and as what. The register's people, or the made-up ones of a demo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from openphm.access import REGISTER, AccessRegister, Purpose, Role, User
from openphm.access.users import GRANTS
from openphm.core.errors import AccessRefused
from openphm.population import Population

ROLE_NAMES = {
    Role.ICB_ANALYST: "ICB analyst",
    Role.SUPER_USER: "Super-user",
    Role.PROVIDER_ANALYST: "Provider analyst",
    Role.CLINICIAN: "Clinician",
    Role.CARE_COORDINATOR: "Care coordinator",
    Role.FINANCE: "Finance",
    Role.EXECUTIVE: "Executive",
    Role.IG_LEAD: "IG lead",
    Role.ADMIN: "Administrator",
}

PURPOSE_NAMES = {
    Purpose.PLANNING: "Planning services for a population",
    Purpose.DIRECT_CARE: "Direct care of my own patients",
    Purpose.EVALUATION: "Evaluating a service",
    Purpose.FINANCE: "Finance and contracts",
    Purpose.DATA_QUALITY: "Data quality and governance",
}


_USUAL = {Role.CLINICIAN: Purpose.DIRECT_CARE, Role.FINANCE: Purpose.FINANCE}


class Directory(Protocol):
    """Gives the user of a name as they are now. Raises AccessRefused when they may no longer come in."""

    def user(self, name: str, role: Role | None) -> User: ...

    def roles(self, name: str) -> list[Role]:
        """The roles this person may act in, one at a time."""


@dataclass(frozen=True)
class DemoDirectory:
    """One made-up user for each role."""

    users: dict[str, User]

    @classmethod
    def of(cls, population: Population) -> DemoDirectory:
        """Those who belong to a place get the first of the build."""
        practice = next((one.code for one in population.places if one.kind == "practice"), None)
        network = next((one.code for one in population.places if one.kind == "pcn"), None)
        practices, pcns = _one(practice), _one(network)
        made = [
            User(
                _demo_name(role),
                frozenset({role}),
                practices=practices if role is Role.CLINICIAN else frozenset(),
                pcns=pcns if role in (Role.CARE_COORDINATOR, Role.PROVIDER_ANALYST) else frozenset(),
            )
            for role in ROLE_NAMES
        ]
        return cls({user.name: user for user in made})

    def user(self, name: str, role: Role | None = None) -> User:
        """The made-up user of a name."""
        if name not in self.users:
            raise AccessRefused("user", "the demo has no such user", remedy="choose one of the list")
        return self.users[name]

    def roles(self, name: str) -> list[Role]:
        """One each: in a demo, another role is another user."""
        return sorted(self.user(name).roles)

    def of_role(self, role: Role) -> User:
        """The made-up user with this role."""
        return next(user for user in self.users.values() if role in user.roles)


class RegisterDirectory:
    """The people of the register beside the store. A changed file counts from the next request on."""

    def __init__(self, store: Path) -> None:
        self._path = store / REGISTER
        self._read: tuple[tuple[int, int], AccessRegister] | None = None

    @property
    def register(self) -> AccessRegister:
        """What the file says now. Raises AccessRefused without one, DefinitionError when it is wrong."""
        try:
            stat = self._path.stat()
        except OSError:
            raise AccessRefused(
                "sign-in",
                "nobody is in the register of who may come in",
                "",
                f"write {REGISTER} beside the store (docs/how-to/say-who-may-see-what.md)",
            ) from None
        seen = (stat.st_mtime_ns, stat.st_size)
        if self._read is None or self._read[0] != seen:
            self._read = (seen, AccessRegister.read(self._path))
        return self._read[1]

    def user(self, name: str, role: Role | None = None) -> User:
        """What the register says of this person today."""
        return self.register.user(name, date.today(), role)

    def roles(self, name: str) -> list[Role]:
        """The roles of their memberships that hold today."""
        return sorted({one.role for one in self.register.memberships(name, date.today())})

    def name_of(self, issuer: str, subject: str) -> str | None:
        """Who a provider's (issuer, subject) is here; None when nobody."""
        return self.register.name_of(issuer, subject)


def purposes_of(user: User) -> Sequence[Purpose]:
    """The purposes this user may act for: the usual one of their role first."""
    licensed = frozenset(Purpose) if user.purposes is None else user.purposes
    held = {purpose for role in user.roles for grant in GRANTS[role] for purpose in grant.purposes}
    usual = {_USUAL[role] for role in user.roles if role in _USUAL}
    allowed = [purpose for purpose in Purpose if purpose in held & licensed]
    return sorted(allowed, key=lambda purpose: purpose not in usual)


def _demo_name(role: Role) -> str:
    """Demo ICB analyst, Demo finance."""
    name = ROLE_NAMES[role]
    return f"Demo {name if name.startswith(('ICB', 'IG')) else name.lower()}"


def _one(code: str | None) -> frozenset[str]:
    return frozenset() if code is None else frozenset({code})
