"""Sessions: who is signed in, in which role, for which purpose, and the token that proves a form is ours.

Kept in a file by the hash of their cookie (openphm.recording.sign_ins): they outlive a restart and are the
same for every process, and a copy of what is kept gives nobody a cookie. The token of forms is made from
the cookie and kept nowhere. What the person may do is asked of the register anew for each request; a
session only says who they are.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from openphm.access import Purpose, Role
from openphm.core.records import SignedIn
from openphm.recording import SignIns

IDLE = timedelta(minutes=20)
LONGEST = timedelta(hours=10)
MOST_AT_ONCE = 3
SELDOM = timedelta(minutes=1)
"""How often at most it is written down that a session was used, so that pages wait for no disk. A session may
end as much before IDLE."""
LONGEST_SIGN_IN = timedelta(minutes=10)
FILE, DEMO_FILE = "sessions.sqlite", "sessions-demo.sqlite"
"""A demo's made-up users are in a file apart: no other suite over the same store ever believes them."""


def utc_now() -> datetime:
    """The clock of sessions."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Session:
    """One person, signed in on one browser.

    key         the hash of the cookie: names the session where it is listed
    purpose     why they ask; None until they have said so
    form_token  empty where sessions are listed: only the browser's own cookie gives it
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
        return bool(token) and hmac.compare_digest(self.form_token.encode(), token.encode())


class Sessions:
    """Every session of a store, for all processes that serve it."""

    def __init__(self, path: Path, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock
        self._kept = SignIns(path, idle=IDLE, longest=LONGEST, on_the_way=LONGEST_SIGN_IN)

    @classmethod
    def beside(cls, store: Path, *, is_demo: bool) -> Sessions:
        """The sessions of a store: a file in its folder."""
        return cls(store / (DEMO_FILE if is_demo else FILE))

    def begin(self, name: str, role: Role | None = None, purpose: Purpose | None = None) -> str:
        """A new session; answers its cookie. The oldest of more than three of one person ends."""
        now = self._clock()
        token = secrets.token_urlsafe(32)
        one = SignedIn(key_of(token), name, role or "", purpose or "", now, now)
        self._kept.begin(one, MOST_AT_ONCE)
        return token

    def of(self, token: str | None) -> Session | None:
        """The session of a cookie, while it lives."""
        if not token:
            return None
        now, key = self._clock(), key_of(token)
        found = self._kept.find(key, now)
        if found is None:
            return None
        if now - found.used >= SELDOM:
            self._kept.use(key, now)
        return _session(found, made_from(token, "form"))

    def say_why(self, session: Session, purpose: Purpose) -> None:
        """Remember the purpose of a session."""
        self._kept.say_why(session.key, purpose)

    def of_person(self, name: str) -> list[Session]:
        """The living sessions of one person, oldest first."""
        return [_session(one) for one in self._kept.of(name, self._clock())]

    def end(self, key: str) -> None:
        """End one session."""
        self._kept.end(key)

    def end_all(self, name: str) -> None:
        """End every session of one person."""
        self._kept.end_all(name)

    def leave(self, ticket: str, next_: str) -> None:
        """Somebody goes to the sign-in provider, with a ticket that binds the way back to their browser."""
        self._kept.leave(key_of(ticket), next_, self._clock())

    def come_back(self, ticket: str) -> str | None:
        """Where the holder of a ticket wanted to go; None when it was not given, used already or too old."""
        return self._kept.come_back(key_of(ticket), self._clock())

    def close(self) -> None:
        """Let go of the file."""
        self._kept.close()


def key_of(token: str) -> str:
    """How a cookie's token is kept."""
    return sha256(token.encode()).hexdigest()


def made_from(token: str, what: str) -> str:
    """A secret that only the holder of a cookie can make again: 64 characters, another for each use."""
    return hmac.new(token.encode(), what.encode(), sha256).hexdigest()


def _session(one: SignedIn, form_token: str = "") -> Session:
    role, purpose = Role(one.role) if one.role else None, Purpose(one.purpose) if one.purpose else None
    return Session(one.sha256, one.name, role, purpose, form_token, one.begun, one.used)
