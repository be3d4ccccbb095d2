"""The checks: what must hold for a request, and for each person of it. Run at arrival, release, collection.

A request that fails is refused with its reason. A person who fails is dropped; the three ways of failing
(not known, not registered where the recipient may look, opted out) are asked of everybody in the same way
and counted together, so that neither the answer nor its time tells them apart.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from openphm.core.reidentification import Request
from openphm.custodian.reidentification.ledger import Case, Page
from openphm.custodian.reidentification.opt_outs import OptOuts
from openphm.custodian.reidentification.reasons import Refused
from openphm.custodian.reidentification.register import Limits, Register, refused_criteria
from openphm.custodian.reidentification.registrations import Registered, Registrations
from openphm.custodian.reidentification.users import Account, Users

DIRECT_CARE = "direct_care"
EMERGENCY = "break_glass"
EMERGENCY_ROLE = "clinician"
SHORTEST_REASON = 20
_MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Situation:
    """Everything a check may look at, as it stands now."""

    register: Register
    users: Users
    registrations: Registrations
    opt_outs: OptOuts
    now: datetime

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def limits(self) -> Limits:
        return self.register.limits


def check_request(request: Request, at: Situation) -> Account:
    """Role, purpose, agreement, criteria, ages, size. Raises Refused; answers the requester's account."""
    account = requester_account(request.requester, request.role, request.recipient, at)
    if request.purpose != DIRECT_CARE:
        raise Refused("Q_PURPOSE", "purpose")
    if not at.register.reach(request.agreement, request.recipient, at.today):
        raise Refused("Q_AGREEMENT", "agreement")
    told = refused_criteria(at.register.agreements[request.agreement], request.criteria)
    if told:
        raise Refused("Q_CRITERIA", "criteria", f"Not allowed: {', '.join(told[:10])}.")
    check_ages(request.as_at, at)
    emergency = request.kind == EMERGENCY
    most = at.limits.people_in_an_emergency if emergency else at.limits.people_in_a_request
    if len(request.person_ids) > most:
        raise Refused("Q_SIZE", "people")
    if emergency and request.role != EMERGENCY_ROLE:
        raise Refused("Q_ROLE", "role")
    if emergency and len(request.reason.strip()) < SHORTEST_REASON:
        raise Refused("Q_REASON", "reason")
    return account


def requester_account(name: str, role: str, recipient: str, at: Situation) -> Account:
    """The requester as the custodian knows them. What the request says of a role must be the same."""
    account = at.users.active(name)
    if account is None or not account.receives or account.role != role or recipient not in account.recipients:
        raise Refused("Q_ROLE", "role")
    return account


def check_ages(as_at: date, at: Situation) -> None:
    """The lists of registrations and opt-outs are of these weeks, the cohort of these months."""
    listed = at.registrations.as_at
    if listed is None or not 0 <= (at.today - listed).days <= at.limits.registrations_age_days:
        raise Refused("Q_OLD_LIST", "registrations")
    opted = at.opt_outs.as_at
    if opted is None or not 0 <= (at.today - opted).days <= at.limits.opt_outs_age_days:
        raise Refused("Q_OLD_OPT_OUTS", "opt-outs")
    if not 0 <= (at.today - as_at).days <= at.limits.cohort_age_days:
        raise Refused("Q_OLD_COHORT", "as_at")


def check_again(case: Case, at: Situation) -> None:
    """What may have changed since the request arrived. Raises Refused."""
    body = case.body
    requester_account(case.requester, str(body["role"]), case.recipient, at)
    agreement = str(body["agreement"])
    if not at.register.reach(agreement, case.recipient, at.today):
        raise Refused("Q_AGREEMENT", "agreement")
    if refused_criteria(at.register.agreements[agreement], body["criteria"]):
        raise Refused("Q_CRITERIA", "criteria")
    check_ages(case.day, at)


def eligible(people: Collection[str], agreement: str, recipient: str, at: Situation) -> dict[str, Registered]:
    """Those who may be given: registered where the recipient may look today, alive, not opted out."""
    reach = at.register.reach(agreement, recipient, at.today)
    known = at.registrations.of(people)
    objecting = at.opt_outs.objecting(people)
    return {
        person: found
        for person, found in known.items()
        if found.practice in reach and person not in objecting
    }


def check_rates(request: Request, page: Page, at: Situation) -> None:
    """How often this user asks, and whether this recipient has an emergency that waits for its review."""
    day_ago = (at.now - timedelta(days=1)).isoformat(timespec="seconds")
    asked = page.cases(
        "requester = ? AND received_at > ? AND standing IS NULL AND request_id <> ?",
        [request.requester, day_ago, request.request_id],
    )
    if len(asked) >= at.limits.requests_a_user_a_day and request.standing is None:
        raise Refused("Q_RATE", "requests")
    waiting = page.cases("recipient = ? AND state IN ('emergency', 'in_review')", [request.recipient])
    if request.kind == EMERGENCY and waiting:
        raise Refused("Q_OPEN_REVIEW", "emergency")


def check_share(case: Case, people: Collection[str], page: Page, at: Situation) -> None:
    """Not too many different people for one recipient in 30 days. Raises Refused."""
    practices = at.register.members(case.recipient, at.today)
    share = at.limits.share_of_the_list_a_month * at.registrations.list_size(practices)
    most = max(at.limits.people_a_recipient_a_month, share)
    if page.people_given(case.recipient, at.now - _MONTH, people) > most:
        raise Refused("Q_RATE", "people")


def check_standing(request: Request, page: Page, at: Situation) -> Case:
    """The first run that this one repeats, still approved and still covering it. Raises Refused."""
    found = page.cases("request_id = ?", [request.standing])
    if not found:
        raise Refused("Q_STANDING", "standing")
    first = found[0]
    said = ("role", "recipient", "purpose", "agreement", "cohort", "criteria_sha256", "requester")
    same = all(first.body[name] == request.plain()[name] for name in said)
    approved = first.state in ("released", "collected", "expired") and first.approved_at is not None
    lives = approved and not first.standing_is_over
    runs = page.cases("standing = ? AND state <> 'refused'", [first.request_id])
    last = max([first.received_at, *(run.received_at for run in runs)])
    most = min(int(first.body["runs"]), at.limits.standing_runs)
    if (
        not (same and lives and first.kind == "standing" and first.standing is None)
        or len(runs) + 1 >= most
        or at.now - last < timedelta(days=at.limits.standing_days_between)
        or at.now - (first.approved_at or at.now) > timedelta(days=at.limits.standing_days)
    ):
        raise Refused("Q_STANDING", "standing")
    return first


def flags_of(request: Request, kept: int, page: Page, at: Situation) -> tuple[str, ...]:
    """What an approver must see: each could be a way to learn about one person."""
    asked = len(request.person_ids)
    found = []
    if kept < at.limits.fewest_left:
        found.append("few_left")
    if asked - kept > at.limits.most_failed_share * asked:
        found.append("many_failed")
    since = (at.now - _MONTH).isoformat(timespec="seconds")
    earlier = page.cases(
        "recipient = ? AND received_at > ? AND request_id <> ? AND state <> 'refused'",
        [request.recipient, since, request.request_id],
    )
    people = set(request.person_ids)
    chain = {request.standing}
    for other in earlier:
        if request.standing and {other.request_id, other.standing} & chain:
            continue
        if 0 < len(people ^ set(page.people(other.request_id))) < at.limits.fewest_different:
            found.append("near_duplicate")
            break
    return tuple(found)
