"""Cohorts as definitions: the criteria of people to find, with a name for each step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openphm.definitions.definition import Definition
from openphm.definitions.entry import Entry
from openphm.definitions.frozen import thaw
from openphm.definitions.header import HEADER_KEYS
from openphm.definitions.names import Names, check_criteria
from openphm.definitions.own_file import read_own_file
from openphm.definitions.problems import Problems

CRITERIA_WORDS = (
    "criteria", "all", "any", "not", "of", "everyone", "attribute", "condition", "activity", "place",
    "segment", "cohort", "codelist", "before", "after",
)  # fmt: skip
# What may stand beside one of these when a criterion is written straight into the file.
SETTINGS = (
    "at_least", "at_most", "above", "below", "any_of", "ever", "onset_within_months", "within_months",
    "count_at_least", "count_at_most", "cost_at_least_gbp", "cost_at_most_gbp", "within_days",
)  # fmt: skip
UNNAMED = "cohorts/unnamed"


@dataclass(frozen=True)
class Published:
    """A figure that somebody published of a cohort like this, with its source."""

    measure: str
    value: float
    unit: str
    source: str


@dataclass(frozen=True)
class CohortFile:
    """A cohort definition.

    criteria      plain data of the criteria language
    names         a plain-language name for each step (each part of a top-level `all`); may be empty
    intervention  the service specification of what these people are offered
    published     figures that others published, to be shown beside ours
    frozen        checksum, build, date and count of a definition that was frozen; empty for others
    """

    id: str
    version: str
    title: str
    criteria: Any
    names: tuple[str, ...] = ()
    intervention: str = ""
    published: tuple[Published, ...] = ()
    frozen: Mapping[str, Any] = field(default_factory=dict)
    sha256: str = ""
    label: str = "cohort"


def read_cohorts(
    definitions: Iterable[Definition], names: Names, problems: Problems
) -> dict[str, CohortFile]:
    """All cohorts by id without folder; notes every problem."""
    found = {}
    for one in definitions:
        entry = Entry(one.body, one.label, problems)
        file = _read(entry, one.sha256)
        check_criteria(file.criteria, one.label, names, problems)
        found[one.name] = file
    return found


def read_cohort(body: Mapping[str, Any], label: str, sha256: str = "") -> CohortFile:
    """One cohort from plain data, with or without a header. Raises DefinitionError."""
    problems = Problems()
    file = _read(Entry(thaw(body), label, problems), sha256)
    problems.raise_if_any()
    return file


def read_cohort_file(path: Path) -> CohortFile:
    """One cohort from a YAML file of the user. Raises DefinitionError with every problem."""
    problems = Problems()
    file = read_own_file(path, problems, thing="cohort")
    problems.raise_if_any()
    assert file is not None
    return read_cohort(file.body, file.label, file.sha256)


def _read(entry: Entry, sha256: str) -> CohortFile:
    entry.allow(*HEADER_KEYS, "note", "based_on", "parameters")
    criteria = _criteria(entry)
    published = tuple(_published(one) for one in entry.entries("published"))
    file = CohortFile(
        id=entry.text("id", UNNAMED),
        version=entry.text("version", ""),
        title=entry.text("title", "") or entry.text("id", UNNAMED),
        criteria=criteria,
        names=entry.texts("names"),
        intervention=entry.text("intervention", ""),
        published=published,
        frozen=entry.raw("frozen") or {},
        sha256=sha256,
        label=entry.where,
    )
    steps = criteria.get("all") if isinstance(criteria, dict) else None
    expected = len(steps) if isinstance(steps, list) else 1
    if file.names and len(file.names) != expected:
        entry.problems.add(
            entry.at("names"),
            f"{len(file.names)} names for {expected} steps.",
            allowed="one name for each part of the top-level `all`, in order",
        )
    entry.done()
    return file


def _criteria(entry: Entry) -> Any:
    """The criterion: under `criteria`, or standing in the file itself."""
    words = [word for word in (*CRITERIA_WORDS, *SETTINGS) if entry.has(word)]
    if "criteria" in words:
        if len(words) > 1:
            entry.problems.add(entry.at(words[1]), "the file holds two criteria.", remedy="keep one of them")
        return entry.raw("criteria")
    if not words:
        entry.problems.add(
            entry.where,
            "there is no criterion.",
            allowed="`criteria:`, or `all:`, `any:` or `not:` with parts",
        )
    return {word: entry.raw(word) for word in words}


def _published(entry: Entry) -> Published:
    one = Published(
        entry.text("measure"), entry.number("value"), entry.text("unit", "share"), entry.text("source")
    )
    entry.done()
    return one
