"""What re-identification needs to know of opt-outs: who may not be given, and how old that knowledge is.

The desk asks at arrival, at release and at collection, so an objection made after a cohort was frozen still
holds. The custodian's opt-out commands keep the lists and write `ObjectionList` whenever one is loaded:

    home/optouts/objecting.sqlite     the people, and the day of the oldest list that must be upheld
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Protocol

from openphm.custodian.home import Home


class OptOuts(Protocol):
    """Answers for a set of people at once."""

    @property
    def as_at(self) -> date | None:
        """The day of the oldest list that must be upheld; None when one is missing. Too old is refused."""

    def objecting(self, people: Collection[str]) -> frozenset[str]:
        """Those of these people whose identity may not be given, for whatever reason."""


class ObjectionList:
    """The people whose identity may not be given, in one file of the home."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of(cls, home: Home) -> ObjectionList:
        return cls(home.folder / "optouts" / "objecting.sqlite")

    @property
    def as_at(self) -> date | None:
        if not self.path.is_file():
            return None
        with closing(self._connect()) as connection:
            return date.fromisoformat(connection.execute("SELECT as_at FROM list").fetchone()[0])

    def objecting(self, people: Collection[str]) -> frozenset[str]:
        with closing(self._connect()) as connection:
            ask = "SELECT 1 FROM person WHERE person_id = ?"
            return frozenset(one for one in people if connection.execute(ask, [one]).fetchone() is not None)

    def replace(self, people: Iterable[str], as_at: date) -> None:
        """Make this the list. All or nothing: a reader sees the old one or the new one."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = self.path.with_name(self.path.name + ".tmp")
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(partial)) as connection, connection:
            connection.execute("CREATE TABLE list (as_at TEXT NOT NULL) STRICT")
            connection.execute("CREATE TABLE person (person_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID")
            connection.execute("INSERT INTO list VALUES (?)", [as_at.isoformat()])
            connection.executemany("INSERT OR IGNORE INTO person VALUES (?)", ((one,) for one in people))
        partial.replace(self.path)

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
