"""The ledger: every request, where it stands, whom it was about, and each nonce that was used.

One SQLite file of the home, forced to the disk at each commit (synchronous FULL). Rules that must never be
broken are constraints of the database: an approver is not the requester, a nonce is used once, a move that
was written is neither changed nor removed. The ledger holds pseudonyms and counts, no identity.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from openphm.core.reidentification import Request
from openphm.custodian.reidentification.reasons import Refused

FILE = "ledger.sqlite"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS request (
    request_id TEXT PRIMARY KEY, state TEXT NOT NULL, body TEXT NOT NULL,
    requester TEXT NOT NULL, requester_subject TEXT NOT NULL, recipient TEXT NOT NULL,
    kind TEXT NOT NULL, standing TEXT REFERENCES request (request_id), received_at TEXT NOT NULL, due_at TEXT,
    asked INTEGER NOT NULL, kept INTEGER NOT NULL DEFAULT 0, flags TEXT NOT NULL DEFAULT '[]',
    approver TEXT, approver_subject TEXT, approved_at TEXT, released_at TEXT,
    released INTEGER NOT NULL DEFAULT 0, collected INTEGER NOT NULL DEFAULT 0, refused_for TEXT,
    standing_is_over INTEGER NOT NULL DEFAULT 0,
    CHECK (approver IS NULL OR (approver <> requester AND approver_subject <> requester_subject))
) STRICT;
CREATE TABLE IF NOT EXISTS member (
    request_id TEXT NOT NULL REFERENCES request (request_id), person_id TEXT NOT NULL,
    is_released INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (request_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS nonce (nonce TEXT PRIMARY KEY, used_at TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS opening (
    move_id TEXT PRIMARY KEY, request_id TEXT NOT NULL, at TEXT NOT NULL, people INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS move (
    move_id TEXT PRIMARY KEY, request_id TEXT NOT NULL REFERENCES request (request_id), at TEXT NOT NULL,
    name TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL, actor TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS sign_in (
    name TEXT PRIMARY KEY, failed INTEGER NOT NULL, locked_until TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS request_of_recipient ON request (recipient, received_at);
CREATE TRIGGER IF NOT EXISTS move_stays BEFORE UPDATE ON move
    BEGIN SELECT RAISE(ABORT, 'a move is not changed'); END;
CREATE TRIGGER IF NOT EXISTS move_remains BEFORE DELETE ON move
    BEGIN SELECT RAISE(ABORT, 'a move is not removed'); END;
"""


@dataclass(frozen=True)
class Case:
    """A request and where it stands. `asked`, `kept`, `released`, `collected` count people."""

    request_id: str
    state: str
    body: dict[str, Any]
    requester: str
    requester_subject: str
    recipient: str
    kind: str
    standing: str | None
    received_at: datetime
    due_at: datetime | None
    asked: int
    kept: int
    flags: tuple[str, ...]
    approver: str | None
    approver_subject: str | None
    approved_at: datetime | None
    released_at: datetime | None
    released: int
    collected: int
    refused_for: str | None
    standing_is_over: int

    @property
    def day(self) -> date:
        """The day the cohort is as at."""
        return date.fromisoformat(self.body["as_at"])


_COLUMNS = tuple(Case.__dataclass_fields__)
_MOMENTS = ("received_at", "due_at", "approved_at", "released_at")


class Ledger:
    """The ledger file. `writing` gives one transaction at a time, whoever else writes."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        if not self.path.exists():
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600))
        with closing(self._connect()) as connection:
            connection.executescript(_SCHEMA)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    @contextmanager
    def reading(self) -> Iterator[Page]:
        """What stands in the ledger now."""
        with closing(self._connect()) as connection:
            yield Page(connection)

    @contextmanager
    def writing(self) -> Iterator[Page]:
        """A transaction of its own: nobody else writes before it ends. An error undoes all of it."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Page(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


