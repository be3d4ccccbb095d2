"""Opened builds: kept open for each scope and place that somebody asks about, anew when a build is published;
with the pages they answered, since a build never changes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from threading import Lock

from openphm.access import Scope
from openphm.definitions import Definitions, load
from openphm.pages import Page
from openphm.population import Population
from openphm.population.live import live_build
from openphm.population.opened import opened
from openphm.web.lending import Lent
from openphm.web.settings import Settings

MOST_OPEN = 4
MEMORY = "1GB"
"""Of the engine, for each connection; beyond it, work spills to the disk."""
MOST_PAGES = 400

Key = tuple[str, Scope, str | None]
Question = tuple[str, Scope, str | None, Hashable]


class OpenedBuilds:
    """Lends populations and remembers pages. Safe for many threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._lent: OrderedDict[Key, Lent] = OrderedDict()
        self._pages: OrderedDict[Question, Page] = OrderedDict()
        self._being_asked: dict[Question, Lock] = {}
        self.definitions: Definitions = load(settings.overlay)

    @contextmanager
    def population(self, scope: Scope, place: str | None = None) -> Iterator[Population]:
        """The live build for a scope, lent to this thread alone.

        Raises UsageError for an unknown place, AccessRefused for one outside the scope.
        """
        with self._entry((self._live(), scope, place)).one() as population:
            yield population

    def page(
        self, scope: Scope, place: str | None, question: Hashable, make: Callable[[Population], Page]
    ) -> Page:
        """What `make` answers for a scope and place; asked once for each build, also by many at once.

        question: what tells this page from every other: the name of the report and all its options.
        """
        key = (self._live(), scope, place, question)
        known = self._known(key)
        if known is not None:
            return known
        with self._lock:
            asked = self._being_asked.setdefault(key, Lock())
        try:
            with asked:
                known = self._known(key)
                if known is not None:  # somebody else had asked the same, and has the answer
                    return known
                with self.population(scope, place) as population:
                    made = make(population)
                self._keep(key, made)
                return made
        finally:
            with self._lock:
                self._being_asked.pop(key, None)

    def is_known(self, scope: Scope, place: str | None, question: Hashable) -> bool:
        """Was this page answered already for the live build?"""
        return self._known((self._live(), scope, place, question)) is not None

    def close(self) -> None:
        """Let go of every build."""
        with self._lock:
            lent, self._lent = list(self._lent.values()), OrderedDict()
            self._pages.clear()
        for one in lent:
            one.end()

    def _live(self) -> str:
        return live_build(self._settings.store)

    def _known(self, key: Question) -> Page | None:
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
            return self._pages.get(key)

    def _keep(self, key: Question, page: Page) -> None:
        with self._lock:
            self._pages[key] = page
            while len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)

    def _entry(self, key: Key) -> Lent:
        """The populations of a key; those of an earlier build, and the least used of too many, are let go."""
        _, scope, place = key
        with self._lock:
            if key not in self._lent:
                self._lent[key] = Lent(lambda: self._open(scope, place))
            self._lent.move_to_end(key)
            entry = self._lent[key]
            old = [other for other in self._lent if other[0] != key[0]]
            many = list(self._lent)[: max(0, len(self._lent) - MOST_OPEN)]
            gone = [self._lent.pop(other) for other in dict.fromkeys([*old, *many])]
        for one in gone:
            one.end()
        return entry

    def _open(self, scope: Scope, place: str | None) -> Population:
        return opened(self._settings.store, scope, place, definitions=self.definitions, memory_limit=MEMORY)
