"""The vault: the only way back from a pseudonym to an NHS number, and only inside zone I.

    sealed = AES-256-SIV(K(vault), number, associated data: "openphm vault", person_id)      (RFC 5297)

Deterministic, so that a second delivery of the same people changes nothing; bound to the person_id, so that
a number moved to another row does not open. Taking a row out makes that person unidentifiable for good.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from openphm.core import CustodianRefused
from openphm.custodian.keys import RootKey

_PURPOSE = b"openphm vault"


class Vault:
    """Encrypted NHS numbers by person_id, in one SQLite file of the custodian home."""

    def __init__(self, path: Path, key: RootKey) -> None:
        self._path = path
        self._cipher = AESSIV(key.derive("vault", length=64))
        self._epoch = key.epoch

    def seal(self, person_id: str, digits: str) -> bytes:
        """An NHS number, encrypted and bound to its pseudonym."""
        return self._cipher.encrypt(digits.encode("ascii"), [_PURPOSE, person_id.encode("ascii")])

    def keep(self, people: Iterable[tuple[str, str]]) -> int:
        """Add (person_id, ten digits) pairs; people already there stay. Answers how many are new."""
        with self._connect() as connection:
            before = self._count(connection)
            connection.executemany(
                "INSERT OR IGNORE INTO person (person_id, sealed, epoch) VALUES (?, ?, ?)",
                ((person, self.seal(person, digits), self._epoch) for person, digits in people),
            )
            added = self._count(connection) - before
        connection.close()
        return added

    def open(self, person_id: str) -> str | None:
        """The NHS number of a pseudonym, or None. Raises CustodianRefused when the row was tampered with."""
        with self._connect() as connection:
            row = connection.execute("SELECT sealed FROM person WHERE person_id = ?", [person_id]).fetchone()
        connection.close()
        return None if row is None else self._unseal(person_id, row[0])

    def everybody(self, at_a_time: int) -> Iterator[list[tuple[str, str]]]:
        """(person_id, ten digits) of all, in parts. Raises CustodianRefused when a row was tampered with."""
        with closing(self._connect()) as connection:
            rows = connection.execute("SELECT person_id, sealed FROM person ORDER BY person_id")
            while part := rows.fetchmany(at_a_time):
                yield [(person, self._unseal(person, sealed)) for person, sealed in part]

    def _unseal(self, person_id: str, sealed: bytes) -> str:
        try:
            return self._cipher.decrypt(sealed, [_PURPOSE, person_id.encode("ascii")]).decode("ascii")
        except InvalidTag as error:
            raise CustodianRefused(
                "the vault",
                "a row does not belong to its person_id: it was moved or changed.",
                "Rows are bound to their pseudonym.",
                "stop, restore the vault from its backup, and find out who wrote to it",
            ) from error

    def count(self) -> int:
        """How many people are in the vault."""
        with self._connect() as connection:
            found = self._count(connection)
        connection.close()
        return found

    def _connect(self) -> sqlite3.Connection:
        if not self._path.exists():
            os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600))
        connection = sqlite3.connect(self._path)
        connection.execute(
            "CREATE TABLE IF NOT EXISTS person "
            "(person_id TEXT PRIMARY KEY, sealed BLOB NOT NULL, epoch TEXT NOT NULL) WITHOUT ROWID"
        )
        return connection

    @staticmethod
    def _count(connection: sqlite3.Connection) -> int:
        return int(connection.execute("SELECT count(*) FROM person").fetchone()[0])