class Page:
    """The ledger within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def use_nonce(self, nonce: str, at: datetime) -> None:
        """Raises Refused when it was used before."""
        try:
            self._connection.execute("INSERT INTO nonce VALUES (?, ?)", [nonce, _text(at)])
        except sqlite3.IntegrityError as error:
            raise Refused("Q_REPLAYED") from error

    def add(self, request: Request, subject: str, at: datetime) -> Case:
        """Write a request that has just arrived. Raises Refused when its id was used before."""
        body = {key: value for key, value in request.plain().items() if key != "person_ids"}
        try:
            self._connection.execute(
                "INSERT INTO request (request_id, state, body, requester, requester_subject, recipient, "
                "kind, received_at, asked) VALUES (?, 'submitted', ?, ?, ?, ?, ?, ?, ?)",
                [
                    request.request_id, json.dumps(body, sort_keys=True), request.requester, subject,
                    request.recipient, request.kind, _text(at), len(request.person_ids),
                ],
            )  # fmt: skip
        except sqlite3.IntegrityError as error:
            raise Refused("Q_REPLAYED") from error
        self._connection.executemany(
            "INSERT INTO member (request_id, person_id) VALUES (?, ?)",
            [(request.request_id, person) for person in request.person_ids],
        )
        return self.case(request.request_id)

    def case(self, request_id: str) -> Case:
        """Raises Refused (Q_UNKNOWN)."""
        found = self.cases("request_id = ?", [request_id])
        if not found:
            raise Refused("Q_UNKNOWN", "request")
        return found[0]

    def cases(self, where: str = "TRUE", values: Iterable[Any] = ()) -> list[Case]:
        """Requests, the newest first. where: a condition of this program, never of a user."""
        rows = self._connection.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM request WHERE {where} ORDER BY received_at DESC, request_id",
            list(values),
        ).fetchall()
        return [_case(dict(zip(_COLUMNS, row, strict=True))) for row in rows]

    def change(self, case: Case, **values: Any) -> Case:
        """Write some columns of a request; the database refuses an approver who is the requester."""
        plain = {name: _plain(value) for name, value in values.items()}
        try:
            self._connection.execute(
                f"UPDATE request SET {', '.join(f'{name} = ?' for name in plain)} WHERE request_id = ?",
                [*plain.values(), case.request_id],
            )
        except sqlite3.IntegrityError as error:
            raise Refused("Q_SELF_APPROVAL") from error
        return replace(case, **values)

    def write_move(self, case: Case, move_id: str, step: tuple[str, str], actor: str, at: datetime) -> None:
        """step: the name of the move and the state it led to."""
        self._connection.execute(
            "INSERT INTO move VALUES (?, ?, ?, ?, ?, ?, ?)",
            [move_id, case.request_id, _text(at), step[0], case.state, step[1], actor],
        )

    def moves(self, request_id: str) -> list[tuple[str, str, str, str, str]]:
        """(at, name, before, after, actor) of a request, oldest first."""
        rows = self._connection.execute(
            "SELECT at, name, before, after, actor FROM move WHERE request_id = ? ORDER BY rowid",
            [request_id],
        )
        return [(str(a), str(b), str(c), str(d), str(e)) for a, b, c, d, e in rows]

    def has_move(self, move_id: str) -> bool:
        """Is this a move, or an opening of the vault, that was written?"""
        return move_id in self.move_ids(move_id)

    def move_ids(self, like: str = "%") -> set[str]:
        """Every move and every opening of the vault that was written."""
        rows = self._connection.execute(
            "SELECT move_id FROM move WHERE move_id LIKE ? UNION ALL "
            "SELECT move_id FROM opening WHERE move_id LIKE ?",
            [like, like],
        )
        return {str(row[0]) for row in rows}

    def people(self, request_id: str, *, released: bool = False) -> list[str]:
        """The pseudonyms of a request, or those that were released."""
        rows = self._connection.execute(
            "SELECT person_id FROM member WHERE request_id = ? AND is_released >= ? ORDER BY person_id",
            [request_id, int(released)],
        )
        return [str(row[0]) for row in rows]

    def mark_released(self, request_id: str, people: Iterable[str]) -> None:
        self._connection.executemany(
            "UPDATE member SET is_released = 1 WHERE request_id = ? AND person_id = ?",
            [(request_id, person) for person in people],
        )

    def people_given(self, recipient: str, since: datetime, also: Iterable[str]) -> int:
        """How many different people a recipient was given since a moment, these included."""
        rows = self._connection.execute(
            "SELECT DISTINCT m.person_id FROM member AS m JOIN request AS r USING (request_id) "
            "WHERE r.recipient = ? AND r.released_at >= ? AND m.is_released = 1",
            [recipient, _text(since)],
        )
        return len({str(row[0]) for row in rows} | set(also))

    def note_opening(self, request_id: str, move_id: str, people: int, at: datetime) -> None:
        """The vault was opened for so many people."""
        self._connection.execute(
            "INSERT INTO opening VALUES (?, ?, ?, ?)", [move_id, request_id, _text(at), people]
        )

    def openings(self) -> dict[str, int]:
        """Request -> people for whom the vault was opened."""
        rows = self._connection.execute("SELECT request_id, sum(people) FROM opening GROUP BY request_id")
        return {str(request): int(people) for request, people in rows}

    def sign_in_failures(self, name: str) -> tuple[int, datetime | None]:
        row = self._connection.execute(
            "SELECT failed, locked_until FROM sign_in WHERE name = ?", [name]
        ).fetchone()
        return (int(row[0]), _moment(row[1])) if row else (0, None)

    def note_sign_in(self, name: str, failed: int, locked_until: datetime | None) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO sign_in VALUES (?, ?, ?)",
            [name, failed, _text(locked_until) if locked_until else None],
        )

    def forget_nonces(self, before: datetime) -> None:
        """Nonces of requests that could not be sent again anyhow, because they expired long ago."""
        self._connection.execute("DELETE FROM nonce WHERE used_at < ?", [_text(before)])


def _case(row: dict[str, Any]) -> Case:
    moments = {name: _moment(row[name]) for name in _MOMENTS}
    return Case(
        **{**row, **moments, "body": json.loads(row["body"]), "flags": tuple(json.loads(row["flags"]))}
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _text(value)
    return json.dumps(value) if isinstance(value, tuple) else value


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
