"""Open a store for a report: the user's scope, narrowed to a place when one is named."""

from __future__ import annotations

from pathlib import Path

from openphm.access import Scope
from openphm.core.errors import UsageError, nearest
from openphm.definitions import Definitions
from openphm.population import Population, open_in_scope


def opened(
    store: Path, scope: Scope, place: str | None = None, *, definitions: Definitions | None = None
) -> Population:
    """The live build for the scope's people, at one practice, network or small area if asked.

    definitions: what cohorts and measures are read from; the shipped ones when not given.

    Raises UsageError when the build holds no such place, StoreError when there is no sound build.
    """
    population = open_in_scope(store, scope.at_place(place) if place else scope, definitions=definitions)
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
    return population
