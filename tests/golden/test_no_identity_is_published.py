"""Zone P after the two commands of a newcomer: no published column about people reads like identity."""

from __future__ import annotations

from pathlib import Path

import duckdb

from openphm.custodian.leak_gate import looking_alike
from openphm.store import Builds

ABOUT_PEOPLE = ("person", "activity", "costs", "conditions", "attributes", "segments", "standard")


def test_every_published_column_about_people_passes_the_leak_gate(demo_home: Path) -> None:
    database = Builds(demo_home / "store").current().database
    looked = 0
    with duckdb.connect(str(database), read_only=True) as connection:
        columns = connection.execute(
            "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
            "WHERE NOT internal AND database_name = current_database()"
        ).fetchall()
        for schema, table, name, kind in columns:
            if schema not in ABOUT_PEOPLE or not kind.startswith(("VARCHAR", "ENUM")):
                continue
            looked += 1
            values = connection.execute(
                f'SELECT DISTINCT CAST("{name}" AS VARCHAR) FROM "{schema}"."{table}" '
                f'WHERE "{name}" IS NOT NULL'
            ).fetchall()
            assert looking_alike([value for (value,) in values], None) == [], f"{schema}.{table}, {name}"
    assert looked > 50
