"""The members of a cohort as SQL over the people of a scope.

`Asking.ask` puts the scope's people first. What is asked of a cohort is asked of those of them who are
registered on the date, and of nobody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from openphm.access import Purpose, Scope
from openphm.core.errors import AccessRefused
from openphm.criteria import (
    Activity,
    All,
    Any,
    Attribute,
    Cohort,
    Condition,
    Criterion,
    compile_criterion,
    compile_flags,
)
from openphm.criteria.trees import text
from openphm.population.asking import Asking, Row
from openphm.population.cohorts.chosen import Chosen

REGISTERED = "registered AS (SELECT * FROM people WHERE is_registered_as_at)"
"""The spine of every question about a cohort."""


def members_sql(chosen: Chosen) -> str:
    """SELECT of person_key and as_at of the members, over `people`; also good as a subquery or a CTE."""
    return (
        f"SELECT person_key, as_at FROM (\nWITH considered AS (\n{considered(chosen.criterion)}\n),\n"
        f"held AS (\n{compile_criterion(chosen.criterion, 'considered')}\n)\nSELECT * FROM held)"
    )


def flags_sql(criteria: Sequence[tuple[str, Criterion]], spine: str = "registered") -> str:
    """SELECT of person_key, as_at and a 0 or 1 for each criterion, over a spine."""
    return compile_flags(criteria, spine)


def ask_flags(
    population: Asking, criteria: Sequence[tuple[str, Criterion]], select: str, as_at: date
) -> list[Row]:
    """Run a SELECT over `flags`: a 0 or 1 for each criterion and person registered in scope.

    At a date that the build stores one wide row a person for, the answer comes from those rows: the same,
    by test, and many times faster.
    """
    snapshot = population.snapshot_at(as_at)
    if snapshot is None:
        flags = compile_flags(criteria, "registered", as_at=as_at)
        return population.ask(f"{REGISTERED},\nflags AS (\n{flags}\n)\n{select}", as_at)
    flags = compile_flags(criteria, "people", snapshot=snapshot)
    columns = snapshot.spine_columns(criterion for _, criterion in criteria)
    return population.ask_snapshot(f"flags AS (\n{flags}\n)\n{select}", as_at, columns)


def pattern_of(steps: int, alias: str = "f") -> str:
    """The steps as one whole number: bit 0 is the first step. Above 30 steps it needs a larger number."""
    held = "{0}.step_{1}" if steps <= 30 else "CAST({0}.step_{1} AS BIGINT)"
    return " + ".join(f"{held.format(alias, place)} * {1 << place}" for place in range(steps))


def steps_of(chosen: Chosen) -> list[tuple[str, Criterion]]:
    """The steps as named flags: step_0, step_1 ..."""
    return [(f"step_{place}", step) for place, step in enumerate(chosen.steps)]


def considered(criterion: Criterion) -> str:
    """SELECT of the people registered who could meet a criterion: those who have the rows it needs.

    Over many months this leaves out most people before anything is compared by date.
    """
    needed = _needed(criterion)
    return f"SELECT * FROM people WHERE is_registered_as_at{f' AND {needed}' if needed else ''}"


def _needed(part: Criterion) -> str:
    """People with any row that this part needs, whenever it is dated; empty when it needs none."""
    if isinstance(part, Condition):
        return _has("conditions.person_condition", f"condition_id IN ({_listed(part.any_of)})")
    if isinstance(part, Activity) and (part.count_at_least or part.is_presence):
        often = (
            f" GROUP BY person_key HAVING COUNT(*) >= {part.count_at_least}" if part.count_at_least else ""
        )
        return _has("activity.event", f"point_of_delivery IN ({_listed(part.any_of)}){often}")
    if isinstance(part, Attribute) and not part.is_on_spine:
        texts = [value for value in part.any_of if isinstance(value, str)]
        valued = f" AND value_text IN ({_listed(texts)})" if texts else ""
        limits = ((">=", part.at_least), ("<=", part.at_most), (">", part.above), ("<", part.below))
        valued += "".join(
            f" AND value_number {sign} {limit!r}" for sign, limit in limits if limit is not None
        )
        return _has("attributes.person_attribute", f"attribute_id = {text(part.name).sql()}{valued}")
    if isinstance(part, Cohort):
        return _needed(part.of)
    if isinstance(part, All):
        return " AND ".join(one for inner in part.of if (one := _needed(inner)))
    if isinstance(part, Any):
        inside = [_needed(inner) for inner in part.of]
        return f"({' OR '.join(inside)})" if all(inside) else ""
    return ""


def _has(table: str, rows: str) -> str:
    return f"person_key IN (SELECT person_key FROM {table} WHERE {rows})"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(text(name).sql() for name in names)


def require_direct_care(scope: Scope) -> None:
    """Raise AccessRefused unless one row a person may be answered, for that person's own care."""
    scope.require_person_rows()
    if scope.purpose is not Purpose.DIRECT_CARE:
        raise AccessRefused(
            "people of a cohort",
            f"the purpose is '{scope.purpose}'",
            "Who is in a cohort is shown to those who care for them, for direct care.",
            "ask for counts, or let a clinician of the practice or network ask for direct care",
        )


def month_before(population: Asking, as_at: date) -> date | None:
    """The month end before a date; None when the build does not reach back so far."""
    earlier = [day for day in population.month_ends if day < as_at]
    return earlier[-1] if earlier else None
