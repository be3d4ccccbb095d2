"""Asker: a user with a purpose, and what the suite holds for them. A request is one, and so is a job."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date

from openphm.access import Action, Purpose, Role, Scope, User, authorise
from openphm.audit.chain import Value
from openphm.core.errors import AccessRefused
from openphm.core.records import Job
from openphm.definitions import Definitions
from openphm.pages import Page
from openphm.population import Population
from openphm.population.cohorts.chosen import What
from openphm.population.differencing import overlaps_with_earlier
from openphm.recording import Register
from openphm.release import Overlap
from openphm.web.presenting import Asked, Shown, present
from openphm.web.suite import Suite


class NeedsPurpose(Exception):
    """Signed in, and has not said why they ask."""


class Asker:
    """Who asks and why. Every figure they get has passed `release`."""

    def __init__(self, suite: Suite, user: User, purpose: Purpose | None) -> None:
        self.suite = suite
        self.user = user
        self._purpose = purpose

    # -- who and why

    @property
    def roles(self) -> frozenset[Role]:
        return self.user.roles

    @property
    def seen(self) -> set[str]:
        """The addresses of every page that this user may see."""
        return {path for path, roles in self.suite.paths.items() if roles & self.roles}

    @property
    def purpose(self) -> Purpose:
        """Why they ask. Raises NeedsPurpose."""
        if self._purpose is None:
            raise NeedsPurpose
        return self._purpose

    def scope(self, action: Action = Action.READ_AGGREGATE) -> Scope:
        """The rows this user may ask about for their purpose. Raises AccessRefused."""
        return authorise(self.user, action, purpose=self.purpose, log=self.suite.log)

    def may(self, action: Action) -> bool:
        """Would `scope` answer? Nothing is written to the log."""
        try:
            authorise(self.user, action, purpose=self.purpose)
        except AccessRefused:
            return False
        return True

    def remember(self, event: str, **detail: Value) -> None:
        """Write to the audit log, before what is remembered is done. Raises StoreError."""
        self.suite.log.append(event, actor=self.user.name, detail=detail)

    # -- what the suite holds

    @property
    def definitions(self) -> Definitions:
        return self.suite.builds.definitions

    @property
    def register(self) -> Register:
        return self.suite.register

    @contextmanager
    def population(
        self, place: str | None = None, action: Action = Action.READ_AGGREGATE
    ) -> Iterator[Population]:
        """The live build for this user's rows, lent to this request alone. Close nothing."""
        with self.suite.builds.population(self.scope(action), place) as population:
            yield population

    def shown(
        self,
        question: str,
        make: Callable[[Population], Page],
        *,
        place: str | None = None,
        options: Mapping[str, object] | None = None,
        action: Action = Action.READ_AGGREGATE,
        overlaps: Sequence[Overlap] = (),
    ) -> Shown:
        """A page, asked once for each build, released under the suite's rule.

        options: everything that changes the answer and is not in the scope; part of what it is kept by.
        """

        key, asked = _key(question, options), Asked(make, self.suite.rule)
        return self.suite.builds.page(self.scope(action), place, key, asked).shown(overlaps)

    def is_known(
        self, question: str, options: Mapping[str, object] | None = None, *, place: str | None = None
    ) -> bool:
        """Was this page asked before, so that it takes no time?"""
        return self.suite.builds.is_known(self.scope(), place, _key(question, options))

    def shown_of_cohort(
        self,
        question: str,
        cohorts: Sequence[What],
        make: Callable[[Population], Page],
        *,
        place: str | None = None,
        as_at: date | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Shown:
        """The same for a page about groups that somebody described, under the overlap guard.

        cohorts: ids of definitions or plain data; never a path, which is not for an address to name.
        When one of them differs by too few people from what this user asked before, all figures are hidden.
        """
        found = self.overlaps(cohorts, place=place, as_at=as_at)
        given = {**(options or {}), "cohorts": cohorts, "as_at": as_at}
        return self.shown(question, make, place=place, options=given, overlaps=found)

    def overlaps(
        self, cohorts: Sequence[What], *, place: str | None = None, as_at: date | None = None
    ) -> list[Overlap]:
        """How groups meet what this user asked about in the last 30 days; they are remembered."""
        scope = self.scope()
        with self.population() as people:
            return overlaps_with_earlier(
                people,
                cohorts,
                asker=self.user.name,
                fingerprints=self.register.fingerprints,
                rule=self.suite.rule,
                places=scope.at_place(place) if place else scope,
                as_at=as_at,
            )

    def released(self, page: Page, overlaps: Sequence[Overlap] = ()) -> Shown:
        """A page after disclosure control. Raises AccessRefused for rows about people."""
        return present(page, self.suite.rule, overlaps)

    def submit(self, kind: str, title: str, parameters: Mapping[str, object]) -> Job:
        """Ask for long work of a kind of `openphm.web.jobs`; its page is /jobs/{id}."""
        return self.suite.submit(
            kind, title, parameters, owner=self.user.name, role=min(self.roles), purpose=self.purpose
        )


def _key(question: str, options: Mapping[str, object] | None) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What a page is kept by: the question and everything that changes its answer, in one order."""
    return question, tuple(sorted((name, str(value)) for name, value in (options or {}).items()))
