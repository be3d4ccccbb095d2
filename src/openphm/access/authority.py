"""authorise: the one place where "may they?" is answered.

Deny by default: an action, a role or a purpose that is not listed is refused. A refusal says what
would be allowed and is remembered when a log is given; it never says what the data holds.
"""

from __future__ import annotations

from openphm.access.scope import Granularity, Purpose, Scope
from openphm.access.users import GRANTS, Action, Grant, User
from openphm.audit import AuditLog
from openphm.core.errors import AccessRefused


def authorise(
    user: User,
    action: Action | str,
    *,
    purpose: Purpose | str = Purpose.PLANNING,
    log: AuditLog | None = None,
) -> Scope:
    """The Scope in which this user may do this for this purpose.

    Raises AccessRefused (exit code 16) otherwise, after writing the refusal to `log`.
    """
    try:
        return _scope(user, _action(action), _purpose(purpose))
    except AccessRefused as refusal:
        if log is not None:
            detail = {"action": str(action), "purpose": str(purpose), "found": refusal.found}
            log.append("access.refused", actor=user.name, detail={**detail})
        raise


def _scope(user: User, action: Action, purpose: Purpose) -> Scope:
    grant = _grant(user, action, purpose)
    is_coarse = action is Action.READ_AGGREGATE or user.granularity is Granularity.AGGREGATE
    granularity = Granularity.AGGREGATE if is_coarse else grant.granularity
    if not grant.is_limited_to_places:
        return Scope(purpose, granularity)
    if not user.practices and not user.pcns:
        raise AccessRefused(
            f"action '{action}'",
            "this user belongs to no practice and no primary care network",
            "This role sees the people of its own practices, or those that a sub-licence names.",
            "add a membership for this user",
        )
    # Kinds of place combine with AND, so a member of both keeps the practices: the narrower reading.
    return Scope(
        purpose,
        granularity,
        practices=user.practices or None,
        pcns=user.pcns if user.pcns and not user.practices else None,
    )


def _grant(user: User, action: Action, purpose: Purpose) -> Grant:
    """The widest of the user's grants that holds this action and purpose."""
    held = [grant for role in sorted(user.roles) for grant in GRANTS[role] if action in grant.actions]
    if not held:
        raise AccessRefused(
            f"action '{action}'",
            "no role of this user may do this",
            f"Roles of this user: {', '.join(sorted(user.roles)) or 'none'}.",
            "ask whoever manages access for a role that may",
        )
    licensed = frozenset(Purpose) if user.purposes is None else user.purposes
    fitting = [grant for grant in held if purpose in grant.purposes & licensed]
    if not fitting:
        allowed = sorted({str(p) for grant in held for p in grant.purposes & licensed})
        raise AccessRefused(
            f"action '{action}'",
            f"the purpose '{purpose}' is not one this user may act for",
            f"Purposes allowed: {', '.join(allowed) or 'none'}.",
            "name one of these, if it is truly why you ask",
        )
    return min(
        fitting, key=lambda grant: (grant.is_limited_to_places, grant.granularity is Granularity.AGGREGATE)
    )


def _action(name: Action | str) -> Action:
    try:
        return Action(name)
    except ValueError:
        raise AccessRefused(
            f"action '{name}'",
            "there is no such action",
            f"Actions are {', '.join(Action)}.",
            "name one of these",
        ) from None


def _purpose(name: Purpose | str) -> Purpose:
    try:
        return Purpose(name)
    except ValueError:
        raise AccessRefused(
            f"purpose '{name}'",
            "there is no such purpose",
            f"Purposes are {', '.join(Purpose)}.",
            "name one of these",
        ) from None
