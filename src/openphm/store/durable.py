"""Put bytes on the disk so that they are there whole after a power cut, or not at all.

A file is written under another name, forced to the disk, and renamed; then its folder is forced too,
because a rename lives in the folder.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from openphm.core.errors import StoreError

_BLOCK = 1 << 20


@contextmanager
def told_as_store_error(where: Path) -> Iterator[None]:
    """Re-raise what the operating system says inside the block as a StoreError."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            found, remedy = "there is no room left on the disk", "free some space, then run the command again"
        elif isinstance(error, PermissionError):
            found, remedy = "may not be written or read", "check who owns the folder and its permissions"
        else:
            found = f"the disk could not do it: {os.strerror(error.errno) if error.errno else error}"
            remedy = "check the disk, then run the command again"
        told = StoreError(str(where), found, "What was published before has not changed.", remedy)
    else:
        return
    raise told from None


def write_whole(path: Path, text: str) -> None:
    """Replace a small text file at once: readers see the old text or the new, never a part."""
    partial = path.with_name(path.name + ".tmp")
    try:
        with partial.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        sync_folder(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def sync_file(path: Path) -> None:
    """Force the bytes of a file to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(path: Path) -> None:
    """Force the names in a folder to the disk."""
    sync_file(path)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


class WriterLock:
    """At most one process at a time changes a store.

    The lock belongs to the operating system (flock), so that of a process that died is free at once. The
    file says who holds it, for people.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None
        self._depth = 0

    def __enter__(self) -> WriterLock:
        if self._handle is None:
            self._handle = self._take()
        self._depth += 1
        return self

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if self._depth == 0 and self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None

    def _take(self) -> int:
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o640)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise StoreError(
                str(self._path.parent),
                f"another process is changing this store{self._holder()}",
                "One process at a time builds, publishes or prunes.",
                "wait until it is done, or end that process; its lock goes with it",
            ) from None
        said = json.dumps({"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")})
        os.ftruncate(handle, 0)
        os.write(handle, said.encode())
        return handle

    def _holder(self) -> str:
        try:
            said = json.loads(self._path.read_text("utf-8"))
            return f": process {int(said['pid'])}, since {str(said['since'])[:25]}"
        except (OSError, ValueError, KeyError, TypeError):
            return ""
