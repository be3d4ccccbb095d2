"""What a place that runs SQL must be able to do, whichever engine it is.

The build is written once, in portable SQL (docs/explanation/portable_sql.md). An `Engine` runs that text as
written and adds what SQL does not say: where a table lives, in which order its rows lie, how text with
few values is stored, and whether the work is cut into ranges of people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol

import pyarrow as pa

from openphm.core.errors import StoreError

_NAME = re.compile(r"([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)")
_COLUMN = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True)
class TableName:
    """`schema.table`, both parts in lower case; the only way a table is named in OpenPHM."""

    schema: str
    table: str

    @classmethod
    def parse(cls, name: str) -> TableName:
        """Read `schema.table`; anything else is refused, so a name can never carry SQL."""
        found = _NAME.fullmatch(name)
        if found is None:
            raise StoreError(
                f"table name {name[:80]!r}",
                "is not of the form schema.table",
                "Both parts are lower case letters, digits and _, and begin with a letter.",
                "write the schema too, for example person.snapshot",
            )
        return cls(found[1], found[2])

    def __str__(self) -> str:
        return f"{self.schema}.{self.table}"

    @property
    def sql(self) -> str:
        """The name quoted for DuckDB, safe where a part is a word of SQL."""
        return f'"{self.schema}"."{self.table}"'


def check_columns(columns: Iterable[str]) -> tuple[str, ...]:
    """The column names, when each is a plain lower-case word; a StoreError otherwise."""
    checked = tuple(columns)
    for column in checked:
        if _COLUMN.fullmatch(column) is None:
            raise StoreError(
                f"column name {column[:80]!r}",
                "is not a plain column name",
                "A column is lower case letters, digits and _.",
                "rename the column",
            )
    return checked


@dataclass(frozen=True)
class PersonRanges:
    """Closed ranges of one integer column, in order, that together hold every person.

    column   the column, in practice person_key
    bounds   (first, last) of each range; ranges do not overlap
    """

    bounds: tuple[tuple[int, int], ...]
    column: str = "person_key"

    def __post_init__(self) -> None:
        check_columns([self.column])
        ends = [key for pair in self.bounds for key in pair]
        if not self.bounds or any(first > last for first, last in self.bounds) or ends != sorted(ends):
            raise StoreError(
                "person ranges",
                "are empty, overlap or run backwards",
                "Ranges are (first, last) pairs in rising order.",
                "make them with PersonRanges.over(people, parts)",
            )
        if any(a[1] >= b[0] for a, b in zip(self.bounds, self.bounds[1:], strict=False)):
            raise StoreError("person ranges", "overlap", "No key may be in two ranges.", "part them")

    @classmethod
    def over(cls, last_key: int, parts: int, *, first_key: int = 1) -> PersonRanges:
        """Cut first_key..last_key into about equal parts, never more than there are keys.

        >>> PersonRanges.over(10, 3).bounds
        ((1, 4), (5, 8), (9, 10))
        """
        size = max(1, -(-(last_key - first_key + 1) // max(1, parts)))
        firsts = range(first_key, max(last_key, first_key) + 1, size)
        return cls(tuple((first, min(first + size - 1, max(last_key, first_key))) for first in firsts))

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self.bounds)


class Engine(Protocol):
    """Runs portable SQL and keeps tables. Every name is `schema.table`; errors are StoreError.

    Messages never hold a value of a row.
    """

    name: str

    def run_prelude(self) -> None:
        """Define the functions in which engines differ. Safe to run again."""

    def create_table(
        self,
        name: str,
        select: str,
        *,
        sort_by: Sequence[str] = (),
        encode: Sequence[str] = (),
        ranges: PersonRanges | None = None,
    ) -> int:
        """Make or replace a table from a SELECT run as written; answers the number of rows.

        sort_by   columns in which order the rows are stored; with ranges it begins with their column, or with
                  one of few values that is never null and then theirs
        encode    text columns with few values, stored compactly where the engine can
        ranges    run the SELECT for one range of people at a time; it must not look across people
        """

    def create_view(self, name: str, select: str) -> None:
        """Make or replace a view that is kept with the tables."""

    def register_parquet(self, name: str, paths: Path | Sequence[Path]) -> None:
        """Show Parquet files as a table, without copying, until the engine is closed."""

    def load_rows(self, name: str, rows: pa.Table) -> int:
        """Make or replace a table from rows in memory; answers the number of rows."""

    def query(self, select: str) -> pa.Table:
        """Run a SELECT and fetch all of its rows."""

    def copy_to_parquet(self, select: str, path: Path, *, sort_by: Sequence[str] = ()) -> int:
        """Write a SELECT to one Parquet file, which appears whole or not at all."""

    def tables(self) -> list[str]:
        """The stored tables (no views, no registered files), by name."""

    def columns(self, name: str) -> dict[str, str]:
        """Column names and portable types of a table or view, in order."""

    def count_rows(self, name: str) -> int:
        """How many rows a table or view has."""

    def checksum(self, name: str) -> str:
        """A hash of all rows that depends neither on their order nor on how the work was cut up.

        DOUBLE columns count to seven significant digits, as the order of addition may change the last.
        """

    def explain(self, select: str) -> str:
        """The engine's plan for a SELECT, for people to read."""

    def drop(self, name: str) -> None:
        """Forget a table or view; nothing happens when there is none."""

    def close(self) -> None:
        """Write everything down and let go of files. Safe to call again."""

    def __enter__(self) -> Engine: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
