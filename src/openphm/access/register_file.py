"""Read and check the register's file: nouns, and every problem of the file at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from openphm.access.scope import Granularity, Purpose
from openphm.access.users import Role
from openphm.core.identifiers import ODSCode
from openphm.definitions.entry import Entry
from openphm.definitions.own_file import read_own_file
from openphm.definitions.problems import Problems

KINDS = ("icb", "practice", "pcn", "trust", "local_authority", "voluntary", "supplier")
ICB_ROLES = (Role.ICB_ANALYST, Role.SUPER_USER, Role.IG_LEAD, Role.ADMIN)
CODES = "an ODS code such as A12345 or U12345"
OPEN_END = date(9999, 12, 31)


@dataclass(frozen=True)
class Organisation:
    """An organisation, by its ODS code."""

    code: str
    kind: str
    name: str

    @property
    def is_place(self) -> bool:
        """A practice or network: its people are its own."""
        return self.kind in ("practice", "pcn")

    @property
    def needs_sub_licence(self) -> bool:
        """Neither the board nor a place: what it sees, a sub-licence says."""
        return not self.is_place and self.kind != "icb"


@dataclass(frozen=True)
class Membership:
    """A person's role in an organisation, from a first to a last day."""

    person: str
    organisation: str
    role: Role
    first: date
    last: date


@dataclass(frozen=True)
class Person:
    """Somebody who may sign in.

    name             the login of a terminal, or what the suite shows
    issuer, subject  who they are to a sign-in provider; empty for terminals
    """

    name: str
    memberships: tuple[Membership, ...]
    training_expires: date
    issuer: str = ""
    subject: str = ""


@dataclass(frozen=True)
class SubLicence:
    """Whose people an organisation may see, how fine, for what, and how long."""

    id: str
    organisation: str
    practices: frozenset[str]
    pcns: frozenset[str]
    purposes: frozenset[Purpose]
    granularity: Granularity
    first: date
    last: date


@dataclass(frozen=True)
class RegisterFile:
    """What a register file says."""

    organisations: Mapping[str, Organisation]
    people: Mapping[str, Person]
    sub_licences: tuple[SubLicence, ...]
    sha256: str


def read_file(path: Path) -> RegisterFile:
    """A register. Raises DefinitionError with every problem of the file."""
    problems = Problems()
    file = read_own_file(path, problems, thing="register")
    problems.raise_if_any()
    assert file is not None  # a file that cannot be read is a problem
    entry = Entry(file.body, file.label, problems)
    entry.allow("version", "note")
    organisations = {one.code: one for one in map(_organisation, entry.entries("organisations"))}
    people = [_person(one, organisations) for one in entry.entries("people")]
    licences = tuple(_licence(one, organisations) for one in entry.entries("sub_licences"))
    for name in _twice(one.name for one in people):
        problems.add(entry.at("people"), f"'{name}' stands here twice.", remedy="put both in one entry")
    entry.done()
    problems.raise_if_any()
    return RegisterFile(organisations, {one.name: one for one in people}, licences, file.sha256)


def _organisation(entry: Entry) -> Organisation:
    code = entry.text("code")
    if code is not None and ODSCode.parse(code) is None:
        entry.problems.add(
            entry.at("code"), "this is no ODS code.", allowed="a code such as A12345 or U12345"
        )
    made = Organisation(
        str(code), entry.choice("kind", KINDS, thing="kind of organisation"), entry.text("name")
    )
    entry.done()
    return made


def _person(entry: Entry, organisations: Mapping[str, Organisation]) -> Person:
    name = str(entry.text("name"))
    memberships = tuple(_membership(one, name, organisations) for one in entry.entries("memberships"))
    if entry.has("issuer") != entry.has("subject"):
        entry.problems.add(entry.where, "a sign-in needs both `issuer` and `subject`.")
    made = Person(
        name, memberships, entry.day("training_expires"), entry.text("issuer", ""), entry.text("subject", "")
    )
    entry.done()
    return made


def _membership(entry: Entry, person: str, organisations: Mapping[str, Organisation]) -> Membership:
    organisation = entry.choice("organisation", organisations, thing="organisation of this register")
    role = entry.choice("role", [str(one) for one in Role], thing="role")
    known = organisations.get(organisation or "")
    if role in ICB_ROLES and known is not None and known.kind != "icb":
        entry.problems.add(
            entry.at("role"),
            f"'{role}' is a role of an integrated care board.",
            allowed="provider_analyst, clinician, care_coordinator, finance or executive here",
        )
    made = Membership(person, str(organisation), Role(role) if role else Role.EXECUTIVE, *_days(entry))
    entry.done()
    return made


def _licence(entry: Entry, organisations: Mapping[str, Organisation]) -> SubLicence:
    purposes = [one for one in entry.texts("purposes") if _is_purpose(entry, one)]
    finest = entry.choice("granularity", [str(one) for one in Granularity], "aggregate")
    made = SubLicence(
        entry.text("id"),
        str(entry.choice("organisation", organisations, thing="organisation of this register")),
        frozenset(entry.texts("practices")),
        frozenset(entry.texts("pcns")),
        frozenset(Purpose(one) for one in purposes),
        Granularity(finest or Granularity.AGGREGATE),
        *_days(entry),
    )
    for code in sorted(made.practices | made.pcns):
        if ODSCode.parse(code) is None:
            entry.problems.add(
                entry.where, "a place is no ODS code.", allowed="codes such as A12345 or U12345"
            )
    entry.done()
    return made


def _is_purpose(entry: Entry, name: str) -> bool:
    if name in list(Purpose):
        return True
    entry.problems.add_unknown(entry.at("purposes"), name, [str(one) for one in Purpose], thing="purpose")
    return False


def _days(entry: Entry) -> tuple[date, date]:
    first, last = entry.day("from"), entry.day("until", OPEN_END)
    if first is not None and last is not None and last < first:
        entry.problems.add(entry.at("until"), "it ends before it begins.", allowed="a day on or after `from`")
    return first, last


def _twice(names: Iterable[str]) -> list[str]:
    return sorted(name for name, times in Counter(names).items() if times > 1)
