"""The chain: what a line of the log is, and how one line holds the next to account.

hash = SHA-256("openphm-audit-1" NUL sequence NUL previous NUL body), where body is the entry without
its hash in canonical JSON (sorted keys, no spaces, ASCII). The label keeps these hashes apart from
any other use of SHA-256 over the same text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

Value: TypeAlias = str | int | float | bool | list["Value"] | dict[str, "Value"] | None

LABEL = b"openphm-audit-1"
NO_LINE_BEFORE = "0" * 64
CLOCK_BACK = b'"clock_back_seconds":'
_LINE = re.compile(
    rb'(\{"actor":.*),"hash":"([0-9a-f]{64})","previous":"([0-9a-f]{64})","sequence":([1-9][0-9]*)\}\n'
)
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
    """What a check of the whole log found.

    first_bad   the sequence number that does not add up
    fault       changed (a line), cut_off or written_anew (a witness differs), signature (of a checkpoint)
    clock_back  how often the clock of the machine had gone back
    """

    is_intact: bool
    head: Checkpoint
    first_bad: int | None = None
    reason: str = ""
    fault: str = ""
    clock_back: int = 0


def verify_lines(
    lines: Iterable[bytes], witness: Checkpoint | None = None, witnesses: Iterable[Checkpoint] = ()
) -> Verification:
    """Walk a chain from its start; stop at the first line that does not follow from the one before.

    Bytes are hashed as they stand: what was written is canonical, so a line that was re-spaced no longer
    fits its hash. Witnesses are heads kept elsewhere, which the log must still hold.
    """
    wanted = {
        one.sequence: one.hash for one in (*witnesses, *((witness,) if witness else ())) if one.sequence
    }
    previous, sequence, back = NO_LINE_BEFORE.encode("ascii"), 0, 0
    for line in lines:
        found = _LINE.fullmatch(line)
        reason = _fault(found, sequence + 1, previous)
        if reason or found is None:
            return Verification(False, _head(sequence, previous), sequence + 1, reason, "changed", back)
        sequence, previous = sequence + 1, found[2]
        back += CLOCK_BACK in found[1]
        if wanted and wanted.pop(sequence, previous.decode("ascii")) != previous.decode("ascii"):
            reason = "the log was written anew: its witness differs"
            return Verification(False, _head(sequence, previous), sequence, reason, "written_anew", back)
    head = _head(sequence, previous)
    if wanted:
        reason = "the log is shorter than its witness: lines were cut off"
        return Verification(False, head, sequence + 1, reason, "cut_off", back)
    return Verification(True, head, clock_back=back)


def _head(sequence: int, hash_: bytes) -> Checkpoint:
    return Checkpoint(sequence, hash_.decode("ascii"))


def _fault(found: re.Match[bytes] | None, sequence: int, previous: bytes) -> str:
    """Why this line does not follow the one before, or an empty string when it does."""
    if found is None:
        return "the line cannot be read as an audit entry"
    if found[4] != str(sequence).encode("ascii"):
        return "a line is missing, repeated or out of order"
    if found[3] != previous:
        return "the line before was changed or removed"
    body = b"\0".join((LABEL, found[4], previous, found[1] + b"}"))
    return "" if sha256(body).hexdigest().encode("ascii") == found[2] else "the line was changed"


def _hash(sequence: int, previous: str, body: dict[str, Value]) -> str:
    parts = (LABEL, str(sequence).encode(), previous.encode(), _canonical(body))
    return sha256(b"\0".join(parts)).hexdigest()


def _canonical(value: object) -> bytes:
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode()
