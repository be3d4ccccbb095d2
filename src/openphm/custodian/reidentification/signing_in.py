"""Sign in: a name, a password, a lock after five wrong ones. The same for page and command line."""

from __future__ import annotations

from datetime import timedelta

from openphm.custodian.reidentification.desk import Desk
from openphm.custodian.reidentification.reasons import Refused
from openphm.custodian.reidentification.users import Account, spend_the_time_of_a_password

MOST_FAILURES = 5
LOCKED = timedelta(minutes=15)


def sign_in(desk: Desk, name: str, password: str) -> Account:
    """The account of a name and its password. Raises Refused (Q_SIGN_IN), always the same way.

    A wrong name, a wrong password and a locked account cannot be told apart, nor by their time.
    """
    now = desk.steps.now()
    account = desk.users.active(name)
    with desk.ledger.reading() as page:
        failed, locked_until = page.sign_in_failures(name)
    is_locked = locked_until is not None and locked_until > now
    if account is None:
        spend_the_time_of_a_password(password)
    is_right = account is not None and account.has_password(password) and not is_locked
    if account is not None and is_right:
        if failed:
            with desk.ledger.writing() as page:
                page.note_sign_in(name, 0, None)
        desk.log.append("custodian.signed_in", actor=name, detail={"role": account.role})
        return account
    if account is not None and not is_locked:
        failed = 1 if locked_until is not None else failed + 1
        until = now + LOCKED if failed >= MOST_FAILURES else None
        with desk.ledger.writing() as page:
            page.note_sign_in(name, failed, until)
    desk.log.append("custodian.sign_in_refused", actor=name[:80], detail={"locked": is_locked})
    raise Refused("Q_SIGN_IN", "sign-in")
