"""Do the records give back the lives they were written from?

Only tests read the truth, and only here is an NHS number of the made-up ICS turned into a person_id, with the
custodian's own key.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from openphm.custodian.home import Home
from openphm.custodian.pseudonyms import pseudonymise_numbers
from openphm.store import Builds
from tests.golden.figure12 import Figure

Connection = duckdb.DuckDBPyConnection


@contextmanager
def opened(home: Path) -> Iterator[Connection]:
    """The live build of a demo home as `build`, truth.* as views, a person_id beside each NHS number."""
    database = Builds(home / "store").current().database
    connection = duckdb.connect()
    try:
        connection.execute(f"ATTACH '{database}' AS build (READ_ONLY)")
        connection.execute("CREATE SCHEMA truth")
        for file in sorted((home / "raw" / "truth").glob("*.parquet")):
            connection.execute(f"CREATE VIEW truth.{file.stem} AS SELECT * FROM read_parquet('{file}')")
        numbers = pq.read_table(home / "raw" / "truth" / "people.parquet", columns=["nhs_number"])
        digits = numbers.column("nhs_number").combine_chunks()
        known = pseudonymise_numbers(digits, Home.open(home / "custodian").key())
        identity = pa.table({"nhs_number": digits, "person_id": known.person_id})
        connection.register("identity_rows", identity)
        connection.execute("CREATE TABLE truth.identity AS SELECT * FROM identity_rows")
        yield connection
    finally:
        connection.close()


COMPARED = """
    SELECT i.person_id, t.subsegment_code AS planted,
           CAST(w.subsegment_code AS VARCHAR) AS found, p.person_key
    FROM truth.subsegments AS t
    JOIN truth.identity AS i USING (nhs_number)
    LEFT JOIN build.person.person AS p ON p.person_id = i.person_id
    LEFT JOIN build.segments.window AS w ON w.person_key = p.person_key AND w.is_registered_as_at
    WHERE t.kind = 'as_at'
"""


def one(connection: Connection, sql: str) -> Any:
    """The single value of a query."""
    row = connection.execute(sql).fetchone()
    assert row is not None
    return row[0]


def agreement(connection: Connection) -> list[Figure]:
    """Planted against recovered subsegment of everyone registered on the as-at date."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE compared AS {COMPARED}")
    people = one(connection, "SELECT count(*) FROM compared")
    same = one(connection, "SELECT count(*) FROM compared WHERE planted = found")
    rows = connection.execute("""
        SELECT s.code,
               count(*) FILTER (planted = s.code AND found = s.code) / count(*) FILTER (planted = s.code),
               count(*) FILTER (planted = s.code AND found = s.code) / count(*) FILTER (found = s.code)
        FROM compared, (SELECT DISTINCT planted AS code FROM compared) AS s GROUP BY 1 ORDER BY 1
    """).fetchall()
    least_found = min(rows, key=lambda r: r[1])
    least_right = min(rows, key=lambda r: r[2])
    return [
        Figure(
            "subsegments recovered", f"{same / people:.3%} of {people:,}", "≥ 99.5%", same / people >= 0.995
        ),
        Figure(
            "lowest sensitivity", f"{least_found[1]:.2%} ({least_found[0]})", "≥ 97%", least_found[1] >= 0.97
        ),
        Figure(
            "lowest predictive value",
            f"{least_right[2]:.2%} ({least_right[0]})",
            "≥ 97%",
            least_right[2] >= 0.97,
        ),
    ]


def misses(connection: Connection) -> list[tuple[str, str, int]]:
    """Planted and found subsegment with the number of people, most first."""
    return connection.execute("""
        SELECT planted, coalesce(found, 'not in the build'), count(*) FROM compared
        WHERE found IS NULL OR planted <> found GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
    """).fetchall()


FOUND_DIRT = """
    SELECT record, 'duplicate' AS kind, count(*) AS n FROM build.quality.quarantine
    WHERE reason_code = 'R_DUPLICATE' GROUP BY 1
    UNION ALL
    SELECT record, 'superseded', count(*) FROM build.quality.quarantine
    WHERE reason_code = 'R_SUPERSEDED' AND record <> 'social_care_event' GROUP BY 1
    UNION ALL
    SELECT record, 'code_invalid', count(*) FROM build.quality.quarantine
    WHERE reason_code = 'R_CODE' GROUP BY 1
    UNION ALL
    SELECT record, 'code_mendable', sum(rows_mended) FROM build.quality.completeness GROUP BY 1
    UNION ALL
    SELECT record, 'late', sum(rows_late) FROM build.quality.feed_coverage GROUP BY 1
    UNION ALL
    -- of the rows that were loaded, brought to the rows delivered
    SELECT l.record, 'nhs_number', (rows_no_number + rows_invalid_number) * f.n_delivered / l.n_rows
    FROM build.quality.linkage AS l
    JOIN (SELECT record, sum(rows_delivered) AS n_delivered FROM build.quality.file GROUP BY 1) AS f
      USING (record)
"""
PLANTED_DIRT = """
    SELECT record, CASE WHEN kind LIKE 'nhs_number%' THEN 'nhs_number' ELSE kind END AS kind, sum(rows) AS n
    FROM truth.dirt_rates GROUP BY 1, 2
"""


