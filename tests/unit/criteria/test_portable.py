"""Compiled criteria are portable SQL: the store's lint has nothing to say about them."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from openphm.criteria import Criterion, Everyone
from openphm.criteria.compile import compile_rules
from openphm.criteria.implies import implies
from openphm.store.lint import lint_text
from tests.support import made_up
from tests.support.tables import KEPT_IN

HEADER = """-- purpose: the subsegment of each person and month
-- reads: {reads}
-- writes: segments.history
-- grain: one row per person and date
-- key: person_key, as_at
-- ranges: person_key
-- columns:
--   person_key       INTEGER  the person
--   as_at            DATE     the date asked about
--   month_end        DATE     the month
--   subsegment_code  STRING   the first rule that holds
--   rule_position    INTEGER  its place, from 1
"""
TABLES = (
    "segments.spine",
    "conditions.person_condition",
    "attributes.person_attribute",
    "activity.event",
    "costs.event_cost",
    "reference.practice",
    "reference.lsoa21",
    "definitions.ethnic_category",
    *(name for name, _, _ in KEPT_IN.values()),
)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(made_up.criteria)
def test_any_criterion_compiles_to_portable_sql(criterion: Criterion) -> None:
    if implies(Everyone(), criterion):
        return
    sql = compile_rules([("a", criterion), ("b", Everyone())], carry=["month_end"])
    header = HEADER.format(reads=", ".join(name for name in TABLES if f"{name} " in sql))
    assert [str(problem) for problem in lint_text(header + sql, "segments.sql")] == []
