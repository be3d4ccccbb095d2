"""Tables with a column for each thing that is defined, such as person.month and person.snapshot.

Which points of delivery, conditions and attributes there are is data, and a site may add its own. So the
SELECT of a wide table is written from the definitions, in the same portable subset and with the same header
as a `.sql` file, and is linted and compared on both engines like one.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from openphm.store import SqlFile
from openphm.store.engine import check_columns
from openphm.store.header import Column, Header

COSTS = "DECIMAL(14,2)"

Chosen = tuple[str, str, str, str]
"""Name, portable type, expression, meaning."""


def pod_columns(pod: str) -> tuple[str, str]:
    return f"n_{pod}", f"cost_{pod}_gbp"


def wide_file(
    table: str,
    purpose: str,
    grain: str,
    *,
    reads: tuple[str, ...],
    key: tuple[str, ...],
    chosen: Sequence[Chosen],
    body: str,
    ending: str,
    encode: tuple[str, ...] = (),
    sort: tuple[str, ...] = (),
) -> SqlFile:
    """A SQL file that was never on disk. Every name in it is a plain column name."""
    check_columns(name for name, _, _, _ in chosen)
    columns = tuple(Column(name, kind, meaning) for name, kind, _, meaning in chosen)
    header = Header(purpose, reads, table, grain, key, columns, sort, encode, "person_key")
    final = ",\n".join(f"    CAST({made} AS {kind}) AS {name}" for name, kind, made, _ in chosen)
    path = Path(f"{table.replace('.', '/')}.sql")
    return SqlFile(path, header, f"{_header_text(header)}{body}SELECT\n{final}\n{ending}\n")


def _header_text(header: Header) -> str:
    lines = [
        f"-- purpose: {header.purpose}",
        f"-- reads: {', '.join(header.reads)}",
        f"-- writes: {header.writes}",
        f"-- grain: {header.grain}",
        f"-- key: {', '.join(header.key)}",
        *([f"-- sort: {', '.join(header.sort)}"] if header.sort else []),
        *([f"-- encode: {', '.join(header.encode)}"] if header.encode else []),
        f"-- ranges: {header.ranges}",
        "-- columns:",
        *(f"--   {column.name} {column.type} {column.meaning}" for column in header.columns),
    ]
    return "\n".join(lines) + "\n"
