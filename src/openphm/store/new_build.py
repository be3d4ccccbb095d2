"""A build while it is being made: a folder nobody reads yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import duckdb

from openphm.core.errors import StoreError
from openphm.store.build import DATABASE, MANIFEST, Build
from openphm.store.durable import sha256_of, sync_file, sync_folder, told_as_store_error
from openphm.store.manifest import Manifest, describe_tables


@dataclass(frozen=True)
class NewBuild:
    """Write tables to `database` with a DuckDBEngine, close the engine, then finish or keep_failed.

    Without either, the folder is removed when the block of `Builds.new` ends.
    """

    id: str
    folder: Path

    @property
    def database(self) -> Path:
        """Where the database file goes."""
        return self.folder / DATABASE

    def finish(
        self,
        *,
        as_at: str,
        inputs: Sequence[Mapping[str, Any]] = (),
        definitions: Sequence[Mapping[str, Any]] = (),
        stages: Sequence[Mapping[str, Any]] = (),
        engine: str = f"duckdb {duckdb.__version__}",
        notes: Mapping[str, Any] | None = None,
    ) -> Build:
        """Describe every table, write the manifest and give the build its final name. It is not live yet."""
        said = {"as_at": as_at, "inputs": inputs, "definitions": definitions, "stages": stages}
        return self._close({**said, "engine": engine, "notes": notes or {}}, "")

    def keep_failed(self, reason: str, *, as_at: str, **said: Any) -> Build:
        """Keep a build that broke a promise for a look, until the next prune. It can never go live."""
        described = {"engine": f"duckdb {duckdb.__version__}", **said, "as_at": as_at}
        return self._close(described, reason or "failed")

    def _close(self, said: Mapping[str, Any], failed: str) -> Build:
        if not self.database.is_file() or self.database.with_name(DATABASE + ".wal").exists():
            raise StoreError(
                str(self.folder),
                "is not ready: the database is missing or still open",
                remedy="close the engine first",
            )
        final = self.folder.with_name(self.id + (".failed" if failed else ""))
        with told_as_store_error(self.folder):
            self.database.chmod(0o640)
            manifest = Manifest(
                build=self.id,
                created=datetime.now(UTC).isoformat(timespec="seconds"),
                openphm=_version(),
                database_sha256=sha256_of(self.database),
                database_bytes=self.database.stat().st_size,
                outputs=describe_tables(self.database),
                failed=failed,
                **said,
            )
            sync_file(self.database)
            manifest.write(self.folder / MANIFEST)
            self.folder.rename(final)
            sync_folder(final.parent)
        return Build(self.id, final, "failed" if failed else "kept", manifest)


def _version() -> str:
    try:
        return version("openphm")
    except PackageNotFoundError:
        return "unknown"
