"""A pseudonymised delivery: the folder that zone P builds from.

    extracts/<record>/*.parquet   reference/<record>.parquet   quality/*.parquet   delivery.json

`delivery.json` lists every file with its checksum, rows and size. It is written last, and the whole folder
appears under its name at once: a killed run leaves the delivery before it as it was.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from openphm.core import ExtractRejected, Problem, UsageError

FORMAT = 1
DOCUMENT = "delivery.json"


@dataclass(frozen=True)
class Delivery:
    """An opened delivery whose files are what the custodian wrote.

    records    record -> its Parquet files
    reference  reference record -> its Parquet file
    quality    files, quarantine, coverage, completeness, linkage -> Parquet file
    """

    folder: Path
    document: Mapping[str, Any]
    records: Mapping[str, tuple[Path, ...]]
    reference: Mapping[str, Path]
    quality: Mapping[str, Path]


def open_delivery(folder: Path, *, threads: int = 2) -> Delivery:
    """Open a delivery after comparing every file with its checksum. Raises ExtractRejected."""
    document = _read_document(folder)
    listed = document["files"]
    with ThreadPoolExecutor(threads) as pool:
        problems = [one for one in pool.map(lambda entry: _check(folder, entry), listed) if one]
    problems += _unlisted(folder, {str(entry["path"]) for entry in listed})
    if problems:
        raise ExtractRejected.of(problems)
    records: dict[str, list[Path]] = {}
    reference: dict[str, Path] = {}
    quality: dict[str, Path] = {}
    for entry in listed:
        path = folder / entry["path"]
        part = path.relative_to(folder).parts[0]
        if part == "extracts":
            records.setdefault(path.parent.name, []).append(path)
        elif part == "reference":
            reference[path.stem] = path
        elif part == "quality":
            quality[path.stem] = path
    return Delivery(
        folder, document, {name: tuple(sorted(paths)) for name, paths in records.items()}, reference, quality
    )


def _read_document(folder: Path) -> dict[str, Any]:
    path = folder / DOCUMENT
    if not path.is_file():
        raise ExtractRejected(
            str(folder.name),
            "the folder holds no delivery.json, so it is not a pseudonymised delivery.",
            "A build reads what `openphm custodian pseudonymise RAW OUT` wrote to OUT.",
            "pseudonymise the raw extracts first",
        )
    try:
        document = json.loads(path.read_text("utf-8"))
        entries = document["files"]
        assert document["format"] == FORMAT and all("path" in one and "sha256" in one for one in entries)
    except (ValueError, KeyError, TypeError, AssertionError) as error:
        raise ExtractRejected(
            DOCUMENT, "it is damaged or of another version.", remedy="pseudonymise the raw extracts again"
        ) from error
    return dict(document)


def _check(folder: Path, entry: Mapping[str, Any]) -> Problem | None:
    name = str(entry["path"])
    path = (folder / name).resolve()
    if folder.resolve() not in path.parents or not path.is_file():
        return Problem(name, "the file is missing.", "", "copy the whole delivery again")
    if sha256_of_file(path) != entry["sha256"]:
        return Problem(
            name,
            "the file is not what the custodian wrote: its checksum differs.",
            "A changed bit in a Parquet file can give other figures without any error.",
            "copy the whole delivery again, or pseudonymise again",
        )
    return None


def _unlisted(folder: Path, listed: set[str]) -> list[Problem]:
    found = []
    for path in sorted(folder.rglob("*.parquet")):
        name = path.relative_to(folder).as_posix()
        if name not in listed:
            found.append(
                Problem(name, "the file is not listed in delivery.json.", "", "take it out of the delivery")
            )
    return found


def sha256_of_file(path: Path) -> str:
    """Checksum of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class DeliveryWriter:
    """Writes a delivery beside its place and moves it there when it is whole.

    The delivery before it stays until then, and for the blink of an eye under the name `<name>.old`.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.folder = target.with_name(target.name + ".tmp")
        self._old = target.with_name(target.name + ".old")

    def begin(self) -> None:
        """An empty folder to write to. Raises UsageError when the target is no delivery and not empty."""
        if not self.target.exists() and self._old.exists():
            self._old.rename(self.target)  # a run was killed between the two moves
        if self.target.exists() and not self._is_delivery_or_empty():
            raise UsageError(
                str(self.target.name),
                "the folder is not empty and is not a delivery.",
                "A delivery replaces the one before it, and nothing else.",
                "name another folder, or empty this one",
            )
        self.discard()
        (self.folder / "extracts").mkdir(parents=True)
        (self.folder / "reference").mkdir()

    def _is_delivery_or_empty(self) -> bool:
        return self.target.is_dir() and ((self.target / DOCUMENT).is_file() or not any(self.target.iterdir()))

    def path(self, record: str, name: str | None = None) -> Path:
        """Where the rows of a record go."""
        folder = self.folder / "extracts" / record
        folder.mkdir(exist_ok=True)
        return folder / f"{name or record}.parquet"

    def reference_path(self, record: str) -> Path:
        return self.folder / "reference" / f"{record}.parquet"

    def finish(self, document: Mapping[str, Any], *, threads: int = 2) -> dict[str, Any]:
        """List the files with their checksums, write delivery.json, and put the delivery in its place."""
        paths = sorted(self.folder.rglob("*.parquet"))
        with ThreadPoolExecutor(threads) as pool:
            entries = list(pool.map(self._entry, paths))
        whole = {"format": FORMAT, **document, "files": entries}
        path = self.folder / DOCUMENT
        path.write_text(json.dumps(whole, indent=1, default=str) + "\n", "utf-8")
        _flush(path)
        shutil.rmtree(self._old, ignore_errors=True)
        if self.target.exists():
            self.target.rename(self._old)
        self.folder.rename(self.target)
        _flush(self.target.parent)
        shutil.rmtree(self._old, ignore_errors=True)
        return whole

    def _entry(self, path: Path) -> dict[str, Any]:
        _flush(path)
        return {
            "path": path.relative_to(self.folder).as_posix(),
            "rows": pq.read_metadata(path).num_rows,
            "bytes": path.stat().st_size,
            "sha256": sha256_of_file(path),
        }

    def discard(self) -> None:
        """Remove what was written and not finished."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
