"""What was decided about records without a number, so that the next run decides the same.

linkage.sqlite in the custodian's home, 0600. A source's local person is kept under a keyed id, and what the
source calls them encrypted, so that keys can be changed; the person is kept as the pseudonym.

    decision   source_key, sealed, record, person_id, method, probability
    review     source_key, person_id, decision: `same`, `different`, or `open`: nobody has looked yet
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from openphm.custodian.keys import RootKey
from openphm.custodian.private_files import touch_private

SAME, DIFFERENT, OPEN = "same", "different", "open"
_PURPOSE = b"openphm linkage"
_TABLES = """
    CREATE TABLE IF NOT EXISTS decision (
        source_key TEXT PRIMARY KEY, sealed BLOB NOT NULL, record TEXT NOT NULL, person_id TEXT NOT NULL,
        method TEXT NOT NULL, probability REAL NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS review (
        source_key TEXT NOT NULL, sealed BLOB NOT NULL, record TEXT NOT NULL, person_id TEXT NOT NULL,
        decision TEXT NOT NULL, PRIMARY KEY (source_key, person_id)
    ) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Decision:
    """A record without a number is this person. identity: what the source calls them."""

    identity: str
    person_id: str
    method: str
    probability: float = 1.0


class Registry:
    """Decisions by record and identity."""

    def __init__(self, path: Path, key: RootKey) -> None:
        self._path = path
        self._secret = key.derive("linkage", "source key")
        self._cipher = AESSIV(key.derive("linkage", "sealed", length=64))

    def source_key(self, record: str, identity: str) -> str:
        """The keyed id of a source's local person: 128 bits in hexadecimal."""
        return hmac.digest(self._secret, f"{record}\0{identity}".encode(), "sha256")[:16].hex()

    def decisions(self, record: str) -> dict[str, Decision]:
        """identity -> what was decided, for one record."""
        with closing(self._connect()) as connection:
            rows = connection.execute(
                "SELECT sealed, person_id, method, probability FROM decision WHERE record = ?", [record]
            ).fetchall()
        opened = ((self._open(record, row[0]), row) for row in rows)
        return {identity: Decision(identity, row[1], row[2], row[3]) for identity, row in opened}

    def keep(self, record: str, decided: Iterable[Decision]) -> None:
        """Replace what was decided about a record."""
        rows = [
            (self.source_key(record, one.identity), self._seal(record, one.identity), record, one.person_id,
             one.method, one.probability)
            for one in decided
        ]  # fmt: skip
        with closing(self._connect()) as connection, connection:
            connection.execute("DELETE FROM decision WHERE record = ?", [record])
            connection.executemany("INSERT INTO decision VALUES (?, ?, ?, ?, ?, ?)", rows)

    def reviewed(self, record: str) -> dict[tuple[str, str], str]:
        """(identity, person_id) -> `same` or `different`."""
        with closing(self._connect()) as connection:
            rows = connection.execute(
                "SELECT sealed, person_id, decision FROM review WHERE record = ? AND decision <> ?",
                [record, OPEN],
            ).fetchall()
        return {(self._open(record, row[0]), row[1]): row[2] for row in rows}

    def await_review(self, record: str, identity: str, person_id: str) -> str:
        """Put a pair in the queue, unless it was decided; answers its source_key."""
        key = self.source_key(record, identity)
        row = (key, self._seal(record, identity), record, person_id, OPEN)
        with closing(self._connect()) as connection, connection:
            connection.execute("INSERT OR IGNORE INTO review VALUES (?, ?, ?, ?, ?)", row)
        return key

    def decide(self, source_key: str, person_id: str, decision: str) -> bool:
        """Keep what somebody decided who looked at a pair; False when it never was in the queue."""
        with closing(self._connect()) as connection, connection:
            changed = connection.execute(
                "UPDATE review SET decision = ? WHERE source_key = ? AND person_id = ?",
                [decision, source_key, person_id],
            )
        return changed.rowcount == 1

    def copied_to(self, path: Path, key: RootKey, people: Mapping[str, str]) -> Registry:
        """A copy under another key, with each pseudonym replaced; what is about nobody known is left out."""
        copy = Registry(path, key)
        with closing(self._connect()) as mine, closing(copy._connect()) as its, its:
            for sealed, record, person, method, probability in mine.execute(
                "SELECT sealed, record, person_id, method, probability FROM decision"
            ):
                if person in people:
                    identity = self._open(record, sealed)
                    its.execute(
                        "INSERT INTO decision VALUES (?, ?, ?, ?, ?, ?)",
                        (copy.source_key(record, identity), copy._seal(record, identity), record,
                         people[person], method, probability),
                    )  # fmt: skip
            for sealed, record, person, decision in mine.execute(
                "SELECT sealed, record, person_id, decision FROM review"
            ):
                if person in people:
                    identity = self._open(record, sealed)
                    its.execute(
                        "INSERT INTO review VALUES (?, ?, ?, ?, ?)",
                        (copy.source_key(record, identity), copy._seal(record, identity), record,
                         people[person], decision),
                    )  # fmt: skip
        return copy

    def _seal(self, record: str, identity: str) -> bytes:
        return self._cipher.encrypt(identity.encode(), [_PURPOSE, record.encode()])

    def _open(self, record: str, sealed: bytes) -> str:
        return self._cipher.decrypt(sealed, [_PURPOSE, record.encode()]).decode()

    def _connect(self) -> sqlite3.Connection:
        touch_private(self._path)
        connection = sqlite3.connect(self._path)
        connection.executescript(_TABLES)
        return connection
