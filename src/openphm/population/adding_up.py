"""Adding up: what a table by subsegment and place adds up to, for release to heed.

A practice's people are part of its network's and a network's of the system's. Those wholes stand in other
tables, which the same user may ask for.
"""

from __future__ import annotations

from openphm.core.additivity import Additivity, Dimension
from openphm.population.asking import Asking

ALL = "all"


def by_subsegment(population: Asking, by: str | None, *, apart: frozenset[str] = frozenset()) -> Additivity:
    """Subsegments add up to `all`; with by="practice" or "pcn" also the places, whose whole is elsewhere.

    apart: rows that are no part of `all`
    """
    dimensions = [Dimension("subsegment_code", ALL, apart=apart)]
    if by:
        dimensions.append(of_places(population, by))
    return Additivity(tuple(dimensions), base=("measure", "population"))


def of_places(population: Asking, by: str, column: str = "place_code") -> Dimension:
    """Practices or networks as parts: of their network, of the system."""
    if by != "practice":
        return Dimension(column)
    rows = population.ask_reference("SELECT practice_code, pcn_code FROM reference.practice ORDER BY 1")
    return Dimension(
        column, parents={row["practice_code"]: row["pcn_code"] for row in rows if row["pcn_code"]}
    )
