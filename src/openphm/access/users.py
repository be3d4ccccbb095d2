"""Users, roles and what each role may do.

Who somebody is comes from a terminal or a sign-in provider; which roles they have, and where, from the
register (`openphm.access.register`). All are the same `User` and meet the same `authorise`.
"""

from __future__ import annotations

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
    READ_REGISTER = "read_register"
    PUBLISH_DEFINITION = "publish_definition"


class Role(StrEnum):
    """A role gives actions, purposes, a granularity, and says whether places limit it."""

    ICB_ANALYST = "icb_analyst"
    SUPER_USER = "super_user"
    PROVIDER_ANALYST = "provider_analyst"
    CLINICIAN = "clinician"
    CARE_COORDINATOR = "care_coordinator"
    FINANCE = "finance"
    EXECUTIVE = "executive"
    IG_LEAD = "ig_lead"
    ADMIN = "admin"


@dataclass(frozen=True)
class Grant:
    """What one role may do."""

    actions: frozenset[Action]
    purposes: frozenset[Purpose]
    granularity: Granularity
    is_limited_to_places: bool


@dataclass(frozen=True)
class User:
    """Somebody who asks. Without a role they may do nothing.

    practices, pcns   the places of their organisation, or of its sub-licence
    purposes          what a sub-licence allows; None: whatever the role allows
    granularity       the finest that a sub-licence allows
    """

    name: str
    roles: frozenset[Role] = frozenset()
    practices: frozenset[str] = frozenset()
    pcns: frozenset[str] = frozenset()
    purposes: frozenset[Purpose] | None = None
    granularity: Granularity = Granularity.PERSON


_SECONDARY = frozenset(Purpose) - {Purpose.DIRECT_CARE}
_ANALYST = frozenset(Action) - {Action.PUBLISH_DEFINITION}


GRANTS: dict[Role, tuple[Grant, ...]] = {
    Role.ICB_ANALYST: (Grant(_ANALYST, _SECONDARY, Granularity.PERSON, False),),
    Role.SUPER_USER: (Grant(frozenset(Action), _SECONDARY, Granularity.PERSON, False),),
    # A provider sees totals of the whole system, and rows of the people its sub-licence names.
    Role.PROVIDER_ANALYST: (
        Grant(frozenset({Action.READ_AGGREGATE}), _SECONDARY, Granularity.AGGREGATE, False),
        Grant(frozenset({Action.READ_PERSON}), _SECONDARY, Granularity.PERSON, True),
    ),
    Role.CLINICIAN: (
        Grant(
            frozenset({Action.READ_AGGREGATE, Action.READ_PERSON}),
            frozenset({Purpose.DIRECT_CARE, Purpose.PLANNING, Purpose.EVALUATION}),
            Granularity.PERSON,
            True,
        ),
    ),
    # A care coordinator or link worker starts from a list of their own network, and from nothing else.
    Role.CARE_COORDINATOR: (
        Grant(
            frozenset({Action.READ_AGGREGATE, Action.READ_PERSON}),
            frozenset({Purpose.DIRECT_CARE}),
            Granularity.PERSON,
            True,
        ),
    ),
    Role.FINANCE: (
        Grant(
            frozenset({Action.READ_AGGREGATE, Action.READ_QUALITY}),
            frozenset({Purpose.FINANCE, Purpose.PLANNING}),
            Granularity.AGGREGATE,
            False,
        ),
    ),
    Role.EXECUTIVE: (
        Grant(
            frozenset({Action.READ_AGGREGATE}), frozenset({Purpose.PLANNING}), Granularity.AGGREGATE, False
        ),
    ),
    # Governance sees registers and logs, not the data; an administrator the register alone.
    Role.IG_LEAD: (
        Grant(
            frozenset({Action.READ_AUDIT, Action.READ_REGISTER, Action.READ_QUALITY}),
            frozenset({Purpose.DATA_QUALITY}),
            Granularity.AGGREGATE,
            False,
        ),
    ),
    Role.ADMIN: (
        Grant(
            frozenset({Action.READ_AUDIT, Action.READ_REGISTER}),
            frozenset({Purpose.DATA_QUALITY}),
            Granularity.AGGREGATE,
            False,
        ),
    ),
}
