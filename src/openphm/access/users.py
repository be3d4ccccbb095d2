"""Users, roles and what each role may do.

The first form knows the person at a terminal of zone P, who is an analyst there because they can
already read the store's files. Users of the web suite come from a register and a sign-in provider;
they are the same `User` and meet the same `authorise`.
"""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from enum import StrEnum

from openphm.access.scope import Granularity, Purpose


class Action(StrEnum):
    """Everything that needs leave. What is not here is refused."""

    READ_AGGREGATE = "read_aggregate"
    READ_PERSON = "read_person"
    RELEASE_IN_FULL = "release_in_full"
    MAKE_BUILD = "make_build"
    MOVE_BUILD = "move_build"
    READ_QUALITY = "read_quality"
    READ_AUDIT = "read_audit"


class Role(StrEnum):
    """A role gives actions, purposes, a granularity, and says whether places limit it."""

    ICB_ANALYST = "icb_analyst"
    CLINICIAN = "clinician"
    FINANCE = "finance"
    EXECUTIVE = "executive"
    IG_LEAD = "ig_lead"


@dataclass(frozen=True)
class Grant:
    """What one role may do."""

    actions: frozenset[Action]
    purposes: frozenset[Purpose]
    granularity: Granularity
    is_limited_to_places: bool


@dataclass(frozen=True)
class User:
    """Somebody who asks. Without a role they may do nothing."""

    name: str
    roles: frozenset[Role] = frozenset()
    practices: frozenset[str] = frozenset()
    pcns: frozenset[str] = frozenset()


GRANTS: dict[Role, Grant] = {
    Role.ICB_ANALYST: Grant(
        actions=frozenset(Action),
        purposes=frozenset(Purpose) - {Purpose.DIRECT_CARE},
        granularity=Granularity.PERSON,
        is_limited_to_places=False,
    ),
    Role.CLINICIAN: Grant(
        actions=frozenset({Action.READ_AGGREGATE, Action.READ_PERSON}),
        purposes=frozenset({Purpose.DIRECT_CARE, Purpose.PLANNING, Purpose.EVALUATION}),
        granularity=Granularity.PERSON,
        is_limited_to_places=True,
    ),
    Role.FINANCE: Grant(
        actions=frozenset({Action.READ_AGGREGATE, Action.READ_QUALITY}),
        purposes=frozenset({Purpose.FINANCE, Purpose.PLANNING}),
        granularity=Granularity.AGGREGATE,
        is_limited_to_places=False,
    ),
    Role.EXECUTIVE: Grant(
        actions=frozenset({Action.READ_AGGREGATE}),
        purposes=frozenset({Purpose.PLANNING}),
        granularity=Granularity.AGGREGATE,
        is_limited_to_places=False,
    ),
    # Governance sees registers and logs, not the data.
    Role.IG_LEAD: Grant(
        actions=frozenset({Action.READ_AUDIT}),
        purposes=frozenset({Purpose.DATA_QUALITY}),
        granularity=Granularity.AGGREGATE,
        is_limited_to_places=False,
    ),
}


def local_user() -> User:
    """The person at this terminal, an analyst of the zone. The name is for the audit log."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number without a name
        name = "unnamed"
    return User(name, frozenset({Role.ICB_ANALYST}))
