"""The log: what may be written, and what can be read of it.

What may not go in is as important as what does: never an NHS number, a name, a person_id list or
free text about a person. `append` refuses anything that reads as a valid NHS number and cuts long
values short; the rest is the caller's duty.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from openphm.audit.chain import Checkpoint, Entry, Value, Verification, verify_lines
from openphm.audit.writing import last_lines, writer_of
from openphm.core.errors import StoreError
from openphm.core.identifiers import NHSNumber

LONGEST_VALUE = 1000
TELL_EVERY = 20_000  # lines
_TEN_DIGITS = re.compile(r"(?<![0-9A-Za-z])\d{3}[ -]?\d{3}[ -]?\d{4}(?![0-9A-Za-z])")


class AuditLog:
    """An append-only, hash-chained log at one path. The file is made on first use."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = writer_of(path)

    @classmethod
    def beside(cls, store: Path) -> AuditLog:
        """The suite's log, in the store it speaks about."""
        return cls(store / "audit.jsonl")

    def append(self, event: str, *, actor: str, detail: Mapping[str, Value] | None = None) -> Entry:
        """Write one event and force it to the disk.

        Raises StoreError when it cannot be written (the action it stands for must then not happen),
        and ValueError when the event holds what reads as an NHS number.
        """
        safe = {str(safe_value(key)): safe_value(value) for key, value in (detail or {}).items()}
        try:
            return self._writer.append(str(safe_value(event)), str(safe_value(actor)), safe)
        except OSError as fault:
            raise StoreError(
                f"audit log {self.path.name}",
                f"the event '{event}' could not be written: {fault.strerror}",
                "An action that must be remembered is not done when it cannot be.",
                "make room on the disk, or give this user the right to write there",
            ) from fault

    def entries(self) -> Iterator[Entry]:
        """Every entry, oldest first, without checking the chain."""
        for line in self._lines():
            yield Entry.parse(line)

    def last(self, number: int) -> list[Entry]:
        """The last entries, oldest first, read from the end of the file."""
        if not self.path.exists():
            return []
        with self.path.open("rb") as file:
            return [Entry.parse(line) for line in last_lines(file, number)]

    def checkpoint(self) -> Checkpoint:
        """The head of the chain now."""
        last = self.last(1)
        return last[0].head if last else Checkpoint()

    def verify(
        self,
        witness: Checkpoint | None = None,
        witnesses: Iterable[Checkpoint] = (),
        *,
        told: Callable[[float], None] | None = None,
    ) -> Verification:
        """Check the whole chain, and that it still holds the checkpoints kept elsewhere.

        told: hears now and then what share of the log was read, 0 to 1.
        """
        return verify_lines(self._lines(told), witness, witnesses)

    def _lines(self, told: Callable[[float], None] | None = None) -> Iterator[bytes]:
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            size, done = os.fstat(file.fileno()).st_size, 0
            for number, line in enumerate(file, start=1):
                yield line
                done += len(line)
                if told is not None and number % TELL_EVERY == 0:
                    told(min(1.0, done / size))


def safe_value(value: Value) -> Value:
    """The value without line ends or excess length; ValueError when it holds an NHS number."""
    if isinstance(value, list):
        return [safe_value(item) for item in value]
    if isinstance(value, dict):
        return {str(safe_value(key)): safe_value(item) for key, item in value.items()}
    if not isinstance(value, str):
        return value
    for match in _TEN_DIGITS.finditer(value):
        if NHSNumber.parse(match.group()) is not None:
            raise ValueError("an audit event may not hold an NHS number")
    cut = value.replace("\0", "").replace("\r", " ").replace("\n", " ")
    return cut if len(cut) <= LONGEST_VALUE else cut[:LONGEST_VALUE] + " (cut)"
