"""Interventions of a scenario: who is reached, how much, what changes, what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from openphm.definitions.entry import Entry
from openphm.definitions.scenario_ranges import CERTAINLY_NONE, Range, read_range, refuse_negative


@dataclass(frozen=True)
class Effect:
    """The change of an activity in people reached: -0.2 is a fifth less.

    file, outcome  when the change is taken from an evaluation's result: its file, and the outcome in it
    """

    activity: str
    change: Range
    file: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class Substitution:
    """So many units of another activity for each unit avoided."""

    avoided: str
    created: str
    units: float


@dataclass(frozen=True)
class ProgrammeCost:
    """What a programme costs: once in year 1, each year, by the hour, and by person reached.

    optimism_bias  what is added because costs are usually planned too low: 0.2 is a fifth more
    """

    set_up_gbp: float = 0.0
    yearly_gbp: float = 0.0
    hours_per_year: float = 0.0
    hour_gbp: Range = CERTAINLY_NONE
    per_person_gbp: float = 0.0
    optimism_bias: float = 0.0


@dataclass(frozen=True)
class Intervention:
    """One intervention.

    cohort   the id or criterion of those it is for; None: everybody of the baseline
    people   so many of the cohort, or of everybody where no cohort is named
    reach    share of the cohort reached, in year 1, 2 ...; the last one stays
    ramp     share of the effect reached, in year 1, 2 ...
    """

    id: str
    name: str
    cohort: Any
    people: int | None
    reach: tuple[float, ...]
    ramp: tuple[float, ...]
    effects: tuple[Effect, ...]
    substitutions: tuple[Substitution, ...]
    cost: ProgrammeCost

    @property
    def activities(self) -> tuple[str, ...]:
        """Every activity it names."""
        also = [name for one in self.substitutions for name in (one.avoided, one.created)]
        return tuple(dict.fromkeys([one.activity for one in self.effects] + also))

    def share_in(self, year: int) -> tuple[float, float]:
        """Reach and ramp in a year, the first being 1."""
        return _in_year(self.reach, year), _in_year(self.ramp, year)


def _in_year(shares: tuple[float, ...], year: int) -> float:
    return shares[min(year, len(shares)) - 1]


def read_intervention(entry: Entry) -> Intervention:
    """One intervention; notes every problem of it."""
    id_ = entry.text("id") or "intervention"
    found = Intervention(
        id=id_,
        name=entry.text("name", "") or id_,
        cohort=entry.raw("cohort"),
        people=entry.integer("people", None, minimum=1),
        reach=_shares(entry, "reach"),
        ramp=_shares(entry, "ramp"),
        effects=tuple(_effect(name, one) for name, one in _effects(entry)),
        substitutions=tuple(_substitution(one) for one in entry.entries("substitutions")),
        cost=_cost(entry),
    )
    if not found.effects:
        entry.problems.add(entry.at("effects"), "there is no effect.", allowed="a change for each activity")
    entry.done()
    return found


def _effects(entry: Entry) -> list[tuple[str, Entry]]:
    """Effects by activity; a bare number is a change that is certain."""
    value = entry.raw("effects")
    if not isinstance(value, dict):
        return entry.named_entries("effects")
    place = entry.at("effects")
    return [
        (name, Entry(item if isinstance(item, dict) else {"change": item}, f"{place}.{name}", entry.problems))
        for name, item in value.items()
    ]


def _effect(name: str, entry: Entry) -> Effect:
    if entry.has("evaluation"):
        found = Effect(name, Range(0.0), entry.text("evaluation") or "", entry.text("outcome") or "")
        entry.done()
        return found
    change = read_range(entry, "change")
    for value in {change.value, change.low, change.high}:
        if not -1 <= value <= 1:
            entry.problems.add(
                entry.at("change"),
                f"a change of {value:+.0%} is more than all of the activity.",
                allowed="-1 (all of it avoided) to 1 (twice as much)",
                remedy="write 20% less as -0.2",
            )
    entry.done()
    return Effect(name, change)


def _substitution(entry: Entry) -> Substitution:
    found = Substitution(
        entry.text("avoided") or "", entry.text("created") or "", entry.number("units") or 0.0
    )
    refuse_negative(entry, "units", found.units)
    entry.done()
    return found


def _shares(entry: Entry, key: str) -> tuple[float, ...]:
    """A share, or one for each year; the last one stays."""
    value = entry.raw(key)
    if value is None:
        return (1.0,)
    found = []
    if value == []:
        entry.problems.add(entry.at(key), "no year stands here.", allowed="a share, or one for each year")
    for number, item in enumerate(value if isinstance(value, list) else [value], start=1):
        if not isinstance(item, int | float) or isinstance(item, bool) or not 0 <= item <= 1:
            said = f"{item:g} in year {number}" if isinstance(item, int | float) else f"year {number}"
            entry.problems.add(entry.at(key), f"{said} is not a share.", allowed="0 to 1 for each year")
            item = 0.0
        found.append(float(item))
    return tuple(found) or (1.0,)


def _cost(entry: Entry) -> ProgrammeCost:
    one = entry.entry("cost")
    if one is None:
        entry.problems.add(
            entry.at("cost"),
            "nothing stands here.",
            allowed="what the programme costs; `{yearly_gbp: 0}` when it is free",
            remedy="add `cost:`",
        )
        return ProgrammeCost()
    found = ProgrammeCost(
        one.number("set_up_gbp", 0.0) or 0.0,
        one.number("yearly_gbp", 0.0) or 0.0,
        one.number("hours_per_year", 0.0) or 0.0,
        read_range(one, "hour_gbp", 0.0),
        one.number("per_person_gbp", 0.0) or 0.0,
        one.number("optimism_bias", 0.0) or 0.0,
    )
    for key in ("set_up_gbp", "yearly_gbp", "hours_per_year", "per_person_gbp", "optimism_bias"):
        refuse_negative(one, key, getattr(found, key))
    refuse_negative(one, "hour_gbp", min(found.hour_gbp.low, found.hour_gbp.value))
    one.done()
    return found
