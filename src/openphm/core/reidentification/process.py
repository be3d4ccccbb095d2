"""The states of a re-identification request and the moves between them: one table, read by all.

The custodian moves a request only along this table; the process map in the docs is printed from it. A move
that is not here does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class State:
    """Where a request stands. `holder`: who has it. A request that `is_over` never moves again."""

    name: str
    meaning: str
    holder: str
    is_over: bool = False


@dataclass(frozen=True)
class Move:
    """One step. `by`: who may take it; `needs`: what must hold for it."""

    name: str
    before: tuple[str, ...]
    after: str
    by: str
    needs: str


STATES = (
    State("drafted", "A cohort was frozen and a request written. It is not signed yet.", "zone P"),
    State("submitted", "The signed request has arrived at the custodian.", "custodian"),
    State("checked", "Every check was passed; people who failed one were dropped.", "approver"),
    State("approved", "Somebody other than the requester said yes.", "operator"),
    State("released", "The list is made, sealed, and waits for the practice.", "practice"),
    State("collected", "The practice has the list. The custodian's copy is destroyed.", "practice", True),
    State("emergency", "Released without approval, because it could not wait.", "practice"),
    State("in_review", "An emergency is over; somebody must say whether it was right.", "approver"),
    State("reviewed", "The review of the emergency is written down.", "custodian", True),
    State("refused", "A check failed, or the approver said no.", "custodian", True),
    State("expired", "Nobody acted in time. Any list is destroyed.", "custodian", True),
    State("revoked", "Taken back before it was collected. Any list is destroyed.", "custodian", True),
)

MOVES = (
    Move("submit", ("drafted",), "submitted", "zone P", "signature, freshness, first use"),
    Move("fail", ("submitted",), "refused", "custodian", "a check of the request fails"),
    Move("check", ("submitted",), "checked", "custodian", "every check of the request passes"),
    Move("approve", ("checked",), "approved", "approver", "approver is not the requester; flags accepted"),
    Move(
        "repeat",
        ("checked",),
        "approved",
        "custodian",
        "a standing approval covers it and nothing is flagged",
    ),
    Move("refuse", ("checked",), "refused", "approver", "a reason from the list"),
    Move("release", ("approved",), "released", "operator", "every check passes again"),
    Move("fail_late", ("checked", "approved", "released"), "refused", "custodian", "a check fails later on"),
    Move("collect", ("released",), "collected", "requester", "password asked again; people checked again"),
    Move(
        "deliver", ("released",), "collected", "operator", "sealed to the key of the practice; checked again"
    ),
    Move(
        "break_glass",
        ("checked",),
        "emergency",
        "custodian",
        "a clinician, at most 5 people, a written reason, no open review",
    ),
    Move("collect_emergency", ("emergency",), "in_review", "requester", "as collect"),
    Move("deliver_emergency", ("emergency",), "in_review", "operator", "as deliver"),
    Move(
        "end_emergency", ("emergency",), "in_review", "custodian", "not collected in time, revoked, or failed"
    ),
    Move("review", ("in_review",), "reviewed", "approver", "reviewer is not the requester"),
    Move("expire", ("checked", "approved", "released"), "expired", "custodian", "its time is over"),
    Move(
        "revoke", ("checked", "approved", "released"), "revoked", "approver or operator", "at any time before"
    ),
)

_STATES = {state.name: state for state in STATES}
_MOVES = {move.name: move for move in MOVES}


class NoSuchMove(ValueError):
    """The table has no such move from this state."""


def state_named(name: str) -> State:
    """The state of a name. Raises KeyError."""
    return _STATES[name]


def next_state(state: str, move: str) -> str:
    """Where a move leads. Raises NoSuchMove when the table does not have it."""
    known = _MOVES.get(move)
    if known is None or state not in known.before:
        raise NoSuchMove(f"a request that is {state} cannot {move.replace('_', ' ')}")
    return known.after


def mermaid() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> drafted"]
    for move in MOVES:
        lines += [f"    {before} --> {move.after}: {move.name}" for before in move.before]
    lines += [f"    {state.name} --> [*]" for state in STATES if state.is_over]
    return "\n".join(lines)
