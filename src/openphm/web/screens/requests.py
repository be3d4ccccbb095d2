"""Re-identification: ask the custodian who the people of a cohort are, and see where a request stands.

For direct care alone, at one's own practice or network. No page here has a name or an NHS number: a list
that is released opens on the custodian's own host.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from openphm.access import Action, Purpose, Role
from openphm.core.errors import AccessRefused, CustodianRefused, OpenPHMError, UsageError
from openphm.core.reidentification import KINDS, LONGEST_TEXT, MOST_RUNS, Request
from openphm.direct_care import CustodianService, Standing, Wanted, frozen_request
from openphm.web.asking import Ask, Asking
from openphm.web.screen import Screen
from openphm.web.screens.cohorts_held import HeldCohort, cohort_named, held_cohorts
from openphm.web.screens.requests_held import (
    UNSENT,
    all_looked_at,
    forget_request,
    keep_request,
    looked_at,
    request_named,
)

ORDER = 62
FROM_A_LIST, CHANGE, CONFIRMED = "from-a-list", "change", "yes"
"""What the button of a form says: begin with people ticked in a worklist, mend it, or send it."""
screen = Screen("worklists", roles=frozenset({Role.CLINICIAN}))
NOBODY_TICKED = "Nobody was ticked. Go back and tick whom you need, or go on with the whole cohort."
ROLES = {"clinician": "Clinician", "practice_phm": "PHM lead of the practice"}
KIND_NAMES = {
    "once": "Once",
    "standing": "Every month, the first of up to 12 runs",
    "break_glass": "An emergency that cannot wait for an approver: 5 people at most",
}
_CALLED = {
    "cohort": "a cohort", "recipient": "a practice or network", "role": "a role", "kind": "how often",
    "agreement": "an agreement",
}  # fmt: skip
_FIELDS_OF = {
    "Q_ROLE": "requester",
    "Q_AGREEMENT": "agreement",
    "Q_CRITERIA": "agreement",
    "Q_REASON": "reason",
}
"""Where on the form a refusal stands; the others stand at the cohort."""


@screen.get("/reid", "Re-identification", says="Ask the custodian who they are, for direct care.")
def listed(ask: Ask) -> Response:
    """One's own requests, as they stand now."""
    service = ask.suite.settings.custodian
    held, said = all_looked_at(ask, service) if service else ([], "")
    return ask.page("requests/list.html", requests=held, said=said, service=service)


@screen.get("/reid/new", "Ask to re-identify", in_menu=False)
def new(ask: Ask) -> Response:
    """The form, with the cohort that somebody came from."""
    return _form(ask, {"cohort": ask.request.query_params.get("cohort", ""), "kind": "once"}, {})


@screen.post("/reid/new")
def make(ask: Ask) -> Response:
    """Freeze the cohort and show how many people are asked for; send it once that was confirmed."""
    _check_purpose(ask)
    service, fields = ask.suite.settings.custodian, dict(ask.form)
    fields["chosen"] = " ".join(ask.fields("person")) or fields.get("chosen", "")
    if fields.get("confirmed") in (FROM_A_LIST, CHANGE):
        is_empty = fields["confirmed"] == FROM_A_LIST and not fields["chosen"]
        return _form(ask, {"kind": "once", **fields}, {"cohort": [NOBODY_TICKED]} if is_empty else {})
    problems = _problems(ask, fields)
    if problems or service is None:
        return _form(ask, fields, problems)
    asked = _asked(ask, fields)
    try:
        request = _frozen(ask, asked)
        if fields.get("confirmed") == CONFIRMED:
            return _sent(ask, service, asked, request.issued(datetime.now(UTC)))
    except AccessRefused:
        raise
    except OpenPHMError as error:
        code = re.search(r"\[(Q_[A-Z_]+)\]", error.found)
        at = _FIELDS_OF.get(code[1], "cohort") if code else "cohort"
        return _form(ask, fields, {at: [error.found, error.allowed, error.remedy]})
    return ask.page("requests/confirm.html", asked=asked, fields=fields, people=len(request.person_ids))


def _sent(ask: Asking, service: CustodianService, asked: Asked, request: Request) -> Response:
    """Send it, remembered before. Raises CustodianRefused.

    A custodian who does not answer may have it all the same, so it is kept, and its page asks again.
    """
    ask.remember(
        "reidentification.asked", request=request.request_id, people=len(request.person_ids),
        recipient=request.recipient, on_behalf_of=request.requester,
    )  # fmt: skip
    body = {**asked.plain(), "people": len(request.person_ids)}
    keep_request(ask, body, Standing(request.request_id, UNSENT))
    try:
        keep_request(ask, body, service.send(request))
    except CustodianRefused as refusal:
        forget_request(ask, request.request_id)
        ask.remember("reidentification.refused", request=request.request_id, found=refusal.found)
        raise
    except UsageError:
        ask.remember("reidentification.no_answer", request=request.request_id)
    return ask.see(f"/reid/{request.request_id}")


