"""Tokens: how somebody's program asks the API. Only their hashes are kept, so the table opens nothing."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Engine, Row, delete, insert, select

from openphm.core.records import Token
from openphm.recording.moments import in_utc, now
from openphm.recording.schema import TOKEN

PREFIX = "openphm_"
LONGEST = timedelta(days=90)


class Tokens:
    """Every token that may still be used."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def make(self, owner: str, *, role: str, purpose: str, says: str, last_day: date) -> str:
        """A new token, which is shown once and cannot be had again. At most 90 days."""
        made = now()
        token = PREFIX + secrets.token_urlsafe(32)
        last = min(last_day, made.date() + LONGEST)
        held = Token(_hash(token), owner, role, purpose, says[:200], made, last)
        with self._engine.begin() as connection:
            connection.execute(delete(TOKEN).where(TOKEN.c.last_day < made.date()))
            connection.execute(insert(TOKEN).values(**vars(held)))
        return token

    def find(self, token: str, on: date) -> Token | None:
        """What a token stands for, while it may be used."""
        query = select(TOKEN).where((TOKEN.c.sha256 == _hash(token)) & (TOKEN.c.last_day >= on))
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else _token(row)

    def of(self, owner: str) -> list[Token]:
        """Somebody's tokens, oldest first."""
        query = select(TOKEN).where(TOKEN.c.owner == owner).order_by(TOKEN.c.made_at)
        with self._engine.connect() as connection:
            return [_token(row) for row in connection.execute(query)]

    def end(self, owner: str, digest: str) -> None:
        """End one of somebody's tokens, named by its hash."""
        with self._engine.begin() as connection:
            connection.execute(delete(TOKEN).where((TOKEN.c.owner == owner) & (TOKEN.c.sha256 == digest)))


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _token(row: Row[Any]) -> Token:
    return Token(row.sha256, row.owner, row.role, row.purpose, row.says, in_utc(row.made_at), row.last_day)
