"""A workspace: part of a build, copied into a DuckDB file of its own.

The file is written under another name beside its place, and appears there whole or not at all, readable and
no longer writable. What is copied is said as a SELECT over the build; the store does not know whose rows
they are.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import pyarrow as pa

from openphm.core.errors import UsageError
from openphm.store.build import Build
from openphm.store.duckdb_engine import DuckDBEngine
from openphm.store.durable import sha256_of, sync_file, sync_folder, told_as_store_error
from openphm.store.engine import TableName
from openphm.store.sql_text import text_literal

SOURCE = "source"
"""The name under which the build's tables are read: source.person.person."""


class NewWorkspace:
    """Copy tables, seal the file, then publish it. Without publishing nothing is left behind.

    Raises UsageError when there is something in its place already.
    """

    def __init__(self, build: Build, target: Path, *, memory_limit: str = "4GB") -> None:
        if target.exists():
            raise UsageError(str(target.name), "there is a file of this name", remedy="name another file")
        if not target.absolute().parent.is_dir():
            raise UsageError(str(target.name), "there is no such folder", remedy="make the folder first")
        self._target = target
        self._partial = target.with_name(target.name + ".writing")
        self._partial.unlink(missing_ok=True)
        with told_as_store_error(target):
            os.close(os.open(self._partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            self._partial.unlink()
        self._engine = _Copying(self._partial, memory_limit=memory_limit)
        self._engine.read_from(build.database)

    def lend(self, name: str, rows: pa.Table) -> None:
        """Rows that a SELECT may join, under a name; they are not written to the file."""
        self._engine.lend(name, rows)

    def lend_select(self, name: str, select: str) -> None:
        """The rows of a SELECT, likewise."""
        self._engine.lend_select(name, select)

    def copy(self, table: str, select: str) -> int:
        """Write one table; answers its number of rows."""
        return self._engine.create_table(table, select)

    def note(self, table: str, said: Mapping[str, str]) -> None:
        """Write a table of two columns, name and value."""
        self._engine.load_rows(table, pa.table({"name": list(said), "value": list(said.values())}))

    def seal(self) -> str:
        """Close the file and force it to the disk; answers its SHA-256."""
        self._engine.close()
        with told_as_store_error(self._target):
            self._partial.chmod(0o440)
            sync_file(self._partial)
            return sha256_of(self._partial)

    def publish(self) -> None:
        """Give the sealed file its name."""
        with told_as_store_error(self._target):
            os.link(self._partial, self._target)  # unlike a rename, it never takes another file's place
            self._partial.unlink()
            sync_folder(self._target.absolute().parent)

    def __enter__(self) -> NewWorkspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.close()
        for left in (self._partial, self._partial.with_name(self._partial.name + ".wal")):
            left.unlink(missing_ok=True)


class _Copying(DuckDBEngine):
    """An engine that writes one file and reads another."""

    def read_from(self, database: Path) -> None:
        self._run(f"ATTACH {text_literal(str(database))} AS {SOURCE} (READ_ONLY)", database.name)

    def lend(self, name: str, rows: pa.Table) -> None:
        connection = self._open()
        connection.register("rows_lent", rows)
        try:
            self.lend_select(name, "SELECT * FROM rows_lent")
        finally:
            connection.unregister("rows_lent")

    def lend_select(self, name: str, select: str) -> None:
        self._run(f"CREATE TEMPORARY TABLE {TableName.parse(f'lent.{name}').table} AS {select}", name)