@screen.get("/reid/{request_id}", "Request to re-identify")
def one(ask: Ask, request_id: str) -> Response:
    """Where a request stands, and what happens next."""
    held, service, said = request_named(ask, request_id), ask.suite.settings.custodian, ""
    if service:
        try:
            held = looked_at(ask, service, held)
        except OpenPHMError as error:
            said = error.found
    address = service.address_of(held.id) if service else ""
    return ask.page("requests/one.html", held=held, said=said, kinds=KIND_NAMES, address=address)


@dataclass(frozen=True)
class Asked:
    """What the form asks for."""

    cohort: HeldCohort
    wanted: Wanted
    chosen: frozenset[str]

    def plain(self) -> dict[str, Any]:
        """As it is remembered: without who was chosen. `repeats`: the request of which it is a later run."""
        wanted = {name: said for name, said in vars(self.wanted).items() if name != "standing"}
        repeats = {"repeats": self.wanted.standing}
        return {"cohort": self.cohort.name, "title": self.cohort.title, **wanted, **repeats}


def _asked(ask: Asking, fields: Mapping[str, str]) -> Asked:
    kind = fields["kind"]
    wanted = Wanted(
        fields["recipient"], fields["requester"].strip(), fields["role"], fields["agreement"],
        fields.get("reason", "").strip(), kind, MOST_RUNS if kind == "standing" else 1,
        fields.get("standing") or None,
    )  # fmt: skip
    return Asked(cohort_named(ask, fields["cohort"]), wanted, frozenset(fields["chosen"].split()))


def _frozen(ask: Asking, asked: Asked) -> Request:
    with ask.population(asked.wanted.recipient, Action.READ_PERSON) as people:
        return frozen_request(people, asked.cohort.what, asked.wanted, only=asked.chosen)


def _check_purpose(ask: Asking) -> None:
    if ask.purpose is not Purpose.DIRECT_CARE:
        raise AccessRefused(
            "re-identification",
            "identities are for direct care alone",
            "You said that you ask for another purpose.",
            "say that you ask for the direct care of your own patients (/purpose)",
        )


def _problems(ask: Asking, fields: Mapping[str, str]) -> dict[str, list[str]]:
    service = ask.suite.settings.custodian
    allowed = {
        "cohort": {one.name for one in held_cohorts(ask)},
        "recipient": set(_recipients(ask)),
        "role": set(ROLES),
        "kind": set(KINDS),
        "agreement": set(service.agreements if service else ()),
    }
    found = {
        name: [f"Choose {_CALLED[name]} from the list."]
        for name, known in allowed.items()
        if fields.get(name) not in known
    }
    if not fields.get("requester", "").strip():
        found["requester"] = ["Say which account at the custodian asks and will collect the list."]
    if fields.get("kind") == "break_glass" and len(fields.get("reason", "").strip()) < 20:
        found["reason"] = ["An emergency needs its reason in words: 20 characters or more."]
    if len(fields.get("reason", "")) > LONGEST_TEXT:
        found["reason"] = [f"Say it in {LONGEST_TEXT} characters."]
    if fields.get("kind") == "standing" and fields["chosen"]:
        found["kind"] = ["A request that repeats is for the whole cohort: people come and go."]
    if fields.get("standing"):
        request_named(ask, fields["standing"])
    return found


def _recipients(ask: Asking) -> dict[str, str]:
    """The practices and networks of this user, by code."""
    own = ask.user.practices or ask.user.pcns  # as `authorise`: a member of both keeps the practices
    with ask.population() as people:
        named = {one.code: f"{one.name} ({one.code})" for one in people.places}
    return {code: named[code] for code in sorted(own) if code in named}


def _form(ask: Asking, fields: Mapping[str, str], problems: Mapping[str, list[str]]) -> Response:
    service = ask.suite.settings.custodian
    return ask.page(
        "requests/form.html", status=422 if problems else 200, fields=fields, problems=problems,
        service=service, cohorts={one.name: one.title for one in held_cohorts(ask)},
        recipients=_recipients(ask), roles=ROLES, kinds=KIND_NAMES,
        agreements=service.agreements if service else {},
        may_ask=ask.purpose is Purpose.DIRECT_CARE,
    )  # fmt: skip
