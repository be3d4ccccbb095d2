"""The members of a cohort as SQL over the people of a scope.

Every question begins with the CTE `registered`: the scope's people who are registered on the date.
What is asked of a cohort is asked of them and of nobody else.
"""

from __future__ import annotations

from collections.abc import Sequence

from openphm.criteria import Criterion, compile_criterion, compile_flags
from openphm.population.cohorts.chosen import Chosen

REGISTERED = "registered AS (SELECT * FROM people WHERE is_registered_as_at)"


def members_sql(chosen: Chosen) -> str:
    """SELECT of person_key and as_at of the members, over `people`; also good as a subquery or a CTE."""
    members = compile_criterion(chosen.criterion, "registered")
    return (
        f"SELECT person_key, as_at FROM (\nWITH {REGISTERED},\nheld AS (\n{members}\n)\nSELECT * FROM held)"
    )


def flags_sql(criteria: Sequence[tuple[str, Criterion]]) -> str:
    """SELECT of person_key, as_at and a 0 or 1 for each criterion; read after REGISTERED."""
    return compile_flags(criteria, "registered")
