"""Contacts: what a coordinator wrote down of trying to reach somebody in a worklist. No free text is kept.

Each is a version of one kept thing, so that nothing that was written down is ever changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from openphm.core.errors import UsageError
from openphm.core.records import Kept
from openphm.web.asking import Asking

KIND = "contact"
STATES = {"tried": "Tried", "reached": "Reached", "declined": "Declined", "referred": "Referred"}


@dataclass(frozen=True)
class Contact:
    """One contact: how it went, on which day, and who wrote it down."""

    state: str
    day: date
    by: str

    @property
    def said(self) -> str:
        """For people: Reached, 3 March 2026."""
        return f"{STATES[self.state]}, {self.day:%-d %B %Y}"


def contacts_of(ask: Asking, name: str, person_id: str) -> list[Contact]:
    """Every contact with a person of a list, the newest first. The caller has checked who may see them."""
    return [_contact(one) for one in reversed(ask.register.kept.versions(KIND, _id(name, person_id)))]


def newest_contacts(ask: Asking, name: str) -> dict[str, Contact]:
    """The last contact with each person of a list. A page shows those of its own rows alone."""
    start = _id(name, "")
    return {
        one.id.removeprefix(start): _contact(one)
        for one in ask.register.kept.all(KIND)
        if one.id.startswith(start)
    }


def keep_contact(ask: Asking, name: str, person_id: str, *, state: str, day: str) -> None:
    """Write a contact down, remembered first. Raises UsageError for another state or a day to come."""
    body = {"state": _state(state), "day": _day(day).isoformat()}
    ask.remember("contact.recorded", list=name, state=state)
    ask.register.kept.keep(KIND, _id(name, person_id), body, owner=ask.user.name)


def _state(text: str) -> str:
    if text not in STATES:
        allowed = f"One of: {', '.join(STATES.values())}."
        raise UsageError("contact", "this is no way a contact can go", allowed, "choose one of these")
    return text


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.max
    if day > date.today():
        allowed = "A day up to today, such as 2026-03-31."
        raise UsageError("contact", "this is not a day that has been", allowed, "go back and mend it")
    return day


def _id(name: str, person_id: str) -> str:
    return f"{name}/{person_id}"


def _contact(kept: Kept) -> Contact:
    return Contact(kept.body["state"], date.fromisoformat(kept.body["day"]), kept.owner)
