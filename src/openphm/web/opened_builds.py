"""Opened builds: lent for each scope and place that somebody asks about, anew when a build is published;
with the answers they gave, since a build never changes. Where pages are served, answers come from processes
apart (openphm.web.apart), and what is lent here is for names, places and dates.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from threading import Lock

from openphm.access import Scope
from openphm.definitions import Definitions, load
from openphm.population import Population
from openphm.population.live import live_build
from openphm.population.opened import opened
from openphm.web.apart import AnswerApart, Apart
from openphm.web.lending import Lending
from openphm.web.presenting import Answer, Asked
from openphm.web.settings import Settings

MEMORY = "500MB"
"""Of the engine, for each question at work; beyond it, work spills to the disk."""
MOST_PAGES = 400

Key = tuple[str, Scope, str | None]
Question = tuple[str, Scope, str | None, Hashable]
Known = Answer | AnswerApart


class OpenedBuilds:
    """Lends populations and remembers pages. Safe for many threads."""

    def __init__(self, settings: Settings, *, asks_apart: bool = False) -> None:
        self._settings = settings
        self._apart = Apart(settings.store, settings.overlay, MEMORY) if asks_apart else None
        self._lock = Lock()
        self._lending: Lending[Key] = Lending(self._open)
        self._pages: OrderedDict[Question, Known] = OrderedDict()
        self._being_asked: dict[Question, Lock] = {}
        self.definitions: Definitions = load(settings.overlay)

    @contextmanager
    def population(self, scope: Scope, place: str | None = None) -> Iterator[Population]:
        """The live build for a scope, lent to this thread alone.

        Raises UsageError for an unknown place, AccessRefused for one outside the scope.
        """
        with self._lending.one((self._live(), scope, place)) as population:
            yield population

    def page(self, scope: Scope, place: str | None, question: Hashable, asked: Asked) -> Known:
        """What is answered for a scope and place; asked once for each build, also by many at once.

        question: what tells this page from every other: the name of the report and all its options.
        """
        key = (self._live(), scope, place, question)
        known = self._known(key)
        if known is not None:
            return known
        with self._lock:
            turn = self._being_asked.setdefault(key, Lock())
        try:
            with turn:
                known = self._known(key)
                if known is not None:  # somebody else had asked the same, and has the answer
                    return known
                made = self._ask(scope, place, asked)
                self._keep(key, made)
                return made
        finally:
            with self._lock:
                self._being_asked.pop(key, None)

    def _ask(self, scope: Scope, place: str | None, asked: Asked) -> Known:
        if self._apart is not None and self._apart.can_ask(asked):
            return AnswerApart(self._apart, scope, place, asked)
        with self.population(scope, place) as population:
            return asked(population)

    def is_known(self, scope: Scope, place: str | None, question: Hashable) -> bool:
        """Was this page answered already for the live build?"""
        return self._known((self._live(), scope, place, question)) is not None

    def close(self) -> None:
        """Let go of every build."""
        self._lending.end()
        if self._apart is not None:
            self._apart.close()
        with self._lock:
            self._pages.clear()

    def _live(self) -> str:
        return live_build(self._settings.store)

    def _known(self, key: Question) -> Known | None:
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
            return self._pages.get(key)

    def _keep(self, key: Question, page: Known) -> None:
        with self._lock:
            self._pages[key] = page
            while len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)

    def _open(self, key: Key) -> Population:
        _, scope, place = key
        return opened(self._settings.store, scope, place, definitions=self.definitions, memory_limit=MEMORY)
