"""The log file: JSON lines, written under a lock and forced to the disk before `append` returns.

What may not go in is as important as what does: never an NHS number, a name, a person_id list or
free text about a person. `append` refuses anything that reads as a valid NHS number and cuts long
values short; the rest is the caller's duty.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from openphm.audit.chain import Checkpoint, Entry, Value, Verification, verify_lines
from openphm.core.errors import StoreError
from openphm.core.identifiers import NHSNumber

LONGEST_VALUE = 1000
_TEN_DIGITS = re.compile(r"(?<![0-9A-Za-z])\d{3}[ -]?\d{3}[ -]?\d{4}(?![0-9A-Za-z])")
_TAIL_BLOCK = 8192


class AuditLog:
    """An append-only, hash-chained log at one path. The file is made on first use."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def beside(cls, store: Path) -> AuditLog:
        """The suite's log, in the store it speaks about."""
        return cls(store / "audit.jsonl")

    def append(self, event: str, *, actor: str, detail: Mapping[str, Value] | None = None) -> Entry:
        """Write one event and force it to the disk.

        Raises StoreError when it cannot be written (the action it stands for must then not happen),
        and ValueError when the event holds what reads as an NHS number.
        """
        safe = {key: _safe(value) for key, value in (detail or {}).items()}
        actor, event = str(_safe(actor)), str(_safe(event))
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                head = _mend_torn_line(file, _last_entry(file))
                entry = Entry.after(head, at=_now(), event=event, actor=actor, detail=safe)
                _write(file, entry)
        except OSError as fault:
            raise StoreError(
                f"audit log {self.path.name}",
                f"the event '{event}' could not be written: {fault.strerror}",
                "An action that must be remembered is not done when it cannot be.",
                "make room on the disk, or give this user the right to write there",
            ) from fault
        return entry

    def entries(self) -> Iterator[Entry]:
        """Every entry, oldest first, without checking the chain."""
        for line in self._lines():
            yield Entry.parse(line)

    def checkpoint(self) -> Checkpoint:
        """The head of the chain now."""
        if not self.path.exists():
            return Checkpoint()
        with self.path.open("rb") as file:
            last = _last_entry(file)
        return last.head if last else Checkpoint()

    def verify(self, witness: Checkpoint | None = None) -> Verification:
        """Check the whole chain, and that it still holds a checkpoint kept elsewhere."""
        return verify_lines(self._lines(), witness)

    def _lines(self) -> Iterator[bytes]:
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            yield from file


def _write(file: BinaryIO, entry: Entry) -> None:
    file.write(entry.line())
    file.flush()
    os.fsync(file.fileno())


def _last_entry(file: BinaryIO) -> Entry | None:
    """The last whole line, read from the end: a log of years is not read to add a line."""
    end = file.seek(0, os.SEEK_END)
    tail = b""
    while end > 0:
        start = max(0, end - _TAIL_BLOCK)
        file.seek(start)
        tail = file.read(end - start) + tail
        end = start
        lines = tail[: tail.rfind(b"\n") + 1].splitlines(keepends=True)
        if len(lines) > 1 or (lines and end == 0):
            return _parse_head(lines[-1])
    return None


def _parse_head(line: bytes) -> Entry:
    try:
        return Entry.parse(line)
    except (ValueError, TypeError) as fault:
        raise StoreError(
            "audit log",
            "its last line is not an audit entry",
            "A damaged log is not written on, so that the damage stays visible.",
            "run `openphm audit verify`, keep the file as evidence and begin a new log",
        ) from fault


def _mend_torn_line(file: BinaryIO, last: Entry | None) -> Checkpoint:
    """Cut off a line that a power cut left half-written, and remember that it was there."""
    head = last.head if last else Checkpoint()
    end = file.seek(0, os.SEEK_END)
    whole = _end_of_last_line(file, end)
    if whole == end:
        return head
    file.seek(whole)
    torn = file.read()
    file.truncate(whole)
    detail: dict[str, Value] = {"bytes": len(torn), "sha256": sha256(torn).hexdigest()}
    entry = Entry.after(head, at=_now(), event="audit.torn_line", actor="audit", detail=detail)
    _write(file, entry)
    return entry.head


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


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _safe(value: Value) -> Value:
    """The value without line ends or excess length; ValueError when it holds an NHS number."""
    if isinstance(value, list):
        return [_safe(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _safe(item) for key, item in value.items()}
    if not isinstance(value, str):
        return value
    for match in _TEN_DIGITS.finditer(value):
        if NHSNumber.parse(match.group()) is not None:
            raise ValueError("an audit event may not hold an NHS number")
    cut = value.replace("\0", "").replace("\r", " ").replace("\n", " ")
    return cut if len(cut) <= LONGEST_VALUE else cut[:LONGEST_VALUE] + " (cut)"
