"""Segments: ordered rules; the first that holds wins.

So everybody is in exactly one subsegment: never in two, because the first rule ends the search; never
in none, because the last one holds for everyone. This reader proves both from the file. The criteria
inside are in the criteria language; here only the names they use are checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from openphm.definitions.definition import Definition
from openphm.definitions.entry import Entry
from openphm.definitions.header import HEADER_KEYS
from openphm.definitions.names import Names, check_criteria
from openphm.definitions.problems import Problems


@dataclass(frozen=True)
class Subsegment:
    """One rule of the waterfall. `criteria` is plain data of the criteria language."""

    position: int
    code: str
    segment_code: str
    name: str
    criteria: Mapping[str, Any]


@dataclass(frozen=True)
class SegmentModel:
    """A waterfall of rules over the whole population."""

    id: str
    segments: Mapping[str, str]
    subsegments: tuple[Subsegment, ...]


def read_segments(
    definitions: Iterable[Definition], names: Names, problems: Problems
) -> dict[str, SegmentModel]:
    """All segment models by id without folder."""
    return {one.name: _read(one, names, problems) for one in definitions}


def _read(definition: Definition, names: Names, problems: Problems) -> SegmentModel:
    entry = Entry(definition.body, definition.label, problems)
    entry.allow(*HEADER_KEYS, "note", "based_on", "parameters")
    segments = {one.text("code"): one.text("name") for one in entry.entries("segments")}
    rules: list[Subsegment] = []
    for position, one in enumerate(entry.entries("subsegments"), start=1):
        one.allow("confidence", "note")
        segment = one.choice("segment", segments, thing="segment")
        criteria = one.raw("criteria")
        rules.append(Subsegment(position, one.text("code"), segment, one.text("name"), criteria))
        check_criteria(criteria, one.at("criteria"), names, problems)
        one.done()
    entry.done()
    _prove(entry, rules)
    return SegmentModel(definition.name, segments, tuple(rules))


def _prove(entry: Entry, rules: list[Subsegment]) -> None:
    """Each code once, the last rule for everyone, and no other rule for everyone before it."""
    place: dict[str, int] = {}
    for number, rule in enumerate(rules):
        other = place.setdefault(rule.code, number)
        if other != number:
            entry.problems.add(
                f"{entry.at('subsegments')}[{number}].code",
                f"'{rule.code}' is used twice (also at subsegments[{other}]).",
                allowed="each code once, because each person falls in exactly one subsegment",
                remedy="give one of them another code, or merge the two rules",
            )
        if _holds_for_everyone(rule.criteria) and number < len(rules) - 1:
            entry.problems.add(
                f"{entry.at('subsegments')}[{number}].criteria",
                f"'{rule.code}' holds for everyone, so no later rule can ever win.",
                remedy="move it to the end",
            )
    if not rules or not _holds_for_everyone(rules[-1].criteria):
        entry.problems.add(
            entry.at("subsegments"),
            "the last rule does not hold for everyone, so somebody could be in no subsegment.",
            allowed="`criteria: {everyone: true}` in the last one",
        )


def _holds_for_everyone(criteria: Any) -> bool:
    return isinstance(criteria, dict) and criteria.get("everyone") is True
