"""One finished build: a folder with a database and its manifest."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from openphm.core.errors import StoreError
from openphm.store.duckdb_engine import DuckDBEngine
from openphm.store.manifest import Manifest

DATABASE = "openphm.duckdb"
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Build:
    """One finished build.

    state   live, kept, failed (it broke a promise and cannot be published) or damaged
    alarm   why this build answers although CURRENT does not name it; empty when all is well
    """

    id: str
    folder: Path
    state: str
    manifest: Manifest | None = field(repr=False)
    alarm: str = field(default="", compare=False)

    @property
    def database(self) -> Path:
        """The database file."""
        return self.folder / DATABASE

    def open(self, *, memory_limit: str = "4GB", threads: int | None = None) -> DuckDBEngine:
        """Open the build read-only and locked down."""
        return DuckDBEngine(self.database, memory_limit=memory_limit, threads=threads, read_only=True)


def read_build(build_id: str, folder: Path, live: str) -> Build:
    """Look at a folder of builds; `live` is the id that CURRENT names."""
    try:
        manifest: Manifest | None = Manifest.read(folder / MANIFEST)
    except StoreError:
        manifest = None
    if folder.name.endswith(".failed"):
        state = "failed"
    elif manifest is None or _size(folder / DATABASE) != manifest.database_bytes:
        state = "damaged"
    else:
        state = "live" if build_id == live else "kept"
    return Build(build_id, folder, state, manifest)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1
