"""Sessions: who is signed in, for how long, and the token that proves a form is ours.

Kept in memory by the hash of their token, so that a restart signs everybody out and a copy of the memory
gives no cookie. The account itself is read anew from the users file for each request.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock

IDLE = timedelta(minutes=20)
LONGEST = timedelta(hours=10)
MOST_AT_ONCE = 3


@dataclass(frozen=True)
class Session:
    """One person, signed in on one browser."""

    name: str
    form_token: str
    begun: datetime
    used: datetime

    def accepts(self, token: str) -> bool:
        """Does a form come from a page of this session?"""
        return hmac.compare_digest(self.form_token.encode(), token.encode())


class Sessions:
    """Every session of this process."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._kept: dict[str, Session] = {}
        self._lock = Lock()

    def begin(self, name: str) -> str:
        """A new session; answers its cookie. The oldest of more than three of one person ends."""
        now = self._clock()
        token = secrets.token_urlsafe(32)
        with self._lock:
            own = sorted((one.begun, key) for key, one in self._kept.items() if one.name == name)
            for _, key in own[: max(0, len(own) - MOST_AT_ONCE + 1)]:
                del self._kept[key]
            self._kept[_key(token)] = Session(name, secrets.token_urlsafe(32), now, now)
        return token

    def of(self, token: str | None) -> Session | None:
        """The session of a cookie, while it lives."""
        if not token:
            return None
        now = self._clock()
        with self._lock:
            found = self._kept.get(_key(token))
            if found is None:
                return None
            if now - found.used > IDLE or now - found.begun > LONGEST:
                del self._kept[_key(token)]
                return None
            self._kept[_key(token)] = found = replace(found, used=now)
            return found

    def end(self, token: str | None) -> None:
        with self._lock:
            self._kept.pop(_key(token or ""), None)


class Throttle:
    """At most so many tries a minute from one place."""

    def __init__(self, clock: Callable[[], datetime], most: int = 60) -> None:
        self._clock, self._most = clock, most
        self._tries: dict[str, list[datetime]] = {}
        self._lock = Lock()

    def allows(self, place: str) -> bool:
        now = self._clock()
        with self._lock:
            recent = [one for one in self._tries.get(place, []) if now - one < timedelta(minutes=1)]
            self._tries = {
                key: tries
                for key, tries in self._tries.items()
                if tries and now - tries[-1] < timedelta(minutes=1)
            }
            if len(recent) >= self._most:
                return False
            self._tries[place] = [*recent, now]
            return True


def _key(token: str) -> str:
    return sha256(token.encode()).hexdigest()
