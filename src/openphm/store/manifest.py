"""What a build says about itself: what went in, what came out, and how long it took.

`manifest.json` is read by people and by other programs. Its checksums prove that a build has not changed
since it was made, and that the same input makes the same tables.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from openphm.core.errors import StoreError
from openphm.store.duckdb_engine import DuckDBEngine
from openphm.store.durable import sha256_of, write_whole

FORMAT = 1
"""Raised when a reader of an older version could misunderstand a build."""


@dataclass(frozen=True)
class TableRecord:
    """One table of a build: how many rows, and the hash of all of them (see checksum.py)."""

    rows: int
    checksum: str


@dataclass(frozen=True)
class Manifest:
    """The content of manifest.json.

    build           the build's id
    created         when it was finished, UTC
    openphm         the version that made it
    as_at           the date the build speaks about
    engine          name and version of what ran the SQL
    database_sha256, database_bytes   of the database file
    inputs          files that went in, each at least {"name", "sha256"}
    definitions     definitions that were used, each {"id", "version", "sha256"}
    outputs         every table
    stages          {"name", "seconds"} of each stage, in order
    failed          why the build must not be published; empty when nothing is wrong
    notes           anything else the maker wants to keep
    """

    build: str
    created: str
    openphm: str
    as_at: str
    engine: str
    database_sha256: str
    database_bytes: int
    inputs: Sequence[Mapping[str, Any]] = ()
    definitions: Sequence[Mapping[str, Any]] = ()
    outputs: Mapping[str, TableRecord] = field(default_factory=dict)
    stages: Sequence[Mapping[str, Any]] = ()
    failed: str = ""
    notes: Mapping[str, Any] = field(default_factory=dict)
    format: int = FORMAT

    def write(self, path: Path) -> None:
        """Write manifest.json whole."""
        write_whole(path, json.dumps(asdict(self), indent=1, ensure_ascii=False, default=str) + "\n")

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """Read manifest.json; StoreError when it is missing, damaged or from a newer version."""
        try:
            said = json.loads(path.read_text("utf-8"))
            if int(said["format"]) > FORMAT:
                raise StoreError(
                    str(path),
                    f"was written by OpenPHM {said.get('openphm', '')}, in a format not known here",
                    remedy="upgrade OpenPHM, or go back to an older build with `openphm builds rollback`",
                )
            said["outputs"] = {name: TableRecord(**record) for name, record in said["outputs"].items()}
            return cls(**said)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreError(
                str(path),
                f"is missing or damaged ({type(error).__name__})",
                remedy="publish another build with `openphm builds publish`, or build again",
            ) from None


def describe_tables(database: Path) -> dict[str, TableRecord]:
    """Rows and checksum of every table of a database file."""
    with DuckDBEngine(database, read_only=True) as engine:
        return {name: TableRecord(engine.count_rows(name), engine.checksum(name)) for name in engine.tables()}


def differences(manifest: Manifest, database: Path, *, tables: bool) -> list[str]:
    """How a database file differs from what its manifest says; nothing when it is as it was made.

    tables   also hash every row of every table. A table hashed by another release of DuckDB is counted
             but not compared, as row hashes may change between releases.
    """
    if not database.is_file():
        return [f"{database.name} is missing"]
    if database.stat().st_size != manifest.database_bytes:
        return [f"{database.name} has {database.stat().st_size} bytes, not {manifest.database_bytes}"]
    if sha256_of(database) != manifest.database_sha256:
        return [f"{database.name} has changed since it was made: its SHA-256 is another"]
    if not tables:
        return []
    found = describe_tables(database)
    wrong = [f"{name} is missing" for name in manifest.outputs if name not in found]
    for name, made in manifest.outputs.items():
        now = found.get(name)
        same_method = now is not None and now.checksum.split(":")[0] == made.checksum.split(":")[0]
        if now is not None and (now.rows != made.rows or (same_method and now.checksum != made.checksum)):
            wrong.append(f"{name} has other rows than when it was made")
    return wrong
