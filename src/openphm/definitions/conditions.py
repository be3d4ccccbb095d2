"""Conditions: what a person lives with, known from GP codes, hospital codes and medicines.

A condition is there from its first evidence. A resolved code later than the last onset code ends it;
evidence with a look-back ends by itself so many months after it. It may come back as a new spell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openphm.definitions.codelists import SYSTEMS, Code, Codelist
from openphm.definitions.definition import Definition
from openphm.definitions.entry import Entry
from openphm.definitions.header import HEADER_KEYS
from openphm.definitions.problems import Problems

FOUND_IN = ("gp", "hospital", "medicine")


@dataclass(frozen=True)
class Evidence:
    """Where a condition is found: the codes, in whose records, and how long they hold."""

    found_in: str
    codes: tuple[Code, ...]
    lookback_months: int | None
    min_age: int | None


@dataclass(frozen=True)
class Condition:
    """A condition. `count_group`: conditions of one group count as one in multimorbidity."""

    id: str
    name: str
    system: str
    is_counted: bool
    count_group: str
    min_age: int | None
    evidence: tuple[Evidence, ...]

    @property
    def is_mental_health(self) -> bool:
        """A mental health condition."""
        return self.system == "mental health"

    @property
    def lookback_months(self) -> int | None:
        """The one look-back of all evidence; None when some evidence holds for good."""
        months = {one.lookback_months for one in self.evidence}
        return months.pop() if len(months) == 1 else None


def read_conditions(
    definitions: Iterable[Definition], codelists: Mapping[str, Codelist], problems: Problems
) -> dict[str, Condition]:
    """All conditions by id without folder."""
    found = {one.name: _read(one, codelists, problems) for one in definitions}
    for id_, condition in found.items():
        if condition.count_group and condition.count_group not in found:
            problems.add_unknown(
                f"conditions/{id_}, count_group", condition.count_group, found, thing="condition"
            )
    return found


def _read(definition: Definition, codelists: Mapping[str, Codelist], problems: Problems) -> Condition:
    entry = Entry(definition.body, definition.label, problems)
    entry.allow(*HEADER_KEYS, "note", "weights", "based_on")
    min_age = entry.integer("min_age", None)
    evidence = tuple(_read_evidence(one, codelists, min_age) for one in entry.entries("evidence"))
    if not evidence:
        problems.add(
            entry.at("evidence"), "no evidence is named.", remedy="add `- {found_in: gp, codelist: ...}`"
        )
    found = Condition(
        id=definition.name,
        name=definition.title,
        system=entry.text("system"),
        is_counted=bool(entry.flag("is_counted")),
        count_group=entry.text("count_group", definition.name),
        min_age=min_age,
        evidence=evidence,
    )
    entry.done()
    return found


def _read_evidence(entry: Entry, codelists: Mapping[str, Codelist], min_age: int | None) -> Evidence:
    name, system = entry.text("codelist"), entry.choice("system", SYSTEMS, thing="coding system")
    codes: tuple[Code, ...] = ()
    if name is not None and name not in codelists:
        entry.problems.add_unknown(entry.at("codelist"), name, codelists, thing="code list")
    elif name is not None:
        codes = codelists[name].of(system)
        if not codes:
            entry.problems.add(
                entry.where,
                f"the code list '{name}' has no {system} codes.",
                allowed=f"a system of this list: {', '.join(sorted(codelists[name].systems))}",
                remedy="add codes to the list, or drop this line of evidence",
            )
    found = Evidence(
        found_in=entry.choice("found_in", FOUND_IN, thing="place to find it"),
        codes=codes,
        lookback_months=entry.integer("lookback_months", None, minimum=1),
        min_age=entry.integer("min_age", min_age),
    )
    entry.done()
    return found
