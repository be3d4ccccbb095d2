"""Requests to re-identify that somebody made here: what was asked and where it stood when last looked at.

No pseudonym is kept: the custodian has the request, and the list goes to the practice alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openphm.core.errors import OpenPHMError
from openphm.core.records import Kept
from openphm.core.reidentification import State, state_named
from openphm.direct_care import CustodianService, Standing
from openphm.web.asker import Asker
from openphm.web.asking import NotFound

KIND = "reidentification"
MOST_ASKED = 5
UNSENT = "drafted"
STEPS = {
    "submitted": "Asked",
    "checked": "Checked by the custodian",
    "approved": "Approved by somebody else there",
    "released": "List made",
    "collected": "List collected",
}
"""The usual way of a request."""
_OTHER_STEPS = {
    UNSENT: "Asked here",
    "emergency": "List made at once, without approval: an emergency",
    "in_review": "Emergency over; somebody there must review it",
    "reviewed": "Reviewed by somebody else there",
    "refused": "Refused",
    "expired": "Expired: nobody acted in time",
    "revoked": "Taken back by the custodian",
}


@dataclass(frozen=True)
class Step:
    """One step of a request. `at`: when it was reached; None when that is to come or not known."""

    text: str
    at: datetime | None
    is_here: bool
    is_done: bool


@dataclass(frozen=True)
class HeldRequest:
    """A request by its number. `body`: the cohort, its title, what was wanted, and for how many people."""

    id: str
    body: Mapping[str, Any]
    asked_at: datetime
    seen_at: datetime

    @property
    def state(self) -> State:
        """Where it stood when last looked at."""
        return state_named(str(self.body["standing"]["state"]))

    @property
    def standing(self) -> Standing:
        """The custodian's last answer."""
        return Standing.read(self.body["standing"])

    @property
    def said(self) -> str:
        """Where it stands, in a few words."""
        if self.state.name == UNSENT:
            return "Not known to have arrived"
        words = self.state.name.replace("_", " ").capitalize()
        return words if self.state.is_over else f"{words}: the {self.state.holder} has it"

    @property
    def until(self) -> datetime | None:
        """When it expires, if nobody acts."""
        return datetime.fromisoformat(self.standing.until) if self.standing.until else None

    @property
    def refused_by(self) -> str:
        """Who said no: a reason of the custodian's program has a code, an approver's is in words."""
        is_check = self.standing.reason.startswith("Q_") or not self.standing.reason
        return "a check of the custodian" if is_check else "the custodian's approver"

    @property
    def steps(self) -> list[Step]:
        """The usual way with what is to come; or, where it left that way, what happened."""
        here = self.state.name
        times = {state: datetime.fromisoformat(at) for state, at in self.standing.history}
        if here not in STEPS:
            way = [state for state in times if state not in (here, UNSENT)]
            texts = {**STEPS, **_OTHER_STEPS}
            return [
                Step(texts[state], times.get(state), state == here, state != here or self.state.is_over)
                for state in (*way, here)
            ]
        reached = list(STEPS).index(here)
        return [
            Step(text, times.get(state), place == reached, place < reached + self.state.is_over)
            for place, (state, text) in enumerate(STEPS.items())
        ]


def held_requests(asker: Asker) -> list[HeldRequest]:
    """One's own, the newest first."""
    own = asker.register.kept.all(KIND, owner=asker.user.name)
    return sorted((_held(asker, one) for one in own), key=lambda one: one.asked_at, reverse=True)


def request_named(asker: Asker, request_id: str) -> HeldRequest:
    """One of one's own. Raises NotFound, also for somebody else's."""
    kept = asker.register.kept.newest(KIND, request_id)
    if kept is None:
        raise NotFound
    if kept.owner != asker.user.name:
        asker.remember("access.refused", route="/reid/{id}", found="a request of somebody else")
        raise NotFound
    return _held(asker, kept)


def keep_request(asker: Asker, body: Mapping[str, Any], standing: Standing) -> None:
    """Keep what was asked, with the custodian's answer."""
    kept = {**body, "standing": standing.plain()}
    asker.register.kept.keep(KIND, standing.request_id, kept, owner=asker.user.name)


def forget_request(asker: Asker, request_id: str) -> None:
    """Forget one that the custodian refused at once."""
    asker.register.kept.forget(KIND, request_id)


def looked_at(asker: Asker, service: CustodianService, held: HeldRequest) -> HeldRequest:
    """The request as it stands now, asked of the custodian. Raises CustodianRefused, UsageError."""
    if held.state.is_over:
        return held
    standing = service.standing(held.id)
    if standing != held.standing:
        keep_request(asker, {name: one for name, one in held.body.items() if name != "standing"}, standing)
    return request_named(asker, held.id)


def all_looked_at(asker: Asker, service: CustodianService) -> tuple[list[HeldRequest], str]:
    """One's own requests, the newest open ones as they stand now; and what went wrong with the asking."""
    found, said, asked = [], "", 0
    for one in held_requests(asker):
        if not (one.state.is_over or said) and asked < MOST_ASKED:
            asked += 1
            try:
                one = looked_at(asker, service, one)
            except OpenPHMError as error:
                said = error.found
        found.append(one)
    return found, said


def _held(asker: Asker, kept: Kept) -> HeldRequest:
    first = asker.register.kept.versions(KIND, kept.id)[0]
    return HeldRequest(kept.id, kept.body, first.kept_at, kept.kept_at)
