"""Adding up: what a table by subsegment and place adds up to, for release to heed.

A practice's people are part of its network's and a network's of the system's. Those wholes stand in other
tables, which the same user may ask for.
"""

from __future__ import annotations

from collections.abc import Sequence

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


def by_group(population: Asking, names: Sequence[str]) -> Additivity | None:
    """What a table by one group (and month) adds up to: a whole that stands in another table.

    None for a table by several groups: few of their combinations have people, so little could be shown.
    """
    groups = [name for name in names if name != "month"]
    if len(groups) != 1:
        return None
    (name,) = groups
    places = name in ("practice", "pcn")
    return Additivity((of_places(population, name, name) if places else Dimension(name),))


def of_places(population: Asking, by: str, column: str = "place_code") -> Dimension:
    """Practices or networks as parts: of their network, of the system."""
    if by != "practice":
        return Dimension(column)
    rows = population.ask_reference("SELECT practice_code, pcn_code FROM reference.practice ORDER BY 1")
    return Dimension(
        column, parents={row["practice_code"]: row["pcn_code"] for row in rows if row["pcn_code"]}
    )
