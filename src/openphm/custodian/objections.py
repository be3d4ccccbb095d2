"""The lists of people who object, kept in the home: numbers encrypted, people as pseudonyms.

optouts/lists.sqlite, 0600. A new list of a kind takes the place of the one before. Counts may be told, people
never. The re-identification desk reads `ObjectionList`, which is renewed with every list.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from openphm.custodian.home import Home
from openphm.custodian.keys import RootKey
from openphm.custodian.opt_out_policy import OptOutPolicy
from openphm.custodian.private_files import touch_private
from openphm.custodian.pseudonyms import pseudonymise_numbers
from openphm.custodian.reidentification.opt_outs import ObjectionList

_PURPOSE = b"openphm opt-outs"
_TABLES = """
    CREATE TABLE IF NOT EXISTS list (
        kind TEXT PRIMARY KEY, list_date TEXT NOT NULL, rows INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS person (
        kind TEXT NOT NULL, person_id TEXT NOT NULL, sealed BLOB NOT NULL,
        from_date TEXT, withdrawn_date TEXT,
        PRIMARY KEY (kind, person_id)
    ) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Objection:
    """One line of a list; the number as it was written."""

    number: str
    from_date: date | None = None
    withdrawn_date: date | None = None


class Objections:
    """The lists of one home."""

    def __init__(self, home: Home, key: RootKey) -> None:
        self._home = home
        self._path = home.of_epoch("optouts/lists", key.epoch)
        self._key = key
        self._cipher = AESSIV(key.derive("opt-outs", length=64))

    def take(
        self, kind: str, lines: Iterable[Objection], list_date: date, superseded: Mapping[str, str]
    ) -> tuple[int, int]:
        """Replace the list of a kind. Answers lines with a valid number, and lines without one."""
        given = list(lines)
        numbers = pseudonymise_numbers(
            pa.array([one.number for one in given], pa.string()), self._key, superseded
        )
        rows = [
            (kind, person, self._cipher.encrypt(digits.encode(), [_PURPOSE, kind.encode()]),
             _text(one.from_date), _text(one.withdrawn_date))
            for one, person, digits in zip(
                given, numbers.person_id.to_pylist(), numbers.digits.to_pylist(), strict=True
            )
            if person is not None
        ]  # fmt: skip
        with closing(self._connect()) as connection, connection:
            connection.execute("DELETE FROM person WHERE kind = ?", [kind])
            connection.executemany("INSERT OR REPLACE INTO person VALUES (?, ?, ?, ?, ?)", rows)
            connection.execute(
                "INSERT OR REPLACE INTO list VALUES (?, ?, ?)", [kind, list_date.isoformat(), len(rows)]
            )
        return len(rows), len(given) - len(rows)

    def lists(self) -> dict[str, date]:
        """kind -> the day of its list."""
        if not self._path.is_file():
            return {}
        with closing(self._connect()) as connection:
            rows = connection.execute("SELECT kind, list_date FROM list ORDER BY kind").fetchall()
        return {kind: date.fromisoformat(made) for kind, made in rows}

    def people(self, kind: str, today: date) -> frozenset[str]:
        """Who objects on a day: from the day they said so until they withdrew it."""
        if not self._path.is_file():
            return frozenset()
        day = today.isoformat()
        with closing(self._connect()) as connection:
            rows = connection.execute(
                "SELECT person_id FROM person WHERE kind = ? AND coalesce(from_date, ?) <= ? "
                "AND (withdrawn_date IS NULL OR withdrawn_date > ?)",
                [kind, day, day, day],
            ).fetchall()
        return frozenset(row[0] for row in rows)

    def tell_desk(self, policy: OptOutPolicy, today: date) -> None:
        """Renew what the re-identification desk asks. Its date is that of the oldest list in it."""
        lists = {kind: made for kind, made in self.lists().items() if kind in policy.reidentification}
        if "local" not in lists:
            return  # without a local list the desk knows nothing, and releases nothing
        objecting = [person for kind in lists for person in self.people(kind, today)]
        ObjectionList.of(self._home).replace(objecting, min(lists.values()))

    def copied_to(self, other: Objections) -> None:
        """The same lists under another key."""
        if not self._path.is_file():
            return
        with closing(self._connect()) as connection:
            lists = connection.execute("SELECT kind, list_date FROM list").fetchall()
            for kind, made in lists:
                rows = connection.execute(
                    "SELECT sealed, from_date, withdrawn_date FROM person WHERE kind = ?", [kind]
                ).fetchall()
                lines = [Objection(self._open(kind, row[0]), _day(row[1]), _day(row[2])) for row in rows]
                other.take(kind, lines, date.fromisoformat(made), {})

    def _open(self, kind: str, sealed: bytes) -> str:
        return self._cipher.decrypt(sealed, [_PURPOSE, kind.encode()]).decode()

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(mode=0o700, exist_ok=True)
        touch_private(self._path)
        connection = sqlite3.connect(self._path)
        connection.executescript(_TABLES)
        return connection


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
