"""The outcomes framework: for each segment objectives, and key results that show whether they are met.

A key result is a measure of the people of a segment or subsegment, the way it should go, and a target
where one has been agreed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from openphm.definitions.definition import Definition
from openphm.definitions.entry import Entry
from openphm.definitions.header import HEADER_KEYS
from openphm.definitions.measures import DIRECTIONS, MeasureFile
from openphm.definitions.problems import Problems

ALL = "all"


@dataclass(frozen=True)
class KeyResult:
    """One measure that shows whether an objective is met.

    population  codes of segments or subsegments; empty for everybody
    direction   the way it should go
    target      the value it should reach; None where none has been agreed
    """

    id: str
    measure: str
    population: tuple[str, ...]
    direction: str
    target: float | None = None


@dataclass(frozen=True)
class Objective:
    """What is wanted for the people of a segment."""

    id: str
    title: str
    key_results: tuple[KeyResult, ...]


@dataclass(frozen=True)
class OutcomeFile:
    """The objectives of one segment, or of everybody ("all")."""

    id: str
    segment: str
    title: str
    objectives: tuple[Objective, ...]


def read_outcomes(
    definitions: Iterable[Definition],
    measures: Mapping[str, MeasureFile],
    codes: Collection[str],
    problems: Problems,
) -> dict[str, OutcomeFile]:
    """All frameworks by id without folder. Notes unknown measures, segments and repeated ids."""
    found: dict[str, OutcomeFile] = {}
    seen: dict[str, str] = {}
    for one in definitions:
        entry = Entry(one.body, one.label, problems)
        entry.allow(*HEADER_KEYS, "note", "based_on", "parameters")
        segment = entry.choice("segment", (*sorted(codes), ALL), thing="segment")
        objectives = tuple(
            _objective(inner, segment or ALL, measures, codes) for inner in entry.entries("objectives")
        )
        if not objectives:
            problems.add(entry.at("objectives"), "there is none.", allowed="at least one objective")
        entry.done()
        _once(objectives, seen, one.label, problems)
        found[one.name] = OutcomeFile(one.name, segment or ALL, one.title, objectives)
    return found


def _objective(
    entry: Entry, segment: str, measures: Mapping[str, MeasureFile], codes: Collection[str]
) -> Objective:
    id_, title = entry.text("id"), entry.text("title")
    results = tuple(_key_result(one, segment, measures, codes) for one in entry.entries("key_results"))
    if not results:
        entry.problems.add(entry.at("key_results"), "there is none.", allowed="at least one key result")
    entry.done()
    return Objective(id_ or "", title or "", results)


def _key_result(
    entry: Entry, segment: str, measures: Mapping[str, MeasureFile], codes: Collection[str]
) -> KeyResult:
    measure = entry.choice("measure", measures, thing="measure")
    population = entry.texts("population") or (() if segment == ALL else (segment,))
    for code in population:
        if code not in codes:
            entry.problems.add_unknown(entry.at("population"), code, codes, thing="segment")
    default = measures[measure].direction if measure else "monitor"
    direction = entry.choice("direction", DIRECTIONS, default, thing="direction")
    target = entry.number("target", None)
    id_ = entry.text("id", "") or measure or ""
    entry.done()
    return KeyResult(id_, measure or "", population, direction or "monitor", target)


def _once(objectives: Iterable[Objective], seen: dict[str, str], label: str, problems: Problems) -> None:
    """Each key result has an id of its own in the whole framework: pages and targets are found by it."""
    for objective in objectives:
        for result in objective.key_results:
            if result.id in seen:
                problems.add(
                    f"{label}, objectives.{objective.id}",
                    f"the key result '{result.id}' stands twice (also in {seen[result.id]}).",
                    remedy="give one of them an `id:` of its own",
                )
            seen.setdefault(result.id, label)
