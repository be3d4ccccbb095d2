"""Sessions: who is signed in, in which role, for which purpose, and the token that proves a form is ours.

Kept by the hash of their cookie, so that a copy of what is kept gives nobody a cookie. What the person may
do is asked of the register anew for each request; a session only says who they are.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Lock

from openphm.access import Purpose, Role

IDLE = timedelta(minutes=20)
LONGEST = timedelta(hours=10)
MOST_AT_ONCE = 3


def utc_now() -> datetime:
    """The clock of sessions."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Session:
    """One person, signed in on one browser.

    key      the hash of the cookie: names the session where it is listed
    purpose  why they ask; None until they have said so
    """

    key: str
    name: str
    role: Role | None
    purpose: Purpose | None
    form_token: str
    begun: datetime
    used: datetime

    def accepts(self, token: str) -> bool:
        """Does a form come from a page of this session?"""
        return hmac.compare_digest(self.form_token.encode(), token.encode())


class Sessions:
    """Every session of this process."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock
        self._kept: dict[str, Session] = {}
        self._lock = Lock()

    def begin(self, name: str, role: Role | None = None, purpose: Purpose | None = None) -> str:
        """A new session; answers its cookie. The oldest of more than three of one person ends."""
        now = self._clock()
        token = secrets.token_urlsafe(32)
        session = Session(key_of(token), name, role, purpose, secrets.token_urlsafe(32), now, now)
        with self._lock:
            own = sorted((one.begun, key) for key, one in self._kept.items() if one.name == name)
            for _, key in own[: max(0, len(own) - MOST_AT_ONCE + 1)]:
                del self._kept[key]
            self._kept[session.key] = session
        return token

    def of(self, token: str | None) -> Session | None:
        """The session of a cookie, while it lives."""
        if not token:
            return None
        now, key = self._clock(), key_of(token)
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            if now - found.used > IDLE or now - found.begun > LONGEST:
                del self._kept[key]
                return None
            self._kept[key] = found = replace(found, used=now)
            return found

    def say_why(self, session: Session, purpose: Purpose) -> None:
        """Remember the purpose of a session."""
        with self._lock:
            if session.key in self._kept:
                self._kept[session.key] = replace(self._kept[session.key], purpose=purpose)

    def of_person(self, name: str) -> list[Session]:
        """The living sessions of one person, oldest first."""
        now = self._clock()
        with self._lock:
            own = [one for one in self._kept.values() if one.name == name]
        return sorted((one for one in own if now - one.used <= IDLE), key=lambda one: one.begun)

    def end(self, key: str) -> None:
        """End one session."""
        with self._lock:
            self._kept.pop(key, None)


def key_of(token: str) -> str:
    """How a cookie's token is kept."""
    return sha256(token.encode()).hexdigest()
