"""Explain one person, and say how near others are.

One person: which step is met, with the value and date of the evidence, and how far short a number is.
For direct care alone. For everybody else the same in numbers: how many people miss one step only, and
by how much.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from openphm.core.errors import UsageError
from openphm.core.results import Cell, Result, Scalar
from openphm.criteria import Activity, Attribute, Criterion
from openphm.criteria.trees import is_plain_text, text
from openphm.population.asking import Asking
from openphm.population.cohorts.chosen import Chosen, one_line
from openphm.population.cohorts.counting import cell, whole_pattern
from openphm.population.cohorts.evidence import evidence_sql, held, leaves, short_by
from openphm.population.cohorts.members import (
    REGISTERED,
    ask_flags,
    flags_sql,
    pattern_of,
    require_direct_care,
    steps_of,
)

COLUMNS = ("person_id", "step", "criterion", "is_met", "part", "wanted", "holds", "found", "date", "short_by")
NEAR_COLUMNS = ("step", "criterion", "missed_by", "people")
NEAR = (1, 2, 3)
"""How far from a limit still counts as near, in the unit of the limit."""
_LOWER, _UPPER = ("at_least", "above", "count_at_least"), ("at_most", "below", "count_at_most")
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
                person_id, place + 1, chosen.names[place], bool(told[0][f"step_{place}"]),
                one_line(leaf.criterion), leaf.is_wanted, holds, evidence.said, evidence.day, short,
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

    missed_by is empty for all who miss that step alone; otherwise it is 1, 2 or 3: they would meet the step
    if its limit were so much lower (or higher), and not with one less.
    """
    nearer = [_nearer(step) for step in chosen.steps]
    flags = steps_of(chosen)
    flags += [(f"near_{n}_{by}", one) for n, steps in enumerate(nearer) for by, one in steps.items()]
    rows = ask_flags(population, flags, _counted(chosen, nearer), as_at)
    people = {(int(row["missed"]), row["missed_by"]): int(row["people"]) for row in rows}
    answer: list[tuple[Cell | Scalar, ...]] = [(0, "In the cohort", None, cell(_all(people, -1)))]
    for place, name in enumerate(chosen.names):
        answer.append((place + 1, name, None, cell(_all(people, place))))
        near = {by: people.get((place, by), 0) for by in nearer[place]}
        answer += [(place + 1, name, by, cell(number)) for by, number in near.items() if number]
    provenance = population.provenance(as_at, asked_with=chosen.used)
    return Result("cohort/near-misses", NEAR_COLUMNS, tuple(answer), provenance)


def _all(people: Mapping[tuple[int, int | None], int], missed: int) -> int:
    return sum(number for (step, _), number in people.items() if step == missed)


def _counted(chosen: Chosen, nearer: Sequence[Mapping[int, Criterion]]) -> str:
    """People who miss no step (missed is -1) or one, by the step and by how much."""
    whole = whole_pattern(chosen)
    missed = " ".join(f"WHEN {whole & ~(1 << place)} THEN {place}" for place in range(len(chosen.steps)))
    distances = [
        f"WHEN p.missed = {place} AND p.near_{place}_{by} = 1 THEN {by}"
        for place, steps in enumerate(nearer)
        for by in sorted(steps)
    ]
    distance = f"CASE {' '.join(distances)} END" if distances else "CAST(NULL AS INTEGER)"
    return f"""
SELECT p.missed, {distance} AS missed_by, COUNT(*) AS people
FROM (
    SELECT f.*, CASE {pattern_of(len(chosen.steps))} WHEN {whole} THEN -1 {missed} END AS missed
    FROM flags AS f
) AS p
WHERE p.missed IS NOT NULL
GROUP BY 1, 2"""


def _nearer(step: Criterion) -> dict[int, Criterion]:
    """The same step with its limit 1, 2 and 3 wider; none where it does not compare a number."""
    if isinstance(step, Activity) and step.asks_count and not step.asks_cost:
        least = step.count_at_least
        return {by: _wider(step, by) for by in NEAR if least is None or least - by >= 1}
    if isinstance(step, Attribute) and step.is_tested and not step.any_of:
        return {by: _wider(step, by) for by in NEAR}
    return {}


def _wider(step: Criterion, by: int) -> Criterion:
    """A step with its lower limit lower and its upper limit higher by so much."""
    moved = {**dict.fromkeys(_LOWER, -by), **dict.fromkeys(_UPPER, by)}
    changed = {
        name: getattr(step, name) + move
        for name, move in moved.items()
        if getattr(step, name, None) is not None
    }
    return replace(step, **changed)
