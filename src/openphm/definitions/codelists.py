"""Code lists: which codes say it, by coding system and role.

onset       evidence that it is there
resolved    evidence that it is over
not         never evidence, although it looks like it (family history, suspected, excluded)

ICD-10 and BNF entries are beginnings of codes; the others are whole codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from openphm.definitions.definition import Definition
from openphm.definitions.entry import Entry
from openphm.definitions.header import HEADER_KEYS
from openphm.definitions.problems import Problems
from openphm.definitions.snomed import is_concept_id

ROLES = ("onset", "resolved", "not")
_FORMS = {
    "snomed": re.compile(r"[1-9][0-9]{5,17}"),
    "dmd": re.compile(r"[1-9][0-9]{5,17}"),
    "icd10": re.compile(r"[A-Z][0-9]{1,5}"),
    "bnf": re.compile(r"[0-9]{2,7}[0-9A-Z]{0,8}"),
    "opcs4": re.compile(r"[A-Z][0-9]{1,3}"),
    "loinc": re.compile(r"[0-9]{1,6}-[0-9]"),
}
SYSTEMS = tuple(_FORMS)
PREFIXED = frozenset({"icd10", "bnf", "opcs4"})
_CHECKED = frozenset({"snomed", "dmd"})


@dataclass(frozen=True, order=True)
class Code:
    """One code of a list."""

    system: str
    role: str
    code: str

    @property
    def match(self) -> str:
        """`prefix` when it is the beginning of codes, else `exact`."""
        return "prefix" if self.system in PREFIXED else "exact"


@dataclass(frozen=True)
class Codelist:
    """A list of codes for one idea. A site replaces a draft by its own refset in the overlay."""

    name: str
    status: str
    codes: tuple[Code, ...]
    refsets: tuple[str, ...] = ()

    def of(self, system: str | None) -> tuple[Code, ...]:
        """The codes of one system, or all."""
        return tuple(code for code in self.codes if system in (None, code.system))

    @property
    def systems(self) -> frozenset[str]:
        """The coding systems it has codes of."""
        return frozenset(code.system for code in self.codes)


def read_codelists(definitions: Iterable[Definition], problems: Problems) -> dict[str, Codelist]:
    """All code lists by name."""
    return {one.name: _read(one, problems) for one in definitions}


def _read(definition: Definition, problems: Problems) -> Codelist:
    entry = Entry(definition.body, definition.label, problems)
    entry.allow(*HEADER_KEYS, "codes_csv", "note", "based_on")
    codes: list[Code] = []
    for system, one in entry.named_entries("codes"):
        if system not in SYSTEMS:
            problems.add_unknown(one.where, system, SYSTEMS, thing="coding system")
            continue
        for role in ROLES:
            codes += [
                Code(system, role, code) for code in one.texts(role) if _is_well_formed(one, system, code)
            ]
        one.done()
    if not codes:
        problems.add(
            entry.at("codes"), "the list has no codes.", remedy="add codes, or name a codes_csv file"
        )
    _check_repeats(entry, codes)
    found = Codelist(definition.name, definition.status, tuple(codes), entry.texts("refsets"))
    entry.done()
    return found


def _is_well_formed(entry: Entry, system: str, code: str) -> bool:
    if _FORMS[system].fullmatch(code) is None:
        entry.problems.add(
            entry.where,
            f"'{code}' is not a {system} code.",
            allowed="no dots, no spaces; SNOMED CT and dm+d as whole numbers in quotes",
            remedy="spreadsheets round long codes and drop leading zeros: export the list as text",
        )
        return False
    if system in _CHECKED and not is_concept_id(code):
        entry.problems.add(
            entry.where,
            f"'{code}' is not a concept id: its check digit is wrong, or it is a description id.",
            remedy="look the code up again; one digit is off",
        )
        return False
    return True


def _check_repeats(entry: Entry, codes: list[Code]) -> None:
    first: dict[tuple[str, str], Code] = {}
    for code in codes:
        other = first.setdefault((code.system, code.code), code)
        if other is not code:
            entry.problems.add(
                f"{entry.at('codes')}.{code.system}.{code.role}",
                f"'{code.code}' stands twice (also under {other.role}).",
                allowed="each code once, with one role",
            )
