"""Lending: an open population to one thread at a time.

An open build holds memory: what it answered last stays in it. So only a few are at work at once, whatever
they are asked, and one that nobody has asked for a while is closed. To open one again takes a few hundredths
of a second.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from threading import Condition, Timer, local
from typing import Generic, TypeVar

from openphm.population import Population

MOST_AT_ONCE = max(2, os.cpu_count() or 2)
MOST_FREE = 2
IDLE = 10.0
"""Seconds after which a population that nobody asks is closed."""
LONGEST_WAIT = 30.0
"""Seconds after which a thread goes on without its turn: too much memory is better than standing still."""

Key = TypeVar("Key", bound=Hashable)


class Lending(Generic[Key]):
    """Populations by key: build, scope and place. Safe for many threads."""

    def __init__(self, open_one: Callable[[Key], Population], idle: float = IDLE) -> None:
        self._open_one = open_one
        self._idle = idle
        self._free: list[tuple[Key, Population, float]] = []  # the longest unused first
        self._n_out = 0
        self._is_over = False
        self._changed = Condition()
        self._mine = local()
        self._timer: Timer | None = None

    @property
    def n_free(self) -> int:
        """How many are open and nobody's."""
        return len(self._free)

    @contextmanager
    def one(self, key: Key) -> Iterator[Population]:
        """A population for this thread; the same again when it holds one of this key already.

        A thread waits for its turn unless it holds another already, and not for ever.
        """
        held: dict[Key, Population] = self._mine.__dict__.setdefault("held", {})
        if key in held:
            yield held[key]
            return
        population = self._take(key, waits=not held)
        held[key] = population
        try:
            yield population
        finally:
            del held[key]
            self._give_back(key, population)

    def end(self) -> None:
        """Close what is free now, and the others when they come back."""
        with self._changed:
            self._is_over = True
            timer = self._timer
        self._close_all_but(0)
        if timer is not None:
            timer.cancel()
            timer.join()  # it may be closing some

    def _take(self, key: Key, *, waits: bool) -> Population:
        with self._changed:
            if waits:
                self._changed.wait_for(lambda: self._n_out < MOST_AT_ONCE, LONGEST_WAIT)
            self._n_out += 1
            for one in reversed(self._free):
                if one[0] == key:
                    self._free.remove(one)
                    return one[1]
        try:
            return self._open_one(key)
        except BaseException:
            self._one_less()
            raise

    def _give_back(self, key: Key, population: Population) -> None:
        with self._changed:
            self._free.append((key, population, time.monotonic()))
            most = 0 if self._is_over else MOST_FREE
        self._one_less()
        self._close_all_but(most)
        self._look_later()

    def _one_less(self) -> None:
        with self._changed:
            self._n_out -= 1
            self._changed.notify()

    def _close_all_but(self, most: int) -> None:
        with self._changed:
            many = max(0, len(self._free) - most)
            gone, self._free = self._free[:many], self._free[many:]
        for _, population, _ in gone:
            population.close()

    def _look_later(self) -> None:
        """Set one clock, if something is free and none is set."""
        with self._changed:
            if self._timer is None and self._free and not self._is_over:
                self._timer = Timer(self._idle, self._close_unused)
                self._timer.daemon = True
                self._timer.start()

    def _close_unused(self) -> None:
        before = time.monotonic() - self._idle
        with self._changed:
            still_used = sum(1 for _, _, since in self._free if since > before)
        self._close_all_but(still_used)
        with self._changed:
            self._timer = None
        self._look_later()
