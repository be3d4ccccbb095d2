"""Open the live build of a store for asking."""

from __future__ import annotations

from pathlib import Path

from openphm.access import Action, Scope, authorise, local_user
from openphm.population.population import Population
from openphm.store import Builds


def open_in_scope(
    store: Path | str, scope: Scope, *, memory_limit: str = "4GB", threads: int | None = None
) -> Population:
    """The live build of a store, for the people and purpose of a Scope.

    Raises StoreError when the store has no sound build. Close it, or use it in a `with` block.
    """
    builds = Builds(store)
    build = builds.current()
    return Population(build, build.open(memory_limit=memory_limit, threads=threads), scope)


def open(store: Path | str) -> Population:
    """The front door for a person at a Python prompt inside the zone: `openphm.open("store")`.

    The Scope is the one that access gives the user of this machine; nobody chooses their own.
    """
    return open_in_scope(store, authorise(local_user(), Action.READ_PERSON))
