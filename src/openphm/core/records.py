"""Records: what people tell us or do, as plain values that travel between `recording` and the other rooms.

None of them holds identity. A saved cohort and a fingerprint hold a question, never its people; an enrolment
holds a pseudonym.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any


def canonical(question: Mapping[str, Any]) -> str:
    """A question as one text: equal questions give equal text, whatever the order of their keys."""
    return json.dumps(question, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def checksum_of(question: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical text, in hexadecimal.

    >>> checksum_of({"a": 1, "b": 2}) == checksum_of({"b": 2, "a": 1})
    True
    """
    return sha256(canonical(question).encode()).hexdigest()


@dataclass(frozen=True)
class SavedCohort:
    """One version of a cohort that somebody kept. A version is never changed; a change is a new one."""

    id: str
    version: int
    definition: Mapping[str, Any]
    owner: str
    created_at: datetime

    @property
    def checksum(self) -> str:
        """Of the definition: two people who saved the same question have the same."""
        return checksum_of(self.definition)


@dataclass(frozen=True)
class Fingerprint:
    """That a user asked about a group: its question, date and build. Kept 30 days, to notice differencing."""

    user: str
    checksum: str
    criteria: Mapping[str, Any]
    as_at: date
    build: str
    asked_at: datetime


@dataclass(frozen=True)
class Enrolment:
    """A person in an intervention: offered, started, ended. `person_id` is a pseudonym."""

    person_id: str
    intervention: str
    practice_code: str
    offered_on: date
    started_on: date | None = None
    ended_on: date | None = None

    def __post_init__(self) -> None:
        if self.started_on and self.started_on < self.offered_on:
            raise ValueError("an enrolment starts on the day it is offered or later")
        if self.ended_on and self.ended_on < (self.started_on or self.offered_on):
            raise ValueError("an enrolment ends after it begins")


@dataclass(frozen=True)
class PlanLock:
    """That a study plan was fixed before its follow-up was opened. What was fixed is kept with it.

    sha256         of the plan with its criteria written out
    offers_sha256  of who was offered the service and when, as it stood then: pseudonyms leave no trace in it
                   but this number
    """

    plan_id: str
    sha256: str
    plan: Mapping[str, Any]
    offers_sha256: str
    n_offers: int
    build: str
    locked_by: str
    locked_at: datetime


@dataclass(frozen=True)
class Job:
    """Long work that somebody asked for, and how far it is.

    parameters  what the kind of work takes, as plain data
    role, purpose  in which the owner asked; the work sees what they may see
    state       waiting, running, done, failed or cancelled
    share       how much is done, 0 to 1
    says        what it is doing, or why it failed
    files       the names of what it made
    """

    id: str
    kind: str
    title: str
    parameters: Mapping[str, Any]
    owner: str
    role: str
    purpose: str
    state: str
    share: float
    says: str
    files: tuple[str, ...]
    asked_at: datetime
    ended_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Nothing more will happen to it."""
        return self.state in ("done", "failed", "cancelled")


@dataclass(frozen=True)
class Kept:
    """One version of something that somebody made in the suite: a view, a scenario, a plan.

    kind  what it is; each has ids of its own. A version is never changed; a change is a new one.
    """

    kind: str
    id: str
    version: int
    body: Mapping[str, Any]
    owner: str
    kept_at: datetime


@dataclass(frozen=True)
class Token:
    """A personal token for the API, by the hash of it: who, in which role, why, and until when."""

    sha256: str
    owner: str
    role: str
    purpose: str
    says: str
    made_at: datetime
    last_day: date


@dataclass(frozen=True)
class SignedIn:
    """One person, signed in on one browser.

    sha256   of the cookie, which is not kept
    role     empty while none was chosen
    purpose  why they ask; empty until they have said so
    used     when they last asked for something, to within a minute
    """

    sha256: str
    name: str
    role: str
    purpose: str
    begun: datetime
    used: datetime
