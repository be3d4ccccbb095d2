"""A life: what happened to each person of a chunk, before anybody wrote it down.

`Life` is filled step by step: conditions with their dates, frailty, risk flags, then activity. The truth
and the records are both made from it, separately.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from openphm.synthetic.clock import FAR, Clock, Days
from openphm.synthetic.draws import Bools, Ints
from openphm.synthetic.population import People

Facts = dict[str, np.ndarray]
"""Dated facts of one kind: arrays of one length, with at least `person` (index in the chunk) and `date`."""

BY_GP, BY_HOSPITAL, BY_MEDICINE = 0, 1, 2
ONSET, RESOLVED, NOT_EVIDENCE = 0, 1, 2


@dataclass
class Life:
    """The people of a chunk and everything that happened to them.

    onset, resolved   people × conditions: first evidence and end; FAR when it never was or never ended
    known_by          people × conditions: where it is known (BY_GP, BY_HOSPITAL, BY_MEDICINE)
    deficits          people × coded frailty deficits: day of onset or FAR
    facts             dated facts by kind: evidence, bmi, smoking, ed, spell, ...
    """

    people: People
    clock: Clock
    onset: Days
    resolved: Days
    known_by: np.ndarray
    deficits: Days
    facts: dict[str, Facts] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return self.people.count

    def present(self, day: Days | int) -> Bools:
        """people × conditions: present on a day (one for all, or one a person)."""
        when = np.asarray(day).reshape(-1, 1)
        return (self.onset <= when) & (when < self.resolved)

    def add(self, kind: str, facts: Facts) -> None:
        """Keep dated facts, after dropping those outside the time a person is registered or alive."""
        self.facts[kind] = joined([self.facts[kind], facts]) if kind in self.facts else facts


def joined(parts: Sequence[Mapping[str, np.ndarray]]) -> Facts:
    """Facts of several sources under one another; all have the same columns."""
    keys = parts[0].keys()
    return {key: np.concatenate([part[key] for part in parts]) for key in keys}


def kept(facts: Facts, mask: Bools) -> Facts:
    """The facts where the mask holds."""
    return {key: values[mask] for key, values in facts.items()}


def dated(person: Ints, date: Days, **columns: np.ndarray) -> Facts:
    """Facts from arrays, with the small types that keep a chunk light."""
    return {"person": person.astype(np.int32), "date": np.asarray(date).astype(np.int32), **columns}


def within_registration(facts: Facts, people: People) -> Bools:
    """Facts on days when the person is registered."""
    who, day = facts["person"], facts["date"]
    return (day >= people.joined[who]) & (day < people.stop[who])


def count_between(facts: Facts, after: Days, until: Days, count: int) -> Ints:
    """How many facts each person has with after < date <= until (both one a person)."""
    who, day = facts["person"], facts["date"]
    inside = (day > after[who]) & (day <= until[who])
    return np.bincount(who[inside], minlength=count)


def nothing(count: int, columns: int) -> Days:
    """A people × columns array of days that never come."""
    return np.full((count, columns), FAR, dtype=np.int32)
