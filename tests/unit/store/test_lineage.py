"""Lineage is read off the SQL: through CTEs, unions and sub-queries down to stored columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from openphm.store import SqlFile
from openphm.store.header import parse_header
from openphm.store.lineage import column_lineage, table_lineage

HEADER = """-- purpose: an example
-- reads: activity.event, person.person
-- writes: work.example
-- grain: one row per person
-- key: a
-- columns:
--   a  INTEGER  a
"""


def origins(sql: str) -> tuple[str, ...]:
    """Where column a of a SELECT comes from."""
    header, _ = parse_header(HEADER, "a.sql")
    assert header is not None
    return column_lineage([SqlFile(Path("a.sql"), header, HEADER + sql)])["work.example"]["a"]


@pytest.mark.parametrize(
    ("sql", "due"),
    [
        ("SELECT CAST(e.cost AS INTEGER) AS a FROM activity.event AS e", ["activity.event.cost"]),
        ("SELECT cost AS a FROM activity.event", ["activity.event.cost"]),
        ("SELECT CAST(1 AS INTEGER) AS a FROM activity.event", []),
        (
            "SELECT SUM(e.cost * e.n) OVER (PARTITION BY p.place) AS a FROM activity.event AS e "
            "JOIN person.person AS p ON p.id = e.id",
            ["activity.event.cost", "activity.event.n", "person.person.place"],
        ),
        (
            "WITH one AS (SELECT e.cost + e.n AS x FROM activity.event AS e), "
            "two AS (SELECT x AS y FROM one) SELECT y AS a FROM two",
            ["activity.event.cost", "activity.event.n"],
        ),
        (
            "WITH both AS (SELECT e.cost AS x, 1 AS k FROM activity.event AS e UNION ALL "
            "SELECT p.rent, 2 FROM person.person AS p) SELECT b.x AS a FROM both AS b",
            ["activity.event.cost", "person.person.rent"],
        ),
        (
            "SELECT (SELECT MAX(e.cost + p.rent) FROM activity.event AS e WHERE e.id = p.id) AS a "
            "FROM person.person AS p",
            ["activity.event.cost", "activity.event.id", "person.person.id", "person.person.rent"],
        ),
        ("SELECT t.y AS a FROM (SELECT e.cost FROM activity.event AS e) AS t (y)", ["activity.event.cost"]),
    ],
)
def test_column_is_followed_to_stored_columns(sql: str, due: list[str]) -> None:
    assert origins(sql) == tuple(due)


def test_table_lineage_is_what_the_headers_say() -> None:
    header, _ = parse_header(HEADER, "a.sql")
    assert header is not None
    file = SqlFile(Path("a.sql"), header, HEADER + "SELECT 1 AS a")
    assert table_lineage([file]) == {"work.example": ("activity.event", "person.person")}
