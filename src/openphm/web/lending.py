"""Lending: a few populations of one scope and place, each to one request at a time.

One connection answers one question at a time, so that a slow question would hold up everybody else of the
same scope: there are up to three.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, local

from openphm.population import Population

MOST_AT_ONCE = 3
MOST_FREE = 1
"""An open connection holds memory, so that only one waits for the next question; the others are closed."""


class Lent:
    """The populations of one scope and place."""

    def __init__(self, open_one: Callable[[], Population]) -> None:
        self._open_one = open_one
        self._free: list[Population] = []
        self._n_out = 0
        self._is_over = False
        self._changed = Condition()
        self._mine = local()

    @contextmanager
    def one(self) -> Iterator[Population]:
        """A population for this thread; the same again when it holds one already."""
        held: Population | None = getattr(self._mine, "held", None)
        if held is not None:
            yield held
            return
        population = self._take()
        self._mine.held = population
        try:
            yield population
        finally:
            self._mine.held = None
            self._give_back(population)

    def end(self) -> None:
        """Close what is free now, and the others when they come back."""
        with self._changed:
            self._is_over = True
            free, self._free = self._free, []
        for population in free:
            population.close()

    def _take(self) -> Population:
        with self._changed:
            while not self._free and self._n_out >= MOST_AT_ONCE:
                self._changed.wait()
            self._n_out += 1
            if self._free:
                return self._free.pop()
        try:
            return self._open_one()
        except BaseException:
            with self._changed:
                self._n_out -= 1
                self._changed.notify()
            raise

    def _give_back(self, population: Population) -> None:
        with self._changed:
            self._n_out -= 1
            is_kept = not self._is_over and len(self._free) < MOST_FREE
            if is_kept:
                self._free.append(population)
            self._changed.notify()
        if not is_kept:
            population.close()
