"""One hash for a table, the same however its rows are ordered and however the work was cut up.

Each row is hashed, the hashes are added up, and the sum is hashed again together with the column names,
types and number of rows. Adding does not mind order and, unlike XOR, does not lose pairs of equal rows.
The row hash is DuckDB's own: fast enough to run over every table of every build, but not promised to stay
the same between releases, so the method's name says which release made it, and checksums made by
different methods are never compared.
"""

from __future__ import annotations

import hashlib

import duckdb

METHOD = "duckdb-" + ".".join(duckdb.__version__.split(".")[:2])


def hash_query(table: str, columns: dict[str, str]) -> str:
    """SQL for DuckDB that adds up the hashes of all rows of a quoted table name."""
    parts = ", ".join(_comparable(column, kind) for column, kind in columns.items())
    return f"SELECT count(*) AS n, CAST(coalesce(sum(hash({parts})), 0) AS VARCHAR) AS total FROM {table}"


def seal(columns: dict[str, str], n: int, total: str) -> str:
    """The checksum from the sum of the row hashes, beginning with the name of the method."""
    named = "\n".join(f"{column} {kind}" for column, kind in columns.items())
    digest = hashlib.sha256(f"{METHOD}\n{named}\n{n}\n{total}".encode()).hexdigest()
    return f"{METHOD}:{digest}"


def _comparable(column: str, kind: str) -> str:
    if kind == "STRING":
        return f'CAST("{column}" AS VARCHAR)'  # the same for a column stored as ENUM
    if kind == "DOUBLE":
        return f'TRY_CAST("{column}" + 0.0 AS FLOAT)'  # -0.0 is 0.0; seven digits
    return f'"{column}"'
