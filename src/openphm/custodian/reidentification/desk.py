"""The desk: what zone P may ask, and what people decide. One method a move of the process map.

Each method is one transaction of the ledger. A refusal is written into the audit log before it is raised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from openphm.core.reidentification import Request, StatusQuestion, state_named
from openphm.custodian.home import Home
from openphm.custodian.reidentification import checks
from openphm.custodian.reidentification.checks import EMERGENCY, Situation
from openphm.custodian.reidentification.envelope import open_envelope, refuse_stale
from openphm.custodian.reidentification.ledger import Case, Ledger, Page
from openphm.custodian.reidentification.lists import Handover
from openphm.custodian.reidentification.opt_outs import OptOuts
from openphm.custodian.reidentification.reasons import FLAGS, REFUSALS, Refused
from openphm.custodian.reidentification.register_file import open_register
from openphm.custodian.reidentification.registrations import Registrations
from openphm.custodian.reidentification.sealed import Parcels, seal_list
from openphm.custodian.reidentification.steps import CUSTODIAN, EVENT, Steps, expect
from openphm.custodian.reidentification.users import Account, Users

FINDINGS = {"justified": "it could not wait", "not_justified": "it could have waited"}
_NOT_TOLD = {"Q_NOBODY"}
EMERGENCY_STATE = "emergency"


@dataclass(frozen=True)
class Answer:
    """What zone P learns of a request: where it stands, and, once released and not flagged, two numbers.

    history  each state that it was in, and since when; until: when it expires, if nobody acts. Who acted is
             not told, and nothing here that asking every minute would not tell as well
    """

    request_id: str
    state: str
    reason: str = ""
    released: int | None = None
    dropped: int | None = None
    history: tuple[tuple[str, str], ...] = ()
    until: str | None = None

    @classmethod
    def of(cls, case: Case, page: Page) -> Answer:
        shows = case.state in ("released", "collected") and not case.flags and case.kind != EMERGENCY
        reason = case.refused_for if case.refused_for not in _NOT_TOLD else ""
        released, dropped = (case.released, case.asked - case.released) if shows else (None, None)
        history = tuple((after, at) for at, _, _, after, _ in page.moves(case.request_id))
        until = None if case.due_at is None or state_named(case.state).is_over else case.due_at.isoformat()
        return cls(case.request_id, case.state, reason or "", released, dropped, history, until)


def folder_of(home: Home) -> Path:
    """Where re-identification keeps its files, 0700."""
    folder = home.folder / "reidentification"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


class Desk:
    """Re-identification in one home. Safe to use from several threads and processes at once."""

    def __init__(self, home: Home, opt_outs: OptOuts, clock: Callable[[], datetime] | None = None) -> None:
        self.folder = folder_of(home)
        self.log = home.log
        self.users = Users(self.folder)
        self.registrations = Registrations(self.folder)
        self.parcels = Parcels(self.folder)
        self.ledger = Ledger(self.folder)
        self._opt_outs = opt_outs
        self.steps = Steps(home, self.log, self.parcels, clock or (lambda: datetime.now(UTC)))
        self._reconcile()

    def situation(self) -> Situation:
        """Everything the checks look at, read anew."""
        register = open_register(self.folder)
        return Situation(register, self.users, self.registrations, self._opt_outs, self.steps.now())

    # what zone P may do

    def submit(self, sent: bytes) -> Answer:
        """Take a signed request. Raises Refused; what was signed stands in the ledger even so."""
        at = self._opening()
        with self._denial("submit"):
            request = open_envelope(sent, "request", at.register.suites, Request.read)
            refuse_stale(request.issued_at, request.expires_at, at.now, at.limits)
            with self.ledger.writing() as page:
                case, refusal = self._arrive(page, request, at)
                answer = Answer.of(case, page)
            if refusal is not None:
                raise refusal
        return answer

    def status(self, sent: bytes) -> Answer:
        """How far a request is, for a signed question. Raises Refused."""
        at = self._opening()
        with self._denial("status"):
            question = open_envelope(sent, "status", at.register.suites, StatusQuestion.read)
            refuse_stale(question.issued_at, question.expires_at, at.now, at.limits)
            with self.ledger.writing() as page:
                page.use_nonce(question.nonce, at.now)
                return Answer.of(page.case(question.request_id), page)

    def _arrive(self, page: Page, request: Request, at: Situation) -> tuple[Case, Refused | None]:
        page.use_nonce(request.nonce, at.now)
        known = self.users.active(request.requester)
        case = page.add(request, known.subject if known else request.requester, at.now)
        drafted = replace(case, state="drafted")
        self.steps.note(page, drafted, ("submit", "submitted"), request.requester, {"people": case.asked})
        try:
            return self._check(page, case, request, at), None
        except Refused as refused:
            return self.steps.fail(page, case, refused, at), refused

    def _check(self, page: Page, case: Case, request: Request, at: Situation) -> Case:
        checks.check_request(request, at)
        checks.check_rates(request, page, at)
        first = checks.check_standing(request, page, at) if request.standing else None
        people = checks.eligible(request.person_ids, request.agreement, request.recipient, at)
        checks.check_share(case, people, page, at)
        flags = checks.flags_of(request, len(people), page, at)
        due = at.now + timedelta(days=at.limits.approve_within_days)
        standing = first.request_id if first else None
        case = page.change(case, kept=len(people), flags=flags, standing=standing, due_at=due)
        case = self.steps.move(page, case, "check", CUSTODIAN, at)
        if request.kind == EMERGENCY:
            return self.steps.release(page, case, at, "break_glass", CUSTODIAN)
        if first is None or flags:
            return case
        said_yes = {"approver": first.approver, "approver_subject": first.approver_subject}
        case = page.change(case, approved_at=at.now, **said_yes)
        case = self.steps.move(page, case, "repeat", CUSTODIAN, at)
        return self.steps.release(page, case, at, "release", CUSTODIAN)

    # what people decide

    def approve(self, actor: Account, request_id: str, flags: Sequence[str] = ()) -> Case:
        """Say yes. flags: those of the request that the approver has seen. Raises Refused."""
        at = self._opening()
        with self._denial("approve", actor, request_id), self.ledger.writing() as page:
            actor.may("approver")
            case = _not_own(page.case(request_id), actor)
            expect(case, "approve")
            unseen = [FLAGS[name] for name in case.flags if name not in flags]
            if unseen:
                raise Refused("Q_FLAGS", "flags", f"Flags: {'; '.join(unseen)}.")
            due = at.now + timedelta(days=at.limits.release_within_days)
            said_yes = {"approver": actor.name, "approver_subject": actor.subject, "approved_at": at.now}
            case = page.change(case, due_at=due, **said_yes)
            return self.steps.move(page, case, "approve", actor.name, at)

    def refuse(self, actor: Account, request_id: str, why: str) -> Case:
        """Say no, for a reason of the list (reasons.REFUSALS). Raises Refused."""
        at = self._opening()
        with self._denial("refuse", actor, request_id), self.ledger.writing() as page:
            actor.may("approver")
            case = page.case(request_id)
            expect(case, "refuse")
            case = page.change(case, refused_for=why if why in REFUSALS else "not_needed")
            return self.steps.move(page, case, "refuse", actor.name, at)

    def release(self, actor: Account, request_id: str) -> Case:
        """Make the list, after every check passed again. Raises Refused."""
        at = self._opening()
        with self._denial("release", actor, request_id):
            actor.may("approver", "operator")
            with self.ledger.writing() as page:
                case = _not_own(page.case(request_id), actor)
                expect(case, "release")
                try:
                    checks.check_again(case, at)
                    return self.steps.release(page, case, at, "release", actor.name)
                except Refused as refused:
                    self.steps.fail(page, case, refused, at)
                    refusal = refused
            raise refusal

    def collect(self, actor: Account, request_id: str) -> Handover:
        """Hand the list over, once, to the person who asked. Raises Refused."""
        return self._give(actor, request_id, "collect")

    def deliver(self, actor: Account, request_id: str) -> bytes:
        """The list sealed for the practice's key, once, for an operator to send. Raises Refused."""
        with self._denial("deliver", actor, request_id), self.ledger.reading() as page:
            actor.may("operator", "approver")
            recipient = page.case(request_id).recipient
        key = self.public_key(recipient)
        if key is None:
            raise Refused("Q_NO_KEY", "recipient")
        handover = self._give(actor, request_id, "deliver")
        return seal_list(handover.csv(), key, request_id)

    def public_key(self, recipient: str) -> bytes | None:
        """The key that lists for this recipient are sealed with; None when it has none."""
        practice = self.situation().register.practices.get(recipient)
        return practice.public_key if practice else None

    def _give(self, actor: Account, request_id: str, step: str) -> Handover:
        at = self._opening()
        with self._denial(step, actor, request_id):
            refusal = None
            with self.ledger.writing() as page:
                case = page.case(request_id)
                case = _own(case, actor) if step == "collect" else _not_own(case, actor)
                name = f"{step}_emergency" if case.state == EMERGENCY_STATE else step
                expect(case, name)
                try:
                    handover = self.steps.hand_over(page, case, at, actor, name)
                except Refused as refused:
                    self.steps.fail(page, case, refused, at)
                    refusal = refused
            self.parcels.destroy(request_id)
            if refusal is not None:
                raise refusal
            return handover

    def revoke(self, actor: Account, request_id: str) -> Case:
        """Take a request back before it is collected: its requester, an approver, an operator."""
        at = self._opening()
        with self._denial("revoke", actor, request_id):
            with self.ledger.writing() as page:
                case = page.case(request_id)
                case = _own(case, actor) if actor.receives else case
                name = "end_emergency" if case.state == EMERGENCY_STATE else "revoke"
                case = self.steps.move(page, case, name, actor.name, at)
            self.parcels.destroy(request_id)
            return case

    def end_standing(self, actor: Account, request_id: str) -> Case:
        """End a standing approval: none of its later runs is approved any more. Raises Refused."""
        with self._denial("end_standing", actor, request_id), self.ledger.writing() as page:
            actor.may("approver", "operator")
            case = page.case(request_id)
            if case.kind != "standing" or case.standing is not None:
                raise Refused("Q_STATE", "standing")
            self.log.append(EVENT + "end_standing", actor=actor.name, detail={"request": request_id})
            return page.change(case, standing_is_over=1)

    def review(self, actor: Account, request_id: str, finding: str) -> Case:
        """Write down whether an emergency was one (FINDINGS). Raises Refused."""
        at = self._opening()
        with self._denial("review", actor, request_id), self.ledger.writing() as page:
            actor.may("approver")
            case = _not_own(page.case(request_id), actor)
            expect(case, "review")
            case = page.change(case, refused_for=finding if finding in FINDINGS else "not_justified")
            return self.steps.move(page, case, "review", actor.name, at)

    # what people see

    def visible(self, actor: Account) -> list[Case]:
        """All requests for approvers and operators; their own for those who ask."""
        self._opening()
        with self.ledger.reading() as page:
            if actor.receives:
                return [one for one in page.cases("requester = ?", [actor.name]) if _is_own(one, actor)]
            actor.may("approver", "operator")
            return page.cases()

    def look(self, actor: Account, request_id: str) -> Case:
        """One request. What is not yours is unknown to you. Raises Refused (Q_UNKNOWN)."""
        self._opening()
        with self._denial("look", actor, request_id), self.ledger.reading() as page:
            case = page.case(request_id)
            return _own(case, actor) if actor.receives else case

    # what time does

    def _opening(self) -> Situation:
        at = self.situation()
        self.expire(at)
        return at

    def expire(self, at: Situation | None = None) -> list[str]:
        """End what nobody acted on in time, and destroy every list that no longer waits. Answers which."""
        at = at or self.situation()
        moment = at.now.isoformat(timespec="seconds")
        stale = "due_at <= ? AND state IN ('checked', 'approved', 'released', 'emergency')"
        with self.ledger.reading() as page:
            if not page.cases(stale, [moment]) and not self.parcels.waiting():
                return []
        # nobody else is inside a step while this transaction lasts, so no parcel is being made
        with self.ledger.writing() as page:
            ended = page.cases(stale, [moment])
            for case in ended:
                name = "end_emergency" if case.state == EMERGENCY_STATE else "expire"
                self.steps.move(page, case, name, CUSTODIAN, at)
            page.forget_nonces(at.now - timedelta(days=2))
            waiting = {one.request_id for one in page.cases("state IN ('released', 'emergency')")}
            for request_id in set(self.parcels.waiting()) - waiting:
                self.parcels.destroy(request_id)
        return [case.request_id for case in ended]

    def _reconcile(self) -> None:
        """A move that the log has and the ledger has not: the process was killed between the two."""
        with self.ledger.writing() as page:
            tail = [one for one in self.log.last(50) if one.event.startswith(EVENT)]
            noted = {one.detail.get("move") for one in tail if one.event == EVENT + "outcome_unknown"}
            for entry in tail:
                move = entry.detail.get("move")
                if isinstance(move, str) and move not in noted and not page.has_move(move):
                    detail = {
                        "request": entry.detail.get("request"),
                        "move": move,
                        "sequence": entry.sequence,
                    }
                    self.log.append(EVENT + "outcome_unknown", actor=CUSTODIAN, detail={**detail})

    @contextmanager
    def _denial(self, step: str, actor: Account | None = None, request_id: str = "") -> Iterator[None]:
        """Write a refusal into the log before it goes on to whoever asked."""
        try:
            yield
        except Refused as refused:
            self.steps.deny(step, refused.code, actor.name if actor else "zone P", request_id[:32])
            raise


def _is_own(case: Case, actor: Account) -> bool:
    same = (case.requester, case.requester_subject) == (actor.name, actor.subject)
    return same and actor.receives and actor.is_active and case.recipient in actor.recipients


def _own(case: Case, actor: Account) -> Case:
    """Raises Refused (Q_UNKNOWN): whose it is not does not learn that it exists."""
    if not _is_own(case, actor):
        raise Refused("Q_UNKNOWN", "request")
    return case


def _not_own(case: Case, actor: Account) -> Case:
    """Raises Refused: two people decide. The ledger's constraint would refuse an approval as well."""
    if actor.subject == case.requester_subject or actor.name == case.requester:
        raise Refused("Q_SELF_APPROVAL", "approver")
    return case
