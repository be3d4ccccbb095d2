"""How many were linked and how well, by ethnicity and deprivation: counts, never a person.

Precision and recall are estimated where the truth is known: among people with a valid number whose number is
hidden (a gold standard subset: Harron and others, "A guide to evaluating linkage quality for the analysis of
linked data", International Journal of Epidemiology 46, 2017). Those without a number may be written down with
more mistakes than those with one, so the recall is an upper estimate.
"""

from __future__ import annotations

from typing import Any

from openphm.custodian.linkage.finding import FOUND, REGISTER
from openphm.custodian.places import QUINTILES, plain
from openphm.definitions import RecordSpec
from openphm.store import Engine

GROUPS = "zone_i.ethnic_groups"
UNKNOWN, NOT_FOUND = "unknown", "not found"
_GROUPED = (
    f"coalesce(g.meant, '{UNKNOWN}') AS ethnicity, "
    f"coalesce(CAST(q.quintile AS VARCHAR), '{UNKNOWN}') AS deprivation"
)
_GROUPS_OF = (
    f"LEFT JOIN {GROUPS} AS g ON g.written = upper({{0}}) LEFT JOIN {QUINTILES} AS q "
    f"ON q.postcode = {plain('t.postcode')}"
)


def load_groups(engine: Engine, groups: dict[str, str]) -> None:
    """Keep what the sources write for ethnicity, and the group that it means."""
    listed = ", ".join(f"('{_safe(written.upper())}', '{_safe(meant)}')" for written, meant in groups.items())
    engine.create_table(GROUPS, f"SELECT * FROM (VALUES {listed}) AS t(written, meant)")


def count_linked(
    engine: Engine, spec: RecordSpec, source: str, open_rows: str, matched: str
) -> list[dict[str, Any]]:
    """Rows of a record: with a number, found without one and how, not found; people of the last two.

    source     all rows (person_of_row), open_rows those without a number (identity_of_row)
    """
    ethnicity = next((f"r.{name}" for name in ethnic(spec)), "NULL")
    postcode = "r.postcode" if spec.has_field("postcode") else "NULL"
    numbered = (
        f"SELECT 'number' AS method, count(*) AS rows, 0 AS people, {ethnicity} AS ethnicity, "
        f"{postcode} AS postcode FROM ({source}) AS r WHERE person_of_row IS NOT NULL GROUP BY ALL"
    )
    others = (
        f"SELECT coalesce(m.method, '{NOT_FOUND}') AS method, count(*) AS rows, "
        f"count(DISTINCT identity_of_row) AS people, {ethnicity} AS ethnicity, {postcode} AS postcode "
        f"FROM ({open_rows}) AS r LEFT JOIN {matched} AS m ON m.identity = r.identity_of_row GROUP BY ALL"
    )
    rows = engine.query(
        "SELECT t.method, CAST(sum(t.rows) AS BIGINT) AS rows, CAST(sum(t.people) AS BIGINT) AS people, "
        f"{_GROUPED} FROM ({numbered} UNION ALL {others}) AS t {_GROUPS_OF.format('t.ethnicity')} "
        "GROUP BY ALL ORDER BY ALL"
    ).to_pylist()
    return [{"record": spec.name, "what": "linked", **row} for row in rows]


def measure_held_out(engine: Engine, spec: RecordSpec, people: str) -> list[dict[str, Any]]:
    """Of people whose number was hidden: how many, how many were linked, and how many to the right person.

    people   the table of those to be found; the identity of those held out is their person_id
    """
    held = (
        "SELECT h.identity, f.person_id AS found, f.method, r.postcode, e.ethnicity_code AS ethnicity "
        f"FROM {people} AS h JOIN {REGISTER} AS r ON r.identity = h.identity "
        "LEFT JOIN zone_i.register_ethnicity AS e ON e.identity = h.identity "
        f"LEFT JOIN {FOUND} AS f ON f.identity = h.identity AND f.kind = 'held' WHERE h.kind = 'held'"
    )
    rows = engine.query(
        "SELECT CASE WHEN t.method = 'model' THEN 'model' WHEN t.method IS NULL THEN 'none' ELSE 'key' END "
        "AS method, count(*) AS people, count(t.found) AS linked, "
        f"count(*) FILTER (WHERE t.found = t.identity) AS right, {_GROUPED} "
        f"FROM ({held}) AS t {_GROUPS_OF.format('t.ethnicity')} GROUP BY ALL ORDER BY ALL"
    ).to_pylist()
    return [{"record": spec.name, "what": "held out", **row} for row in rows]


def ethnic(spec: RecordSpec) -> list[str]:
    """The column that holds the ethnic category or group, if there is one."""
    return [name for name in ("ethnicity", "ethnicity_code") if spec.has_field(name)][:1]


def _safe(text: str) -> str:
    return text.replace("'", "''")
