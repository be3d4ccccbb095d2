"""Databases: how one is opened, so that what is written stays and several processes may write."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine, event


def open_database(url: str) -> Engine:
    """An engine for a URL of SQLAlchemy. Nothing is connected yet."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _careful)
    return engine


def _careful(connection: Any, _record: Any) -> None:
    """SQLite as a server would be: foreign keys hold, writers wait for each other, what is written stays."""
    cursor = connection.cursor()
    for setting in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = FULL", "busy_timeout = 5000"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()
