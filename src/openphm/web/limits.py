"""Limits: how many requests one person, or one place that nobody signed in from, may make in a minute."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

PAGES, ANSWERS, SIGN_INS = 240, 60, 30
"""In a minute: pages of one person, answers of the API to one, and tries to sign in from one address."""
_MOST_NAMES = 10_000


class TooMany(Exception):
    """Asked too often: come back in so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Limits:
    """A bucket for each name, which fills again as time passes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = Lock()

    def take(self, name: str, most: int) -> None:
        """One more request of a name that may make `most` in a minute. Raises TooMany."""
        now = self._clock()
        with self._lock:
            left, then = self._left.get(name, (float(most), now))
            left = min(float(most), left + (now - then) * most / 60)
            if left < 1:
                raise TooMany(max(1, round((1 - left) * 60 / most)))
            self._left[name] = (left - 1, now)
            if len(self._left) > _MOST_NAMES:
                self._left = {k: one for k, one in self._left.items() if now - one[1] < 60}
