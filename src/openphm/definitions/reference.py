"""Reference facts: what the codes of national sets mean in our words, and ethnic categories."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from openphm.definitions.definition import Definition
from openphm.definitions.entry import Entry
from openphm.definitions.header import HEADER_KEYS
from openphm.definitions.problems import Problems


@dataclass(frozen=True, order=True)
class Mapped:
    """One code (and a second one, * for any) and what it means."""

    map_id: str
    code: str
    second_code: str
    value: str


@dataclass(frozen=True)
class EthnicCategory:
    """An NHS ethnic category. `group` is None when nothing is stated."""

    code: str
    name: str
    group: str | None
    is_recorded: bool
    is_minority: bool


@dataclass(frozen=True)
class Reference:
    """All reference facts."""

    maps: tuple[Mapped, ...] = ()
    ethnic_categories: tuple[EthnicCategory, ...] = ()


def read_reference(definitions: Iterable[Definition], problems: Problems) -> Reference:
    """All reference facts of all files."""
    maps: list[Mapped] = []
    categories: list[EthnicCategory] = []
    for definition in definitions:
        entry = Entry(definition.body, definition.label, problems)
        entry.allow(*HEADER_KEYS, "note", "based_on")
        for map_id, one in entry.named_entries("maps"):
            maps += _read_map(map_id, one)
        categories += [_read_category(one) for one in entry.entries("categories")]
        entry.done()
    return Reference(tuple(maps), tuple(categories))


def _read_map(map_id: str, entry: Entry) -> list[Mapped]:
    entry.text("meaning")
    rows = entry.raw("rows")
    entry.done()
    found: list[Mapped] = []
    seen: set[tuple[str, str]] = set()
    for number, row in enumerate(rows if isinstance(rows, list) else []):
        if not isinstance(row, list) or len(row) != 3:
            entry.problems.add(
                f"{entry.where}.rows[{number}]", "this is not a row.", allowed="[code, second code, word]"
            )
            continue
        one = Mapped(map_id, *(str(item) for item in row))
        if (one.code, one.second_code) in seen:
            entry.problems.add(
                f"{entry.where}.rows[{number}]", f"'{one.code}' is mapped twice.", remedy="keep one"
            )
        seen.add((one.code, one.second_code))
        found.append(one)
    return found


def _read_category(entry: Entry) -> EthnicCategory:
    found = EthnicCategory(
        entry.text("code"),
        entry.text("name"),
        entry.text("group", None),
        bool(entry.flag("is_recorded")),
        bool(entry.flag("is_minority")),
    )
    entry.done()
    return found
