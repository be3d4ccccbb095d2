"""Writing: JSON lines, under a lock, forced to the disk before anybody is told that they are there.

Forcing a disk takes a millisecond to some tens of them, however much is forced. So threads of a process that
append at the same moment share one force (group commit): the first to come writes for all who wait. Other
processes are kept out by a lock on the file.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import Condition, Lock
from typing import BinaryIO

from openphm.audit.chain import Checkpoint, Entry, Value
from openphm.core.errors import StoreError

_TAIL_BLOCK = 8192


@dataclass
class _Waiting:
    """One event on its way to the disk. It is done when it has its entry, or its fault."""

    event: str
    actor: str
    detail: dict[str, Value]
    entry: Entry | None = None
    fault: Exception | None = None

    @property
    def is_done(self) -> bool:
        return self.entry is not None or self.fault is not None

    def result(self) -> Entry:
        if self.fault is not None:
            raise self.fault
        assert self.entry is not None
        return self.entry


class Writer:
    """The one writer of a path in this process. Every thread may call `append`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = Condition()
        self._queue: list[_Waiting] = []
        self._is_writing = False
        self._last: tuple[tuple[int, int], Entry] | None = None

    def append(self, event: str, actor: str, detail: dict[str, Value]) -> Entry:
        """The entry, once it is on the disk. Raises OSError, StoreError."""
        mine = _Waiting(event, actor, detail)
        with self._turn:
            self._queue.append(mine)
            while self._is_writing and not mine.is_done:
                self._turn.wait()
            if mine.is_done:
                return mine.result()
            self._is_writing = True
            batch, self._queue = self._queue, []
        try:
            self._write(batch)
        except Exception as fault:
            for one in batch:
                one.entry, one.fault = None, fault
        finally:
            with self._turn:
                self._is_writing = False
                self._turn.notify_all()
        return mine.result()

    def _write(self, batch: Sequence[_Waiting]) -> None:
        is_new = not self._path.exists()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            last = self._last_entry(file)
            head, at = (last.head, last.at) if last else (Checkpoint(), "")
            entries = []
            for one in batch:
                entry = _entry_after(head, at, one.event, one.actor, one.detail)
                head, at = entry.head, entry.at
                entries.append(entry)
            file.write(b"".join(entry.line() for entry in entries))
            _force(file)
            self._last = (_stamp(file), entries[-1])
        if is_new:
            _force_folder(self._path.parent)
        for one, entry in zip(batch, entries, strict=True):
            one.entry = entry

    def _last_entry(self, file: BinaryIO) -> Entry | None:
        """The last entry; remembered from the last writing when nobody else has written since."""
        if self._last is not None and self._last[0] == _stamp(file):
            return self._last[1]
        found = last_lines(file, 1)
        return _mend_torn_line(file, _parse_last(found[0]) if found else None)


_WRITERS: dict[Path, Writer] = {}
_WRITERS_LOCK = Lock()


def writer_of(path: Path) -> Writer:
    """The writer of a path. There is one in a process, so that threads can share a force of the disk."""
    with _WRITERS_LOCK:
        return _WRITERS.setdefault(path.absolute(), Writer(path))


def last_lines(file: BinaryIO, number: int) -> list[bytes]:
    """The last whole lines, read from the end: a log of years is not read to add a line."""
    end = file.seek(0, os.SEEK_END)
    tail = b""
    while end > 0:
        start = max(0, end - _TAIL_BLOCK)
        file.seek(start)
        tail = file.read(end - start) + tail
        end = start
        lines = tail[: tail.rfind(b"\n") + 1].splitlines(keepends=True)
        if len(lines) > number or end == 0:
            return lines[-number:]
    return []


def _entry_after(head: Checkpoint, before: str, event: str, actor: str, detail: dict[str, Value]) -> Entry:
    """The next entry. A clock that has gone back is written down; the order of the chain stays."""
    now = datetime.now(UTC)
    if before:
        back = (datetime.fromisoformat(before) - now).total_seconds()
        if back > 1:
            detail = {**detail, "clock_back_seconds": round(back)}
    at = now.isoformat(timespec="milliseconds")
    return Entry.after(head, at=at, event=event, actor=actor, detail=detail)


def _parse_last(line: bytes) -> Entry:
    try:
        return Entry.parse(line)
    except (ValueError, TypeError) as fault:
        raise StoreError(
            "audit log",
            "its last line is not an audit entry",
            "A damaged log is not written on, so that the damage stays visible.",
            "run `openphm audit verify`, keep the file as evidence and begin a new log",
        ) from fault


def _mend_torn_line(file: BinaryIO, last: Entry | None) -> Entry | None:
    """Cut off a line that a power cut left half-written, and remember that it was there."""
    end = file.seek(0, os.SEEK_END)
    whole = _end_of_last_line(file, end)
    if whole == end:
        return last
    file.seek(whole)
    torn = file.read()
    file.truncate(whole)
    detail: dict[str, Value] = {"bytes": len(torn), "sha256": sha256(torn).hexdigest()}
    head, at = (last.head, last.at) if last else (Checkpoint(), "")
    entry = _entry_after(head, at, "audit.torn_line", "audit", detail)
    file.write(entry.line())
    _force(file)
    return entry


def _end_of_last_line(file: BinaryIO, end: int) -> int:
    """The offset just after the last newline; 0 when there is none."""
    while end > 0:
        start = max(0, end - _TAIL_BLOCK)
        file.seek(start)
        newline = file.read(end - start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0


def _stamp(file: BinaryIO) -> tuple[int, int]:
    found = os.fstat(file.fileno())
    return found.st_ino, found.st_size


def _force(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _force_folder(folder: Path) -> None:
    """A new file is there after a power cut only when its folder was forced as well."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
