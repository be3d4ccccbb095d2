"""Opened builds: one for each scope and place that somebody asks about, kept open, a new one when a build is
published; and the pages they answered, since a build never changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock, RLock

from openphm.access import Scope
from openphm.definitions import Definitions, load
from openphm.pages import Page
from openphm.population import Population
from openphm.population.live import live_build
from openphm.population.opened import opened
from openphm.web.settings import Settings

MOST_OPEN = 24
MOST_PAGES = 400


@dataclass
class _Kept:
    """A population that is lent to one request at a time."""

    lock: RLock = field(default_factory=RLock)
    population: Population | None = None


class OpenedBuilds:
    """Lends populations and remembers pages. Safe for many threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._pages: OrderedDict[Hashable, Page] = OrderedDict()
        self.definitions: Definitions = load(settings.overlay)

    @contextmanager
    def population(self, scope: Scope, place: str | None = None) -> Iterator[Population]:
        """The live build for a scope, lent to this thread alone.

        Raises UsageError for an unknown place, AccessRefused for one outside the scope.
        """
        key = (live_build(self._settings.store), scope, place)
        kept = self._entry(key)
        with kept.lock:
            if kept.population is None:
                kept.population = opened(self._settings.store, scope, place, definitions=self.definitions)
            yield kept.population

    def page(
        self, scope: Scope, place: str | None, question: Hashable, make: Callable[[Population], Page]
    ) -> Page:
        """What `make` answers for a scope and place; asked once for each build.

        question: what tells this page from every other: the name of the report and all its options.
        """
        key = (live_build(self._settings.store), scope, place, question)
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
                return self._pages[key]
        with self.population(scope, place) as population:
            # Somebody who waited for the same question finds it answered.
            if key in self._pages:
                return self._pages[key]
            made = make(population)
        with self._lock:
            self._pages[key] = made
            while len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)
        return made

    def close(self) -> None:
        """Let go of every build."""
        with self._lock:
            kept, self._kept = list(self._kept.values()), OrderedDict()
            self._pages.clear()
        for one in kept:
            _close(one)

    def _entry(self, key: tuple[str, Scope, str | None]) -> _Kept:
        """The entry of a key; those of an earlier build, and the least used of too many, are let go."""
        with self._lock:
            entry = self._kept.setdefault(key, _Kept())
            self._kept.move_to_end(key)
            old = [other for other in self._kept if other[0] != key[0]]  # type: ignore[index]  # keys are tuples
            many = list(self._kept)[: max(0, len(self._kept) - MOST_OPEN)]
            gone = [self._kept.pop(other) for other in dict.fromkeys([*old, *many])]
        for one in gone:
            _close(one)
        return entry


def _close(kept: _Kept) -> None:
    """Close a population when the last who asks it has finished."""
    with kept.lock:
        if kept.population is not None:
            kept.population.close()
            kept.population = None
