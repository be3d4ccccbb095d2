"""Interventions: the service specification behind a cohort, as a definition.

What a team does for the people of a cohort, in which order, with which consent, how many it can take, what
it hopes to change, and what a link worker does first. A report reads the next step for each person here.
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

OUTCOME_KINDS = ("experience", "activity", "clinical", "system")
DIRECTIONS = ("up", "down", "monitor")
SOURCES = ("activity", "attribute", "condition", "recorded")


@dataclass(frozen=True)
class Stage:
    """One stage of the pathway: who does what, within so many days of the list."""

    name: str
    who: str
    what: str
    within_days: int


@dataclass(frozen=True)
class NextStep:
    """What to do first for the people whom the criterion describes (plain data of the language)."""

    when: Any
    do: str


@dataclass(frozen=True)
class Outcome:
    """What the service hopes to change.

    source  where it is seen: "activity", "attribute" or "condition" (then `of` names them), or "recorded" by
            the team
    """

    id: str
    name: str
    kind: str
    direction: str
    source: str
    of: tuple[str, ...]


@dataclass(frozen=True)
class Intervention:
    """A service specification."""

    id: str
    title: str
    cohort: str
    purpose: str
    basis: str
    team: Mapping[str, str]
    pathway: tuple[Stage, ...]
    offer: tuple[str, ...]
    first_contact: tuple[str, ...]
    next_steps: tuple[NextStep, ...]
    continuing: str
    left: str
    died: str
    people_per_worker: int
    workers: int
    new_people_a_month: int
    cost_gbp_a_year: float | None
    review_months: int
    review: str
    outcomes: tuple[Outcome, ...]

    @property
    def capacity(self) -> int:
        """People whom the team can support at one time."""
        return self.people_per_worker * self.workers


def read_interventions(
    definitions: Iterable[Definition], cohorts: Iterable[str], names: Names, problems: Problems
) -> dict[str, Intervention]:
    """All service specifications by id without folder. `cohorts`: the ids without folder that exist."""
    known = [f"cohorts/{name}" for name in cohorts]
    found = {}
    for one in definitions:
        entry = Entry(one.body, one.label, problems)
        entry.allow(*HEADER_KEYS, "note", "based_on", "parameters")
        found[one.name] = _read(entry, known, names)
        entry.done()
    return found


def _read(entry: Entry, cohorts: list[str], names: Names) -> Intervention:
    capacity, review = _part(entry, "capacity"), _part(entry, "review")
    found = Intervention(
        id=entry.text("id"),
        title=entry.text("title"),
        cohort=entry.choice("cohort", cohorts, thing="cohort"),
        purpose=entry.text("purpose"),
        basis=entry.text("basis"),
        team={one.text("role"): one.text("does") for one in _done(entry.entries("team"), "role", "does")},
        pathway=tuple(_stage(one) for one in entry.entries("pathway")),
        offer=entry.texts("offer"),
        first_contact=entry.texts("first_contact"),
        next_steps=tuple(_next_step(one, names) for one in entry.entries("next_steps")),
        continuing=entry.text("continuing"),
        left=entry.text("left"),
        died=entry.text("died"),
        people_per_worker=capacity.integer("people_per_worker", minimum=1),
        workers=capacity.integer("workers", minimum=1),
        new_people_a_month=capacity.integer("new_people_a_month", minimum=1),
        cost_gbp_a_year=entry.number("cost_gbp_a_year", None),
        review_months=review.integer("every_months", minimum=1),
        review=review.text("what"),
        outcomes=tuple(_outcome(one, names) for one in entry.entries("outcomes")),
    )
    capacity.done()
    review.done()
    _complete(entry, found)
    return found


def _part(entry: Entry, key: str) -> Entry:
    """A mapping that must stand there; an empty one, with its problem noted, when it does not."""
    return entry.entry(key) or Entry(None, entry.at(key), entry.problems)


def _done(entries: list[Entry], *keys: str) -> list[Entry]:
    for one in entries:
        one.allow(*keys)
        one.done()
    return entries


def _stage(entry: Entry) -> Stage:
    found = Stage(
        entry.text("stage"), entry.text("who"), entry.text("what"), entry.integer("within_days", minimum=1)
    )
    entry.done()
    return found


def _next_step(entry: Entry, names: Names) -> NextStep:
    found = NextStep(entry.raw("when"), entry.text("do"))
    if found.when is None:
        entry.problems.add(
            entry.at("when"), "nothing stands here.", allowed="a criterion, or `everyone: true` for the last"
        )
    check_criteria(found.when, entry.at("when"), names, entry.problems)
    entry.done()
    return found


def _outcome(entry: Entry, names: Names) -> Outcome:
    found = Outcome(
        entry.text("id"),
        entry.text("name"),
        entry.choice("kind", OUTCOME_KINDS, thing="kind of outcome"),
        entry.choice("direction", DIRECTIONS, thing="direction"),
        entry.choice("from", SOURCES, thing="source of an outcome"),
        entry.texts("of"),
    )
    known = names.of(found.source) if found.source else None
    for name in found.of if known is not None else ():
        if name not in known:  # type: ignore[operator]
            entry.problems.add_unknown(entry.at("of"), name, known or (), thing=found.source)
    if known is not None and not found.of:
        entry.problems.add(entry.at("of"), "nothing stands here.", allowed=f"names of kind {found.source}")
    entry.done()
    return found


def _complete(entry: Entry, found: Intervention) -> None:
    """A link worker must be able to start: there is a team, a pathway, a first contact and a next step."""
    for key, held in (
        ("team", found.team), ("pathway", found.pathway), ("offer", found.offer),
        ("first_contact", found.first_contact), ("outcomes", found.outcomes),
    ):  # fmt: skip
        if not held:
            entry.problems.add(entry.at(key), "nothing stands here.", allowed="at least one")
    last = found.next_steps[-1].when if found.next_steps else None
    if not (isinstance(last, dict) and last.get("everyone") is True):
        entry.problems.add(
            entry.at("next_steps"),
            "the last one is not for everyone, so somebody would have no next step.",
            remedy="end with `when: {everyone: true}`",
        )
