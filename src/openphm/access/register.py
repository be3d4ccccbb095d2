"""The register: organisations, who works for them in which role, and what each sub-licence allows.

One YAML file, read and checked as a whole. It is asked again for every command and every page, so a
membership or sub-licence that ended yesterday gives nothing today. It holds no patient.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from openphm.access.register_file import Membership, Organisation, Person, RegisterFile, SubLicence, read_file
from openphm.access.users import Role, User
from openphm.core.errors import AccessRefused, nearest


@dataclass(frozen=True)
class AccessRegister:
    """What the file says, asked as at a day."""

    file: RegisterFile

    @classmethod
    def read(cls, path: Path) -> AccessRegister:
        """The register in a file. Raises DefinitionError with every problem."""
        return cls(read_file(path))

    @property
    def people(self) -> Mapping[str, Person]:
        """People by the name they sign in with."""
        return self.file.people

    @property
    def organisations(self) -> Mapping[str, Organisation]:
        """Organisations by code."""
        return self.file.organisations

    @property
    def sub_licences(self) -> tuple[SubLicence, ...]:
        """Every sub-licence, ended ones too."""
        return self.file.sub_licences

    def name_of(self, issuer: str, subject: str) -> str | None:
        """Who a sign-in provider's (issuer, subject) is; None when nobody here."""
        for person in self.people.values():
            if person.subject and (person.issuer, person.subject) == (issuer, subject):
                return person.name
        return None

    def memberships(self, name: str, on: date) -> tuple[Membership, ...]:
        """Those of a person that hold on a day: begun, not ended, trained, and licensed where needed."""
        person = self.people.get(name)
        return () if person is None else tuple(one for one in person.memberships if not self.why_not(one, on))

    def why_not(self, membership: Membership, on: date) -> str:
        """Why a membership gives nothing on a day; empty when it holds."""
        person = self.people[membership.person]
        if not membership.first <= on <= membership.last:
            return f"the membership runs from {membership.first} to {membership.last}"
        if person.training_expires < on:
            return f"the information governance training expired on {person.training_expires}"
        organisation = self.organisations[membership.organisation]
        if organisation.needs_sub_licence and not self._licences(membership, on):
            return f"{organisation.name} has no sub-licence in force"
        return ""

    def user(self, name: str, on: date, role: Role | str | None = None) -> User:
        """The user of a name as at a day, in one of their roles.

        role: needed by those who hold several; nobody acts in two at once. Raises AccessRefused.
        """
        if name not in self.people:
            raise AccessRefused(
                f"user '{name[:60]}'",
                "the register does not know this person",
                "Who may ask is written in the register beside the store.",
                "ask whoever keeps the register",
            )
        held = self.memberships(name, on)
        chosen = [one for one in held if role is None or one.role == role]
        if len(chosen) != 1:
            raise self._not_one(name, on, held, role)
        return self._user(chosen[0], on)

    def _user(self, membership: Membership, on: date) -> User:
        organisation = self.organisations[membership.organisation]
        roles = frozenset({membership.role})
        if organisation.needs_sub_licence:
            licences = self._licences(membership, on)
            return User(
                membership.person,
                roles,
                practices=frozenset(code for one in licences for code in one.practices),
                pcns=frozenset(code for one in licences for code in one.pcns),
                purposes=frozenset(purpose for one in licences for purpose in one.purposes),
                granularity=min((one.granularity for one in licences), key=lambda one: one == "person"),
            )
        own = frozenset({organisation.code})
        if organisation.kind == "practice":
            return User(membership.person, roles, practices=own)
        return User(membership.person, roles, pcns=own if organisation.is_place else frozenset())

    def _licences(self, membership: Membership, on: date) -> list[SubLicence]:
        return [
            one
            for one in self.sub_licences
            if one.organisation == membership.organisation and one.first <= on <= one.last
        ]

    def _not_one(
        self, name: str, on: date, held: tuple[Membership, ...], role: Role | str | None
    ) -> AccessRefused:
        where = f"user '{name[:60]}'"
        if not held:
            reasons = sorted({self.why_not(one, on) for one in self.people[name].memberships})
            found = "; ".join(reasons) or "the register gives this person no membership"
            return AccessRefused(where, found, "", "ask whoever keeps the register to renew it")
        roles = sorted({str(one.role) for one in held})
        if role is not None and role not in roles:
            near = nearest(str(role), roles)
            remedy = f"act as '{near or roles[0]}'"
            return AccessRefused(
                where, f"this person is no '{role}'", f"Roles held: {', '.join(roles)}.", remedy
            )
        return AccessRefused(
            where,
            "this person holds several memberships, and acts in one at a time",
            f"Roles held: {', '.join(roles)}.",
            f"set OPENPHM_ROLE to one of them, such as {roles[0]}",
        )
