"""Open a store for a report: the user's scope, narrowed to a place when one is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from openphm.access import Scope
from openphm.core.errors import AccessRefused, UsageError, nearest
from openphm.definitions import Definitions
from openphm.population import Population, open_in_scope


def opened(
    store: Path,
    scope: Scope,
    place: str | None = None,
    *,
    definitions: Definitions | None = None,
    memory_limit: str = "4GB",
) -> Population:
    """The live build for the scope's people, at one practice, network or small area if asked.

    definitions: what cohorts and measures are read from; the shipped ones when not given.

    Raises UsageError when the build holds no such place, AccessRefused when the place is outside the user's
    rows, StoreError when there is no sound build.
    """
    population = open_in_scope(
        store, scope.at_place(place) if place else scope, definitions=definitions, memory_limit=memory_limit
    )
    if place and population.place_named(place) is None:
        codes = [one.code for one in population.places]
        close = nearest(place, [code.lower() for code in codes]).upper() or (codes[0] if codes else "")
        population.close()
        raise UsageError(
            f"--place {place}",
            "this build has no such place",
            "A place is the code of a practice, a primary care network or a small area (LSOA 2021).",
            f"for example --place {close}" if close else "",
        )
    if not _is_within(population):
        population.close()
        raise _outside(place)
    return population


def _outside(place: str | None) -> AccessRefused:
    if place:
        return AccessRefused(
            f"--place {place}",
            "this place is outside the rows you may ask about",
            "A user asks about the people of their own practices or networks.",
            "name one of your own places, or leave --place out",
        )
    return AccessRefused(
        "your places",
        "this build has none of the practices and networks that your role is limited to",
        "They are those of your organisation, or of its sub-licence, in the access register.",
        "ask whoever keeps the register to look at the codes",
    )


def _is_within(population: Population) -> bool:
    """True when the narrowed scope still allows a practice and an area."""
    scope = population.scope
    if scope.lsoas is not None and not scope.lsoas:
        return False
    places = replace(scope, lsoas=None).predicate()
    return bool(
        population.ask_reference(f"SELECT practice_code FROM reference.practice WHERE {places} LIMIT 1")
    )
