"""Open the live build of a store for asking."""

from __future__ import annotations

from pathlib import Path

from openphm.access import Action, Scope, authorise, local_user
from openphm.definitions import Definitions
from openphm.population.population import Population
from openphm.store import Builds


def open_in_scope(
    store: Path | str,
    scope: Scope,
    *,
    definitions: Definitions | None = None,
    memory_limit: str = "4GB",
    threads: int | None = None,
) -> Population:
    """The live build of a store, for the people and purpose of a Scope.

    definitions: what cohorts and measures are read from; the shipped ones when not given.
    Raises StoreError when the store has no sound build. Close it, or use it in a `with` block.
    """
    builds = Builds(store)
    build = builds.current()
    engine = build.open(memory_limit=memory_limit, threads=threads)
    return Population(build, engine, scope, definitions=definitions)


def open(store: Path | str, *, definitions: Definitions | None = None) -> Population:
    """The front door for a person at a Python prompt inside the zone: `openphm.open("store")`.

    The Scope is the one that access gives the user of this machine; nobody chooses their own.
    """
    scope = authorise(local_user(Path(store)), Action.READ_PERSON)
    return open_in_scope(store, scope, definitions=definitions)
