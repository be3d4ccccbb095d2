"""Put the definitions in force into the build, as the tables that SQL reads.

A build keeps the words it was made with: `definitions.*` says what every code, price and rule was, and
`lineage.definition` which file of which version said so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from openphm.definitions import Definitions
from openphm.definitions.tables import COLUMNS

_ARROW = {
    "VARCHAR": pa.string(),
    "STRING": pa.string(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
}


def arrow_type(kind: str) -> pa.DataType:
    """The Arrow type of a portable type.

    >>> str(arrow_type("DECIMAL(12,2)"))
    'decimal128(12, 2)'
    """
    if kind.startswith("DECIMAL"):
        precision, scale = kind.removeprefix("DECIMAL(").removesuffix(")").split(",")
        return pa.decimal128(int(precision), int(scale))
    return _ARROW[kind]


def arrow_rows(columns: Iterable[tuple[str, str]], rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows as an Arrow table with exactly these columns and types."""
    listed = list(rows)
    schema = pa.schema([(name, arrow_type(kind)) for name, kind in columns])
    return pa.Table.from_pylist([{name: row[name] for name in schema.names} for row in listed], schema)


def definition_tables(definitions: Definitions) -> dict[str, pa.Table]:
    """Every `definitions.*` table, by its name in the build."""
    rows = {name: list(of_table) for name, of_table in definitions.tables().items()}
    rows["attribute_parameter"] += _limits(definitions)
    return {
        f"definitions.{name}": arrow_rows([(column.name, column.type) for column in columns], rows[name])
        for name, columns in sorted(COLUMNS.items())
    }


def _limits(definitions: Definitions) -> list[dict[str, Any]]:
    """The lowest and highest believable value of a number, as parameters `lowest` and `highest`."""
    return [
        {
            "attribute_id": one.name,
            "parameter": limit,
            "position": 0,
            "value_text": str(one.body[limit]),
            "value_number": float(one.body[limit]),
        }
        for one in definitions.all("attributes")
        for limit in ("lowest", "highest")
        if one.body.get(limit) is not None
    ]
