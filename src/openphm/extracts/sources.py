"""Find what was delivered: files in a folder, members of a zip, tables of a database file.

A `Source` is one thing with rows of one record. What a file is, is read from its first bytes and not
from its ending, because endings are often wrong. The planted truth of a made-up ICS is never opened.
"""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from openphm.core.errors import StoreError
from openphm.extracts.reasons import FileRejected
from openphm.store import DuckDBEngine

NEVER_OPENED = ("truth",)
TABLE_FORMS = ("sqlite", "duckdb")
_IGNORED = ("thumbs.db", "desktop.ini")
_ENDINGS = (".gz", ".csv", ".txt", ".tsv", ".psv", ".dat", ".tab", ".parquet", ".pq")
_SQLITE = b"SQLite format 3\x00"


@dataclass(frozen=True)
class Source:
    """One delivered thing that holds rows.

    name    what people know it by: the file name, `archive!member` or `database:table`
    stem    the part of the name that says which record it is
    path    the file on disk
    form    text, gzip, zip (one member of it), parquet, sqlite or duckdb (one table of it)
    member  the member of the zip or the table of the database
    folder  name of the folder it lies in
    """

    name: str
    stem: str
    path: Path
    form: str
    member: str = ""
    folder: str = ""


def find_sources(
    folder: Path, *, apart_from: tuple[str, ...] = ()
) -> tuple[list[Source], list[FileRejected]]:
    """Everything under a folder that may hold rows, by name, and what could not even be listed."""
    found: list[Source] = []
    refused: list[FileRejected] = []
    for path in sorted(_files(folder, refused, apart_from), key=lambda one: one.as_posix()):
        try:
            found.extend(_sources_in(path))
        except FileRejected as reason:
            refused.append(reason)
    return found, refused


def _files(folder: Path, refused: list[FileRejected], apart_from: tuple[str, ...] = ()) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name.lower() in _IGNORED:
            continue
        if path.is_symlink():
            refused.append(
                FileRejected(
                    "F_PATH",
                    path.name,
                    "this is a link to another place.",
                    "Only files that lie in the delivery are read.",
                    "copy the file itself into the folder",
                )
            )
        elif path.is_dir():
            if path.name not in (*NEVER_OPENED, *apart_from):
                yield from _files(path, refused)
        elif path.is_file():
            yield path


def form_of(first_bytes: bytes) -> str:
    """What a file is, from its first bytes."""
    if first_bytes[:2] == b"\x1f\x8b":
        return "gzip"
    if first_bytes[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "zip"
    if first_bytes[:4] == b"PAR1":
        return "parquet"
    if first_bytes.startswith(_SQLITE):
        return "sqlite"
    if first_bytes[8:12] == b"DUCK":
        return "duckdb"
    return "text"


def _sources_in(path: Path) -> list[Source]:
    with path.open("rb") as file:
        form = form_of(file.read(32))
    if form == "zip":
        return _members(path)
    if form == "sqlite":
        return [_table(path, form, name) for name in _sqlite_tables(path)]
    if form == "duckdb":
        return [_table(path, form, name) for name in _duckdb_tables(path)]
    return [Source(path.name, stem_of(path.name), path, form, folder=path.parent.name)]


def stem_of(name: str) -> str:
    """A file name without its endings; dots inside the name stay."""
    stem = PurePosixPath(name).name
    while stem.lower().endswith(_ENDINGS):
        stem = stem[: stem.rfind(".")]
    return stem


def _members(path: Path) -> list[Source]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise FileRejected(
            "F_ZIP", path.name, "the zip file cannot be listed.", remedy="make and send the zip file again"
        ) from error
    if any(info.filename == "[Content_Types].xml" for info in infos):
        raise FileRejected(
            "F_UNKNOWN",
            path.name,
            "this is an office document, not a delivered file.",
            "Files are CSV (also gzip or zip), Parquet, or tables of a SQLite or DuckDB file.",
            "export it as CSV from the system it came from, not by way of a spreadsheet",
        )
    found = []
    for info in infos:
        inner = PurePosixPath(info.filename.replace("\\", "/"))
        if info.is_dir() or inner.name.startswith(".") or "__MACOSX" in inner.parts:
            continue
        if inner.is_absolute() or ".." in inner.parts or ":" in inner.parts[0]:
            raise FileRejected(
                "F_ZIP",
                path.name,
                "a member's name leads out of the folder.",
                "Members have plain names.",
                "make the zip file again from inside the folder",
            )
        if NEVER_OPENED[0] not in inner.parts:
            found.append(Source(f"{path.name}!{inner.name}", stem_of(inner.name), path, "zip", info.filename))
    return sorted(found, key=lambda one: one.member)


def _table(path: Path, form: str, table: str) -> Source:
    return Source(f"{path.name}:{table}", table.rpartition(".")[2], path, form, table)


def _sqlite_tables(path: Path) -> list[str]:
    try:
        with sqlite3.connect(f"file:{path.as_posix()}?mode=ro", uri=True) as connection:
            rows = connection.execute(
                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
                "AND name NOT LIKE 'sqlite_%' ORDER BY name"
            ).fetchall()
        connection.close()
    except sqlite3.Error as error:
        raise FileRejected("F_TABLE", path.name, "the SQLite file cannot be read.") from error
    return [str(row[0]) for row in rows]


def _duckdb_tables(path: Path) -> list[str]:
    try:
        with DuckDBEngine(path, read_only=True) as engine:
            return engine.tables()
    except StoreError as error:
        raise FileRejected("F_TABLE", path.name, "the DuckDB file cannot be read.") from error
