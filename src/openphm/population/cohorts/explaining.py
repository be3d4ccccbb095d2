"""Explain one person, and say how near others are.

One person: which step is met, with the value and date of the evidence, and how far short a number is.
For direct care alone. For everybody else the same in numbers: how many people miss one step only, and
by how much.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from openphm.core.errors import UsageError
from openphm.core.results import Cell, Result, Scalar
from openphm.criteria import Criterion
from openphm.criteria.trees import is_plain_text, text
from openphm.population.asking import Asking
from openphm.population.cohorts.chosen import Chosen, one_line
from openphm.population.cohorts.counting import cell, patterns, people_with, whole_pattern
from openphm.population.cohorts.evidence import Held, evidence_sql, held, leaves, short_by
from openphm.population.cohorts.members import (
    REGISTERED,
    flags_sql,
    pattern_of,
    require_direct_care,
    steps_of,
)

COLUMNS = ("step", "criterion", "is_met", "part", "wanted", "holds", "found", "date", "short_by")
NEAR_COLUMNS = ("step", "criterion", "missed_by", "people")
MOST_SHORT = 3.0
"""How far below a limit still counts as near, in the unit of the limit."""
LONGEST_ID = 128


def explain(population: Asking, chosen: Chosen, person_id: str, as_at: date) -> Result:
    """One row for each part of each step, for one person in scope.

    Raises AccessRefused unless the scope is for direct care, UsageError when nobody in scope has this id.
    """
    require_direct_care(population.scope)
    parts = [(place, leaf) for place, step in enumerate(chosen.steps) for leaf in leaves(step)]
    asked = [leaf.criterion for _, leaf in parts]
    flags = [*steps_of(chosen), *((f"leaf_{n}", one) for n, one in enumerate(asked))]
    spine = f"{REGISTERED},\n{_listed(person_id)}"
    told = population.ask(
        f"{spine},\nflags AS (\n{flags_sql(flags, 'listed')}\n)\nSELECT * FROM flags", as_at
    )
    if not told:
        raise UsageError(
            "person",
            "nobody registered in your scope has this id",
            "A person_id of this build, on this date.",
        )
    rows = population.ask(
        f"{spine},\nfound AS (\n{evidence_sql(asked, 'listed')}\n)\nSELECT * FROM found", as_at
    )
    answer = []
    for number, (place, leaf) in enumerate(parts):
        evidence = held(leaf.criterion, [r for r in rows if r["leaf"] == number], population.definitions)
        holds = bool(told[0][f"leaf_{number}"])
        short = short_by(leaf.criterion, evidence) if holds is not leaf.is_wanted else None
        answer.append(
            (
                place + 1, chosen.names[place], bool(told[0][f"step_{place}"]), one_line(leaf.criterion),
                leaf.is_wanted, holds, evidence.said, evidence.day, short,
            )
        )  # fmt: skip
    missed = sum(not told[0][f"step_{place}"] for place in range(len(chosen.steps)))
    note = (
        "In the cohort."
        if not missed
        else f"Not in the cohort: {missed} of {len(chosen.steps)} steps missed."
    )
    provenance = population.provenance(as_at, asked_with=chosen.used)
    return Result("cohort/explain", COLUMNS, tuple(answer), provenance, (note,), grain="person")


def _listed(person_id: str) -> str:
    """CTE of the one person, among those registered in scope."""
    if not is_plain_text(person_id) or not 0 < len(person_id) <= LONGEST_ID:
        raise UsageError("person", "this is not the form of a person_id")
    return (
        "listed AS (SELECT r.* FROM registered AS r JOIN person.person AS person "
        f"ON person.person_key = r.person_key WHERE person.person_id = {text(person_id).sql()})"
    )


def near_misses(population: Asking, chosen: Chosen, as_at: date) -> Result:
    """People who miss exactly one step, by the step and, where it is a number, by how much.

    missed_by is empty for all who miss that step alone; otherwise how far they are from its limit.
    """
    counts = patterns(population, chosen, as_at)
    whole = whole_pattern(chosen)
    members = people_with(counts, whole)
    rows: list[tuple[Cell | Scalar, ...]] = [(0, "In the cohort", None, cell(members))]
    for place, name in enumerate(chosen.names):
        alone = counts.get(whole & ~(1 << place), 0)
        rows.append((place + 1, name, None, cell(alone)))
        if alone and (leaf := _number_leaf(chosen.steps[place])):
            rows += [
                (place + 1, name, short, cell(people))
                for short, people in _by_distance(population, chosen, place, leaf, as_at)
            ]
    provenance = population.provenance(as_at, asked_with=chosen.used)
    return Result("cohort/near-misses", NEAR_COLUMNS, tuple(rows), provenance)


def _number_leaf(step: Criterion) -> Criterion | None:
    """The step itself when it compares one number with a limit."""
    found = list(leaves(step))
    if len(found) != 1 or step is not found[0].criterion:
        return None
    return step if short_by(step, Held("", float("-inf"))) is not None else None


def _by_distance(
    population: Asking, chosen: Chosen, place: int, leaf: Criterion, as_at: date
) -> Sequence[tuple[float, int]]:
    """People who miss this step alone by no more than MOST_SHORT, by how much."""
    wanted = whole_pattern(chosen) & ~(1 << place)
    rows = population.ask(
        f"{REGISTERED},\nflags AS (\n{flags_sql(steps_of(chosen))}\n),\n"
        f"near AS (SELECT r.* FROM registered AS r JOIN flags AS f ON f.person_key = r.person_key "
        f"WHERE {pattern_of(len(chosen.steps))} = {wanted}),\n"
        f"found AS (\n{evidence_sql([leaf], 'near')}\n)\n"
        "SELECT value_number, COUNT(*) AS people FROM found WHERE value_number IS NOT NULL "
        "GROUP BY value_number",
        as_at,
    )
    counted: dict[float, int] = {}
    for row in rows:
        short = short_by(leaf, Held("", float(row["value_number"])))
        if short is not None and short <= MOST_SHORT:
            counted[short] = counted.get(short, 0) + int(row["people"])
    return sorted(counted.items())
