"""Sign-ins: who is signed in, and who is on the way, in a file of its own that no other user may read.

Apart from the register, because they live for hours: the file may be deleted, and everybody signs in again.
What a browser holds is kept as its hash, so that a copy of the file opens nothing. Several processes share
it.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Column, DateTime, Index, MetaData, Row, String, Table, delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable

from openphm.core.errors import StoreError
from openphm.core.records import SignedIn
from openphm.recording.databases import open_database
from openphm.recording.moments import in_utc

METADATA = MetaData()

SESSION = Table(
    "session",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("role", String(40), nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("begun", DateTime(timezone=True), nullable=False),
    Column("used", DateTime(timezone=True), nullable=False),
    Index("session_by_name", "name"),
)

ON_THE_WAY = Table(
    "on_the_way",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("next", String(4000), nullable=False),
    Column("begun", DateTime(timezone=True), nullable=False),
)


class SignIns:
    """Everybody who is signed in, for every process that opens the same file (mode 0600).

    idle, longest  after which a session has ended; its row goes when the next one begins
    on_the_way     the longest time between leaving for the provider and coming back

    Raises StoreError when the file cannot be opened.
    """

    def __init__(self, path: Path, *, idle: timedelta, longest: timedelta, on_the_way: timedelta) -> None:
        self._idle, self._longest, self._on_the_way = idle, longest, on_the_way
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            path.chmod(0o600)  # SQLite gives the same mode to the journal beside it
            self._engine = open_database(f"sqlite:///{path}")
            with self._engine.begin() as connection:  # another process may do the same at this moment
                for table in METADATA.sorted_tables:
                    connection.execute(CreateTable(table, if_not_exists=True))
                    for index in table.indexes:
                        connection.execute(CreateIndex(index, if_not_exists=True))
        except (SQLAlchemyError, OSError) as fault:
            raise StoreError(
                path.name,
                f"who is signed in cannot be kept ({type(fault).__name__})",
                "It is a SQLite file beside the store, for the suite alone.",
                "check that the folder can be written; the file may be deleted, and everybody signs in again",
            ) from None

    def begin(self, one: SignedIn, most: int) -> None:
        """Keep a new session. Ended ones go, and of one person the oldest beyond `most`."""
        with self._engine.begin() as connection:
            connection.execute(delete(SESSION).where(~self._lives(one.begun)))
            own = select(SESSION.c.sha256).where(SESSION.c.name == one.name)
            newest_first = own.order_by(SESSION.c.begun.desc(), SESSION.c.used.desc())
            gone = list(connection.execute(newest_first.offset(most - 1)).scalars())
            connection.execute(delete(SESSION).where(SESSION.c.sha256.in_(gone)))
            connection.execute(insert(SESSION).values(**vars(one)))

    def find(self, digest: str, at: datetime) -> SignedIn | None:
        """The session of a cookie's hash, while it lives."""
        query = select(SESSION).where((SESSION.c.sha256 == digest) & self._lives(at))
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else _signed_in(row)

    def of(self, name: str, at: datetime) -> list[SignedIn]:
        """The living sessions of one person, oldest first."""
        query = select(SESSION).where((SESSION.c.name == name) & self._lives(at)).order_by(SESSION.c.begun)
        with self._engine.connect() as connection:
            return [_signed_in(row) for row in connection.execute(query)]

    def use(self, digest: str, at: datetime) -> None:
        """Remember when a session was last used."""
        self._change(digest, used=at)

    def say_why(self, digest: str, purpose: str) -> None:
        """Remember the purpose of a session."""
        self._change(digest, purpose=purpose)

    def end(self, digest: str) -> None:
        """End one session, for every process."""
        with self._engine.begin() as connection:
            connection.execute(delete(SESSION).where(SESSION.c.sha256 == digest))

    def end_all(self, name: str) -> None:
        """End every session of one person."""
        with self._engine.begin() as connection:
            connection.execute(delete(SESSION).where(SESSION.c.name == name))

    def leave(self, digest: str, next_: str, at: datetime) -> None:
        """Somebody goes to the provider: what binds the way back, and where they want to be then."""
        with self._engine.begin() as connection:
            connection.execute(delete(ON_THE_WAY).where(ON_THE_WAY.c.begun <= at - self._on_the_way))
            connection.execute(insert(ON_THE_WAY).values(sha256=digest, next=next_, begun=at))

    def come_back(self, digest: str, at: datetime) -> str | None:
        """Where they wanted to be; None when nobody left so, or too long ago. It works once."""
        query = delete(ON_THE_WAY).where(ON_THE_WAY.c.sha256 == digest)
        with self._engine.begin() as connection:
            row = connection.execute(query.returning(ON_THE_WAY.c.next, ON_THE_WAY.c.begun)).first()
        is_late = row is None or in_utc(row.begun) <= at - self._on_the_way
        return None if row is None or is_late else str(row.next)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def _lives(self, at: datetime) -> Any:
        return (SESSION.c.used >= at - self._idle) & (SESSION.c.begun >= at - self._longest)

    def _change(self, digest: str, **values: object) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(SESSION).where(SESSION.c.sha256 == digest).values(**values))


def _signed_in(row: Row[Any]) -> SignedIn:
    return SignedIn(row.sha256, row.name, row.role, row.purpose, in_utc(row.begun), in_utc(row.used))