def dirt(connection: Connection) -> list[Figure]:
    """Each kind of dirt that was planted, counted again from the quality tables of the build."""
    rows = connection.execute(f"""
        SELECT p.kind, sum(p.n), sum(coalesce(f.n, 0)) FROM ({PLANTED_DIRT}) AS p
        LEFT JOIN ({FOUND_DIRT}) AS f ON f.record = p.record AND f.kind = p.kind
        WHERE p.kind IN (SELECT kind FROM ({FOUND_DIRT})) GROUP BY 1 ORDER BY 1
    """).fetchall()
    return [
        Figure(
            f"dirt found again: {kind}",
            f"{found:,.0f} of {planted:,.0f} planted, {found / planted - 1:+.1%}",
            "within 10%",
            abs(found / planted - 1) <= 0.10,
        )
        for kind, planted, found in rows
    ]


def reconciled(connection: Connection) -> list[Figure]:
    """Rows in = loaded + quarantined, and activity £ = segment £ + unattributed £ to the penny."""
    off = one(
        connection,
        "SELECT count(*) FROM build.quality.file WHERE rows_delivered <> rows_loaded + rows_quarantined",
    )
    files = one(connection, "SELECT count(*) FROM build.quality.file")
    return [Figure("files whose rows do not reconcile", f"{off} of {files:,}", "0", off == 0)]


def realism(connection: Connection) -> list[Figure]:
    """Use of urgent care and concentration of cost in the 12 months to the as-at date."""
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE used AS
        SELECT w.person_key, w.person_days,
               coalesce(sum(m.n_ed_attendance), 0) AS ed, coalesce(sum(m.n_utc_attendance), 0) AS utc,
               coalesce(sum(m.n_emergency_admission), 0) AS admitted
        FROM build.segments.window AS w
        CROSS JOIN build.build.parameters AS b
        LEFT JOIN build.person.month AS m
          ON m.person_key = w.person_key AND m.month_end BETWEEN b.window_start AND b.as_at
        GROUP BY 1, 2
    """)
    ed, every, admitted = connection.execute("""
        SELECT 365250.0 * sum(ed) / sum(person_days), 365250.0 * sum(ed + utc) / sum(person_days),
               365250.0 * sum(admitted) / sum(person_days) FROM used
    """).fetchone()
    five, seven = connection.execute("SELECT avg((ed >= 5)::INT), avg((ed >= 7)::INT) FROM used").fetchone()
    again = one(
        connection,
        """
        WITH y AS (
            SELECT m.person_key,
                   sum(CASE WHEN m.month_end BETWEEN b.window_start AND b.as_at
                            THEN m.n_ed_attendance ELSE 0 END) AS this_year,
                   sum(CASE WHEN m.month_end BETWEEN b.window_start - INTERVAL 1 YEAR AND b.window_start - 1
                            THEN m.n_ed_attendance ELSE 0 END) AS last_year
            FROM build.person.month AS m CROSS JOIN build.build.parameters AS b GROUP BY 1)
        SELECT avg((this_year >= 7)::INT) FROM y JOIN build.segments.window AS w USING (person_key)
        WHERE last_year >= 7 AND w.is_registered_as_at
    """,
    )
    top = one(
        connection,
        """
        WITH c AS (SELECT e.person_key, sum(c.cost_gbp) AS gbp FROM build.costs.event_cost AS c
                   JOIN build.activity.event AS e USING (event_id) CROSS JOIN build.build.parameters AS b
                   WHERE e.event_date BETWEEN b.window_start AND b.as_at GROUP BY 1),
             r AS (SELECT coalesce(gbp, 0) AS gbp,
                          row_number() OVER (ORDER BY gbp DESC NULLS LAST) AS place, count(*) OVER () AS n
                   FROM build.segments.window AS w LEFT JOIN c USING (person_key))
        SELECT sum(gbp) FILTER (place <= 0.05 * n) / sum(gbp) FROM r
    """,
    )

    def within(name: str, value: float, low: float, high: float, form: str) -> Figure:
        return Figure(name, format(value, form), f"{low:{form}} to {high:{form}}", low <= value <= high)

    return [
        within("ED attendances, types 1 and 2, per 1,000 person-years", ed, 280, 400, ".0f"),
        within("ED and urgent treatment centre attendances per 1,000 person-years", every, 400, 520, ".0f"),
        within("emergency admissions per 1,000 person-years", admitted, 85, 120, ".0f"),
        within("people with 5 or more ED attendances in 12 months", five, 0.004, 0.012, ".2%"),
        within("people with 7 or more", seven, 0.002, 0.005, ".2%"),
        within("of those with 7 or more, again the next year", again, 0.15, 0.40, ".0%"),
        within("cost of the most costly 5% of people", top, 0.35, 0.55, ".0%"),
    ]


def checksums(store: Path) -> dict[str, str]:
    """The canonical checksum of each table of the live build; `lineage.stage` holds seconds: left out."""
    outputs = Builds(store).current().manifest.outputs
    return {name: table.checksum for name, table in outputs.items() if name != "lineage.stage"}
