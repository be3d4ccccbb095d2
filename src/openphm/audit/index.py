"""The index of a log: what stands on which line, so that a page of it is read without the rest.

Held in memory and grown by what was written since, whoever wrote it; losing it does no harm. It checks
nothing: only `AuditLog.verify` walks the chain. It holds 20 bytes a line.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from openphm.audit.chain import Entry

_ACTOR, _AT, _EVENT, _HASH = b'{"actor":"', b'","at":"', b',"event":"', b'","hash":"'
"""What stands around the parts of a line. No text within one holds them: its quotation marks are escaped."""
_A_DAY = len("2026-01-31")
_DAMAGED = b""


@dataclass(frozen=True)
class LogPage:
    """Some lines of a log, the newest first.

    matching   how many lines there are like this
    entries    line number and entry; None for a line that cannot be read
    """

    matching: int
    entries: tuple[tuple[int, Entry | None], ...]


class LogIndex:
    """Event, actor and day of each line, and where it begins. Safe for many threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._begin()

    def _begin(self) -> None:
        self._file: tuple[int, int] | None = None  # of the file that was read: device and inode
        self._end = 0  # of the last whole line that was read
        self._starts, self._days = array("Q"), array("I")
        self._events, self._actors = array("I"), array("I")
        self._names: dict[bytes, int] = {}
        self._known_days: dict[bytes, int] = {}

    def __len__(self) -> int:
        """How many lines there are."""
        with self._lock:
            self._read_on()
            return len(self._starts)

    @property
    def events(self) -> Mapping[str, int]:
        """How often each event is there, the most frequent first."""
        return self._counted("_events")

    @property
    def actors(self) -> Mapping[str, int]:
        """How many lines each actor has, the one with most first."""
        return self._counted("_actors")

    def page(
        self, number: int, size: int, *, event: str = "", actor: str = "", since: date | None = None
    ) -> LogPage:
        """Page `number` (from 1) of the lines of an event, an actor and since a day; empty means any."""
        with self._lock:
            self._read_on()
            lines = self._like(event, actor, since)
            last = len(lines) - (number - 1) * size
            wanted = [
                (line, self._starts[line]) for line in reversed(lines[max(0, last - size) : max(0, last)])
            ]
        return LogPage(len(lines), tuple(self._entries(wanted)))

    def _counted(self, column: str) -> dict[str, int]:
        with self._lock:
            self._read_on()
            counts = [0] * len(self._names)
            for one in getattr(self, column):
                counts[one] += 1
            found = {_text(name): counts[at] for name, at in self._names.items() if counts[at]}
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def _like(self, event: str, actor: str, since: date | None) -> range | list[int]:
        found: range | list[int] = range(len(self._starts))
        for text, column in ((event, self._events), (actor, self._actors)):
            if text:
                wanted = self._names.get(_raw(text), -1)
                found = [line for line in found if column[line] == wanted]
        if since is not None:
            first = since.isoformat().encode()
            late = {number for day, number in self._known_days.items() if day >= first}
            found = [line for line in found if self._days[line] in late]
        return found

    def _entries(self, wanted: list[tuple[int, int]]) -> Iterator[tuple[int, Entry | None]]:
        if not wanted:
            return
        with self._path.open("rb") as file:
            for line, start in wanted:
                file.seek(start)
                try:
                    yield line + 1, Entry.parse(file.readline())
                except (ValueError, TypeError):
                    yield line + 1, None

    def _read_on(self) -> None:
        """Read the whole lines written since; all of them when it is another file or a shorter one."""
        if not self._path.exists():
            self._begin()
            return
        with self._path.open("rb") as file:
            status = os.fstat(file.fileno())
            own = status.st_dev, status.st_ino
            if self._file != own or status.st_size < self._end:
                self._begin()
                self._file = own
            if status.st_size > self._end:
                self._take(file)

    def _take(self, file: BinaryIO) -> None:
        names, known_days = self._names, self._known_days
        starts, days, events, actors = self._starts, self._days, self._events, self._actors
        file.seek(self._end)
        for line in file:
            if not line.endswith(b"\n"):
                return  # still being written
            actor, day, event = _parts(line)
            starts.append(self._end)
            days.append(known_days.setdefault(day, len(known_days)))
            actors.append(names.setdefault(actor, len(names)))
            events.append(names.setdefault(event, len(names)))
            self._end += len(line)


def _parts(line: bytes) -> tuple[bytes, bytes, bytes]:
    """Actor, day and event as they stand in a line; all empty for one that is no entry."""
    at, hash_ = line.find(_AT), line.rfind(_HASH)
    event = line.rfind(_EVENT, 0, hash_)
    if not line.startswith(_ACTOR) or not len(_ACTOR) <= at < event:
        return _DAMAGED, _DAMAGED, _DAMAGED
    day = at + len(_AT)
    return line[len(_ACTOR) : at], line[day : day + _A_DAY], line[event + len(_EVENT) : hash_]


def _raw(text: str) -> bytes:
    return json.dumps(text).encode("ascii")[1:-1]


def _text(raw: bytes) -> str:
    return str(json.loads(b'"' + raw + b'"')) if raw else "(cannot be read)"
