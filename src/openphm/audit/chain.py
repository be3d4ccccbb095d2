"""The chain: what a line of the log is, and how one line holds the next to account.

hash = SHA-256("openphm-audit-1" NUL sequence NUL previous NUL body), where body is the entry without
its hash in canonical JSON (sorted keys, no spaces, ASCII). The label keeps these hashes apart from
any other use of SHA-256 over the same text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

Value: TypeAlias = str | int | float | bool | list["Value"] | dict[str, "Value"] | None

LABEL = b"openphm-audit-1"
NO_LINE_BEFORE = "0" * 64
_KEYS = {"sequence", "at", "event", "actor", "detail", "previous", "hash"}


@dataclass(frozen=True)
class Entry:
    """One remembered event."""

    sequence: int
    at: str
    event: str
    actor: str
    detail: dict[str, Value]
    previous: str
    hash: str

    @classmethod
    def after(cls, head: Checkpoint, *, at: str, event: str, actor: str, detail: dict[str, Value]) -> Entry:
        """The entry that follows the head of a chain."""
        sequence = head.sequence + 1
        body: dict[str, Value] = {"at": at, "event": event, "actor": actor, "detail": detail}
        return cls(sequence, at, event, actor, detail, head.hash, _hash(sequence, head.hash, body))

    @classmethod
    def parse(cls, line: bytes) -> Entry:
        """The entry on a line. Raises ValueError when the line is not one."""
        found = json.loads(line)
        if not isinstance(found, dict) or set(found) != _KEYS:
            raise ValueError("not an audit entry")
        entry = cls(**found)
        if entry.line() != line:
            raise ValueError("not in canonical form")
        return entry

    def line(self) -> bytes:
        return _canonical(self.__dict__) + b"\n"

    def is_whole(self) -> bool:
        """Does the hash belong to what the entry says?"""
        body: dict[str, Value] = {
            "at": self.at,
            "event": self.event,
            "actor": self.actor,
            "detail": self.detail,
        }
        return self.hash == _hash(self.sequence, self.previous, body)

    @property
    def head(self) -> Checkpoint:
        return Checkpoint(self.sequence, self.hash)


@dataclass(frozen=True)
class Checkpoint:
    """The head of a chain: how many entries, and the hash of the last. Keep it away from the log."""

    sequence: int = 0
    hash: str = NO_LINE_BEFORE


@dataclass(frozen=True)
class Verification:
    """What a check of the whole log found. `first_bad` is the sequence number that does not add up."""

    is_intact: bool
    head: Checkpoint
    first_bad: int | None = None
    reason: str = ""


def verify_lines(lines: Iterable[bytes], witness: Checkpoint | None = None) -> Verification:
    """Walk a chain from its start; stop at the first line that does not follow from the one before."""
    head = Checkpoint()
    witnessed = witness is None or witness.sequence == 0
    for line in lines:
        reason = _fault(line, head)
        if reason:
            return Verification(False, head, head.sequence + 1, reason)
        head = Entry.parse(line).head
        if witness is not None and head.sequence == witness.sequence:
            if head.hash != witness.hash:
                return Verification(
                    False, head, head.sequence, "the log was written anew: its witness differs"
                )
            witnessed = True
    if not witnessed:
        return Verification(
            False, head, head.sequence + 1, "the log is shorter than its witness: lines were cut off"
        )
    return Verification(True, head)


def _fault(line: bytes, head: Checkpoint) -> str:
    """Why this line does not follow the head, or an empty string when it does."""
    try:
        entry = Entry.parse(line)
    except (ValueError, TypeError):
        return "the line cannot be read as an audit entry"
    if entry.sequence != head.sequence + 1:
        return "a line is missing, repeated or out of order"
    if entry.previous != head.hash:
        return "the line before was changed or removed"
    return "" if entry.is_whole() else "the line was changed"


def _hash(sequence: int, previous: str, body: dict[str, Value]) -> str:
    parts = (LABEL, str(sequence).encode(), previous.encode(), _canonical(body))
    return sha256(b"\0".join(parts)).hexdigest()


def _canonical(value: object) -> bytes:
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode()
