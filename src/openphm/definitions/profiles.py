"""Profiles: the rows by which a cohort is described, next to everybody registered in scope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from openphm.definitions.definition import Definition
from openphm.definitions.entry import Entry
from openphm.definitions.header import HEADER_KEYS
from openphm.definitions.names import Names, check_criteria
from openphm.definitions.problems import Problems

KINDS = ("share_of", "mean_of", "use_of", "cost_of")
AGE = "age"
ALL = "all"


@dataclass(frozen=True)
class ProfileRow:
    """One row of a profile.

    kind  share_of: people for whom a criterion (`of`, plain data) holds; mean_of: an attribute that is a
          number, or age; use_of: activity of points of delivery in 12 months; cost_of: its pounds
    """

    id: str
    title: str
    group: str
    unit: str
    kind: str
    of: Any


@dataclass(frozen=True)
class Profile:
    """Rows in the order in which they are read.

    each_condition  the heading under which every condition gets a row; empty for none
    """

    id: str
    title: str
    rows: tuple[ProfileRow, ...]
    each_condition: str = ""


def read_profiles(definitions: Iterable[Definition], names: Names, problems: Problems) -> dict[str, Profile]:
    """All profiles by id without folder."""
    found = {}
    for one in definitions:
        entry = Entry(one.body, one.label, problems)
        entry.allow(*HEADER_KEYS, "note", "based_on", "parameters")
        rows = tuple(_row(row, names) for row in entry.entries("rows"))
        found[one.name] = Profile(
            entry.text("id"), entry.text("title"), rows, entry.text("each_condition", "")
        )
        _once(entry, rows)
        entry.done()
    return found


def _row(entry: Entry, names: Names) -> ProfileRow:
    words = [word for word in KINDS if entry.has(word)]
    if len(words) != 1:
        entry.problems.add(
            entry.where, f"{len(words)} words say what the row shows.", allowed=f"one of {', '.join(KINDS)}"
        )
    kind = words[0] if words else ""
    of = entry.raw(kind) if kind else None
    _check(entry, kind, of, names)
    found = ProfileRow(
        entry.text("id"), entry.text("title"), entry.text("group"), entry.text("unit"), kind, of
    )
    entry.done()
    return found


def _check(entry: Entry, kind: str, of: Any, names: Names) -> None:
    """The names that a row uses exist."""
    if kind == "share_of":
        check_criteria(of, entry.at(kind), names, entry.problems)
    elif kind == "mean_of" and of != AGE and of not in names.attributes:
        entry.problems.add_unknown(entry.at(kind), str(of), names.attributes, thing="attribute")
    elif kind in ("use_of", "cost_of") and of != ALL:
        for name in entry.texts(kind):
            if name not in names.points_of_delivery:
                entry.problems.add_unknown(entry.at(kind), name, names.points_of_delivery, thing="activity")


def _once(entry: Entry, rows: tuple[ProfileRow, ...]) -> None:
    ids = [row.id for row in rows]
    for id_ in sorted({one for one in ids if ids.count(one) > 1}):
        entry.problems.add(entry.at("rows"), f"'{id_}' is used twice.", allowed="each id once")
