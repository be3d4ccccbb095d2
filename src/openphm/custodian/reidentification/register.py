"""The register: which suites may ask, which practices may receive, under which agreements.

It is the custodian's own: nothing a request says about agreements or networks is believed. One YAML file,
checked whole on loading and kept in the home; each day it is asked anew, so an agreement that ended
yesterday is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

EVERYTHING = "all"


@dataclass(frozen=True)
class Between:
    """From a day, included, to a day, included; open when None."""

    first: date | None = None
    last: date | None = None

    def holds(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Practice:
    """A practice, and the X25519 key its lists are sealed to (none: it collects on the page)."""

    code: str
    name: str = ""
    public_key: bytes | None = None


@dataclass(frozen=True)
class Agreement:
    """A data sharing agreement, as far as re-identification goes.

    practices  the practices that signed, each with its own days
    criteria   kind of criterion -> names that may be told, or `all`
    """

    id: str
    days: Between
    practices: Mapping[str, Between]
    criteria: Mapping[str, frozenset[str] | str]
    allows_reidentification: bool = False

    def covers(self, practice: str, day: date) -> bool:
        """Has this practice signed, and does it hold today?"""
        signed = self.practices.get(practice)
        return (
            self.allows_reidentification and self.days.holds(day) and signed is not None and signed.holds(day)
        )

    def allows(self, kind: str, name: str) -> bool:
        """May being on a list tell this?"""
        allowed = self.criteria.get(kind, frozenset())
        return allowed == EVERYTHING or name in allowed


@dataclass(frozen=True)
class Limits:
    """How much, how often, how long (limits.yaml)."""

    people_in_a_request: int
    people_in_an_emergency: int
    requests_a_user_a_day: int
    people_a_recipient_a_month: int
    share_of_the_list_a_month: float
    registrations_age_days: int
    opt_outs_age_days: int
    cohort_age_days: int
    signed_minutes: int
    clock_seconds: int
    approve_within_days: int
    release_within_days: int
    collect_within_hours: int
    destroy_within_days: int
    fewest_left: int
    most_failed_share: float
    fewest_different: int
    standing_runs: int
    standing_days_between: int
    standing_days: int
    review_within_working_days: int


@dataclass(frozen=True)
class Register:
    """Everything that is agreed. `networks`: network -> practice -> its days as a member."""

    limits: Limits
    suites: Mapping[str, bytes] = field(default_factory=dict)
    practices: Mapping[str, Practice] = field(default_factory=dict)
    networks: Mapping[str, Mapping[str, Between]] = field(default_factory=dict)
    agreements: Mapping[str, Agreement] = field(default_factory=dict)

    def members(self, recipient: str, day: date) -> frozenset[str]:
        """The practices of a recipient today: itself, or the members of a network."""
        if recipient in self.practices:
            return frozenset({recipient})
        return frozenset(code for code, days in self.networks.get(recipient, {}).items() if days.holds(day))

    def reach(self, agreement: str, recipient: str, day: date) -> frozenset[str]:
        """The practices whose patients this recipient may be given under this agreement today."""
        found = self.agreements.get(agreement)
        if found is None:
            return frozenset()
        return frozenset(code for code in self.members(recipient, day) if found.covers(code, day))


def refused_criteria(agreement: Agreement, criteria: Mapping[str, Any]) -> list[str]:
    """The criteria (as `kind: name`) that the agreement does not allow to be told; an unknown form is one."""
    return sorted({f"{kind}: {name}" for kind, name in used(criteria) if not agreement.allows(kind, name)})


_KINDS = ("attribute", "condition", "activity", "segment", "place", "codelist", "cohort")
_SHAPES = ("all", "any", "of", "not", "everyone", "first", "then", "before", "after")


def used(criteria: object) -> list[tuple[str, str]]:
    """Every (kind, name) that plain criteria ask about, however deep.

    A part of a form not known here counts as ("unknown form", its words), which no agreement allows unless
    it says so by name.
    """
    if isinstance(criteria, list):
        return [found for part in criteria for found in used(part) if isinstance(part, dict | list)]
    if not isinstance(criteria, dict):
        return [("unknown form", "not a mapping")]
    found: list[tuple[str, str]] = []
    for word in _KINDS:
        names = criteria.get(word, [])
        found += [(word, str(name)[:60]) for name in (names if isinstance(names, list) else [names])]
    if not set(criteria) & {*_KINDS, *_SHAPES}:
        found.append(("unknown form", " ".join(sorted(map(str, criteria)))[:60]))
    for inner in criteria.values():
        if isinstance(inner, dict | list):
            found += used(inner)
    return found
