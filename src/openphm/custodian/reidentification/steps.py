"""What happens inside one step: the log first, then the ledger; and the one place that opens the vault.

Every method is called within a transaction of the ledger. The entry in the audit log is on the disk before
anything else happens; if it cannot be written, nothing happens. If the process is killed in between, the log
says more than the ledger, and the next opening of the desk notes `outcome unknown` for it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from openphm.audit import AuditLog, Value
from openphm.core.reidentification import NoSuchMove, next_state
from openphm.custodian.home import Home
from openphm.custodian.reidentification import checks
from openphm.custodian.reidentification.checks import Situation
from openphm.custodian.reidentification.ledger import Case, Page
from openphm.custodian.reidentification.lists import Handover
from openphm.custodian.reidentification.reasons import Refused
from openphm.custodian.reidentification.registrations import Names, Registered
from openphm.custodian.reidentification.sealed import Entry, Parcels
from openphm.custodian.reidentification.users import Account
from openphm.custodian.vault import Vault

CUSTODIAN = "custodian"
EVENT = "reidentification."
_FAILING = {"submitted": "fail", "emergency": "end_emergency"}
_SATURDAY = 5


@dataclass(frozen=True)
class Steps:
    """The parts of a step. `clock` gives the time."""

    home: Home
    log: AuditLog
    parcels: Parcels
    clock: Callable[[], datetime]

    def now(self) -> datetime:
        return self.clock().astimezone(UTC)

    def move(self, page: Page, case: Case, name: str, actor: str, at: Situation) -> Case:
        """Take one move of the process map. Raises Refused (Q_STATE) when there is no such move."""
        after = expect(case, name)
        self.note(page, case, (name, after), actor, {"kept": case.kept, "released": case.released})
        if after == "in_review":
            due = working_days_after(at.now, at.limits.review_within_working_days)
            case = page.change(case, due_at=due)
        return page.change(case, state=after)

    def note(
        self, page: Page, case: Case, step: tuple[str, str], actor: str, counts: Mapping[str, int]
    ) -> None:
        """Write a move into the log and into the ledger."""
        move_id = secrets.token_hex(8)
        name, after = step
        detail = {"request": case.request_id, "move": move_id, "state": after, "recipient": case.recipient}
        if case.refused_for:
            detail["reason"] = case.refused_for
        if name == "break_glass":
            detail["alert"] = "released without approval; a review is due"
        self.log.append(EVENT + name, actor=actor, detail={**detail, **counts})
        page.write_move(case, move_id, step, actor, self.now())

    def deny(self, step: str, code: str, actor: str, request_id: str = "") -> None:
        """Write into the log that somebody was refused."""
        detail = {"step": step, "reason": code, "request": request_id}
        self.log.append(EVENT + "denied", actor=actor, detail={**detail})

    def fail(self, page: Page, case: Case, refused: Refused, at: Situation) -> Case:
        """A check said no: the request is over, wherever it stood."""
        case = page.change(page.case(case.request_id), refused_for=refused.code)
        return self.move(page, case, _FAILING.get(case.state, "fail_late"), CUSTODIAN, at)

    def release(self, page: Page, case: Case, at: Situation, name: str, actor: str) -> Case:
        """Make the list and keep it sealed until it is collected. Raises Refused."""
        agreement = str(case.body["agreement"])
        people = checks.eligible(page.people(case.request_id), agreement, case.recipient, at)
        checks.check_share(case, people, page, at)
        if not people:
            raise Refused("Q_NOBODY", "people")
        entries = self._open_vault(page, case, people)
        page.mark_released(case.request_id, [one.person_id for one in entries])
        due = at.now + timedelta(hours=at.limits.collect_within_hours)
        self.parcels.put(case.request_id, entries)
        case = page.change(case, released=len(entries), released_at=at.now, due_at=due)
        return self.move(page, case, name, actor, at)

    def _open_vault(self, page: Page, case: Case, people: Mapping[str, Registered]) -> list[Entry]:
        """The only place where a pseudonym becomes a number. The log says so first, and for how many."""
        move_id = secrets.token_hex(8)
        detail: dict[str, Value] = {"request": case.request_id, "move": move_id, "people": len(people)}
        self.log.append(EVENT + "vault_opened", actor=CUSTODIAN, detail=detail)
        page.note_opening(case.request_id, move_id, len(people), self.now())
        key = self.home.key()
        vault, names = Vault(self.home.vault_path, key), Names(key)
        found = []
        for person, registered in sorted(people.items()):
            number = vault.open(person)
            if number is not None:
                name = names.open(person, registered.sealed_name)
                found.append(Entry(person, number, name, registered.practice))
        return found

    def hand_over(self, page: Page, case: Case, at: Situation, actor: Account, name: str) -> Handover:
        """Take the list out of its parcel, without those who have moved or objected since. Raises Refused."""
        checks.check_again(case, at)
        entries = self.parcels.open(case.request_id)
        people = [one.person_id for one in entries]
        still = checks.eligible(people, str(case.body["agreement"]), case.recipient, at)
        left = tuple(one for one in entries if one.person_id in still)
        case = page.change(case, collected=len(left))
        case = self.move(page, case, name, actor.name, at)
        return Handover(case, left, actor.name, at.now, at.limits.destroy_within_days)


def expect(case: Case, name: str) -> str:
    """The state a move leads to. Raises Refused (Q_STATE)."""
    try:
        return next_state(case.state, name)
    except NoSuchMove as error:
        raise Refused("Q_STATE", "request", f"It is {case.state}.") from error


def working_days_after(moment: datetime, days: int) -> datetime:
    """The end of the n-th working day after. Bank holidays count as working days: the review comes sooner."""
    day: date = moment.date()
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() < _SATURDAY
    return datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC)
