"""Count a cohort, and say what each step removes, in one pass.

Each person gets a pattern of bits, one a step, 1 where it holds. People are then counted by pattern: a
cohort of ten steps has at most 1,024, and every number below is a sum over them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from openphm.core.results import Cell, Result, Scalar
from openphm.population.asking import Asking
from openphm.population.cohorts.chosen import Chosen
from openphm.population.cohorts.members import ask_flags, members_sql, pattern_of, steps_of

COUNT_COLUMNS = ("cohort", "measure", "value", "unit")
ATTRITION_COLUMNS = ("step", "criterion", "remaining", "removed_alone")
TREND_COLUMNS = ("cohort", "month_end", "people", "registered", "share_of_registered")


def cell(people: int) -> Cell:
    """A number of people, which is also how many stand behind it."""
    return Cell(people, n_people=people)


def share(people: int, base: int) -> Cell:
    """A share of people."""
    return Cell(people / base if base else None, numerator=people, denominator=base, n_people=people)


def patterns(population: Asking, chosen: Chosen, as_at: date) -> dict[int, int]:
    """People by pattern: bit 0 is the first step. Everybody registered in scope is in one pattern."""
    counted = (
        f"SELECT {pattern_of(len(chosen.steps))} AS pattern, COUNT(*) AS people FROM flags AS f GROUP BY 1"
    )
    rows = ask_flags(population, steps_of(chosen), counted, as_at)
    return {int(row["pattern"]): int(row["people"]) for row in rows}


def whole_pattern(chosen: Chosen) -> int:
    """Every step holds."""
    return (1 << len(chosen.steps)) - 1


def people_with(held: Mapping[int, int], wanted: int) -> int:
    """How many people have at least these bits."""
    return sum(people for pattern, people in held.items() if pattern & wanted == wanted)


def count(population: Asking, chosen: Chosen, as_at: date) -> Result:
    """The number of members and their share of the people registered in scope."""
    held = patterns(population, chosen, as_at)
    everybody, members = sum(held.values()), people_with(held, whole_pattern(chosen))
    rows = (
        (chosen.id, "people", Cell(members, denominator=everybody, n_people=members), "people"),
        (chosen.id, "registered", cell(everybody), "people"),
        (chosen.id, "share_of_registered", share(members, everybody), "share"),
    )
    return Result("cohort/count", COUNT_COLUMNS, rows, population.provenance(as_at, asked_with=chosen.used))


def attrition(population: Asking, chosen: Chosen, as_at: date) -> Result:
    """After each step: who remains, and how many more would be in the cohort without this step alone."""
    held = patterns(population, chosen, as_at)
    whole = whole_pattern(chosen)
    members = people_with(held, whole)
    rows: list[tuple[Cell | Scalar, ...]] = [(0, "Registered in scope", cell(sum(held.values())), None)]
    for place, name in enumerate(chosen.names):
        remaining = people_with(held, (1 << (place + 1)) - 1)
        alone = people_with(held, whole & ~(1 << place)) - members
        rows.append((place + 1, name, cell(remaining), cell(alone)))
    provenance = population.provenance(as_at, asked_with=chosen.used)
    return Result("cohort/attrition", ATTRITION_COLUMNS, tuple(rows), provenance)


def trend(population: Asking, chosen: Chosen, month_ends: Sequence[date]) -> Result:
    """Members and people registered in scope at each of several month ends."""
    days = sorted(month_ends)
    registered = _by_month(population.ask_months(_COUNT.format("people"), days))
    members = _by_month(
        population.ask_months(f"members AS (\n{members_sql(chosen)}\n)\n{_COUNT.format('members')}", days)
    )
    rows = tuple(
        (
            chosen.id,
            day,
            cell(members.get(day, 0)),
            cell(registered.get(day, 0)),
            share(members.get(day, 0), registered.get(day, 0)),
        )
        for day in days
    )
    return Result(
        "cohort/trend", TREND_COLUMNS, rows, population.provenance(days[-1], asked_with=chosen.used)
    )


_COUNT = "SELECT as_at, COUNT(*) AS people FROM {} GROUP BY as_at"


def _by_month(rows: Sequence[Mapping[str, object]]) -> dict[date, int]:
    return {row["as_at"]: int(row["people"]) for row in rows}  # type: ignore[misc, call-overload]
