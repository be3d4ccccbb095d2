"""Count a cohort, and say what each step removes, in one pass.

Each person gets a pattern of bits, one a step, 1 where it holds. People are then counted by pattern: a
cohort of ten steps has at most 1,024, and every number below is a sum over them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from openphm.core.results import Cell, Result
from openphm.population.asking import Asking
from openphm.population.cohorts.chosen import Chosen
from openphm.population.cohorts.members import REGISTERED, flags_sql

COUNT_COLUMNS = ("cohort", "measure", "value", "unit")
ATTRITION_COLUMNS = ("step", "criterion", "remaining", "removed_alone")


def patterns(population: Asking, chosen: Chosen, as_at: date) -> dict[int, int]:
    """People by pattern: bit 0 is the first step. Everybody registered in scope is in one pattern."""
    flags = [(f"step_{place}", step) for place, step in enumerate(chosen.steps)]
    added = " + ".join(f"CAST(f.step_{place} AS BIGINT) * {1 << place}" for place in range(len(flags)))
    rows = population.ask(
        f"{REGISTERED},\nflags AS (\n{flags_sql(flags)}\n)\n"
        f"SELECT {added} AS pattern, COUNT(*) AS people FROM flags AS f GROUP BY 1",
        as_at,
    )
    return {int(row["pattern"]): int(row["people"]) for row in rows}


def _people(held: Mapping[int, int], wanted: int) -> int:
    """How many people have at least these bits."""
    return sum(people for pattern, people in held.items() if pattern & wanted == wanted)


def count(population: Asking, chosen: Chosen, as_at: date) -> Result:
    """The number of members and their share of the people registered in scope."""
    held = patterns(population, chosen, as_at)
    everybody, members = sum(held.values()), _people(held, (1 << len(chosen.steps)) - 1)
    share = Cell(
        members / everybody if everybody else None, numerator=members, denominator=everybody, n_people=members
    )
    rows = (
        (chosen.id, "people", Cell(members, n_people=members), "people"),
        (chosen.id, "registered", Cell(everybody, n_people=everybody), "people"),
        (chosen.id, "share_of_registered", share, "share"),
    )
    return Result("cohort/count", COUNT_COLUMNS, rows, population.provenance(as_at, asked_with=chosen.used))


def attrition(population: Asking, chosen: Chosen, as_at: date) -> Result:
    """After each step: who remains, and how many more would be in the cohort without this step alone."""
    held = patterns(population, chosen, as_at)
    whole = (1 << len(chosen.steps)) - 1
    everybody, members = sum(held.values()), _people(held, whole)
    rows: list[tuple[object, ...]] = [(0, "Registered in scope", Cell(everybody, n_people=everybody), None)]
    for place, name in enumerate(chosen.names):
        remaining = _people(held, (1 << (place + 1)) - 1)
        alone = _people(held, whole & ~(1 << place)) - members
        cells = Cell(remaining, n_people=remaining), Cell(alone, n_people=alone)
        rows.append((place + 1, name, *cells))
    provenance = population.provenance(as_at, asked_with=chosen.used)
    return Result("cohort/attrition", ATTRITION_COLUMNS, tuple(rows), provenance)  # type: ignore[arg-type]
