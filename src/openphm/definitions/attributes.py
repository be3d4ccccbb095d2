"""Attributes: what else is true of a person for a time, such as frailty, smoking or a care home.

`method` says how the attribute is found. Those that look at codes use the same tables; the others name
the records they read. docs/reference/definitions.md explains each method.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from openphm.definitions.codelists import Code, Codelist
from openphm.definitions.definition import Definition
from openphm.definitions.entry import Entry
from openphm.definitions.header import HEADER_KEYS
from openphm.definitions.problems import Problems

KINDS = ("flag", "number", "text")
METHODS = (
    "any_code", "latest_code", "latest_value", "latest_value_or_code", "any_medicine", "count_medicines",
    "any_condition", "count_conditions", "count_deficits", "coded_else_band", "mental_health_flag",
    "care_home", "open_pathway", "recent_referral", "open_service", "latest_record", "area", "household",
    "computed",
)  # fmt: skip


@dataclass(frozen=True)
class AttributeCode:
    """A code of an attribute, with what it says and how long it holds."""

    code: Code
    value_text: str | None
    value_number: float | None
    lookback_months: int | None


@dataclass(frozen=True)
class Deficit:
    """One of the deficits that a frailty index counts: codes, conditions or another attribute."""

    id: str
    number: int
    name: str
    codes: tuple[Code, ...]
    conditions: tuple[str, ...]
    attribute: str | None


@dataclass(frozen=True)
class Band:
    """A named range of a number, lower limit inclusive, upper limit exclusive."""

    band: str
    from_: float
    below: float


@dataclass(frozen=True)
class Attribute:
    """An attribute. `kind` flag: holds or not; number: is compared; text: one of `values`."""

    id: str
    name: str
    kind: str
    method: str
    values: tuple[str, ...]
    lowest: float | None
    highest: float | None
    lookback_months: int | None
    min_age: int | None
    max_age: int | None
    is_stored: bool
    codes: tuple[AttributeCode, ...]
    conditions: tuple[str, ...]
    parameters: Mapping[str, Any]
    bands: tuple[Band, ...]
    deficits: tuple[Deficit, ...]


def read_attributes(
    definitions: Iterable[Definition],
    codelists: Mapping[str, Codelist],
    conditions: Iterable[str],
    problems: Problems,
) -> dict[str, Attribute]:
    """All attributes by id without folder."""
    known = set(conditions)
    found = {one.name: _read(one, codelists, known, problems) for one in definitions}
    for attribute in found.values():
        for deficit in attribute.deficits:
            if deficit.attribute is not None and deficit.attribute not in found:
                where = f"attributes/{attribute.id}, deficits.{deficit.id}"
                problems.add_unknown(where, deficit.attribute, found, thing="attribute")
    return found


def _read(
    definition: Definition, codelists: Mapping[str, Codelist], conditions: set[str], problems: Problems
) -> Attribute:
    entry = Entry(definition.body, definition.label, problems)
    entry.allow(*HEADER_KEYS, "note", "based_on")
    kind, values = entry.choice("kind", KINDS, thing="kind"), entry.texts("values")
    lookback = entry.integer("lookback_months", None, minimum=1)
    if kind == "text" and not values:
        problems.add(entry.at("values"), "a text attribute names no values.", remedy="list what it can be")
    found = Attribute(
        id=definition.name,
        name=definition.title,
        kind=kind,
        method=entry.choice("method", METHODS, thing="method"),
        values=values,
        lowest=entry.number("lowest", None),
        highest=entry.number("highest", None),
        lookback_months=lookback,
        min_age=entry.integer("min_age", None),
        max_age=entry.integer("max_age", None),
        is_stored=entry.flag("is_stored", True),
        codes=_read_codes(entry, codelists, values, lookback),
        conditions=_known_names(entry, "conditions", conditions),
        parameters=_read_parameters(entry),
        bands=tuple(_read_band(one, values) for one in entry.entries("bands")),
        deficits=tuple(_read_deficit(one, codelists, conditions) for one in entry.entries("deficits")),
    )
    entry.done()
    return found


def _read_codes(
    entry: Entry, codelists: Mapping[str, Codelist], values: tuple[str, ...], lookback: int | None
) -> tuple[AttributeCode, ...]:
    found: list[AttributeCode] = []
    for one in entry.entries("codes"):
        name, number = one.text("codelist"), one.number("number", None)
        value = one.choice("value", values, None, thing="value of this attribute") if values else None
        months = one.integer("lookback_months", lookback, minimum=1)
        one.done()
        if name is not None and name not in codelists:
            one.problems.add_unknown(one.at("codelist"), name, codelists, thing="code list")
        elif name is not None:
            found += [AttributeCode(code, value, number, months) for code in codelists[name].codes]
    return tuple(found)


def _known_names(entry: Entry, key: str, known: set[str]) -> tuple[str, ...]:
    names = entry.texts(key)
    for name in names:
        if name not in known:
            entry.problems.add_unknown(entry.at(key), name, known, thing="condition")
    return names


def _read_parameters(entry: Entry) -> dict[str, Any]:
    value = entry.raw("parameters")
    return dict(value) if isinstance(value, dict) else {}


def _read_band(entry: Entry, values: tuple[str, ...]) -> Band:
    band = entry.choice("band", values, thing="value of this attribute")
    found = Band(band, entry.number("from") or 0.0, entry.number("below") or 0.0)
    if found.below <= found.from_:
        entry.problems.add(entry.where, f"the band ends at {found.below} before it begins ({found.from_}).")
    entry.done()
    return found


def _read_deficit(entry: Entry, codelists: Mapping[str, Codelist], conditions: set[str]) -> Deficit:
    name = entry.text("codelist", None)
    if name is not None and name not in codelists:
        entry.problems.add_unknown(entry.at("codelist"), name, codelists, thing="code list")
    found = Deficit(
        id=entry.text("id"),
        number=entry.integer("number", minimum=1),
        name=entry.text("name"),
        codes=codelists[name].codes if name in codelists else (),
        conditions=_known_names(entry, "conditions", conditions),
        attribute=entry.text("attribute", None),
    )
    entry.done()
    if not (found.codes or found.conditions or found.attribute):
        entry.problems.add(entry.where, f"the deficit '{found.id}' names nothing to find it by.",
                           allowed="codelist, conditions or attribute")  # fmt: skip
    return found
