"""Kept things: what people make in the suite and come back to, such as views, scenarios and plans.

One table for all of them: a kind, an id, versions that are never changed, and a body of plain data that the
kind's own reader checks. A saved cohort has a table of its own, which was there first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, Row, delete, func, insert, select

from openphm.core.records import Kept
from openphm.recording.moments import in_utc, now
from openphm.recording.schema import KEPT


class KeptThings:
    """Every kept thing, by kind and id."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, kind: str, id_: str, body: Mapping[str, Any], *, owner: str) -> Kept:
        """A new version; the first of an id is version 1."""
        mine = (KEPT.c.kind == kind) & (KEPT.c.id == id_)
        with self._engine.begin() as connection:
            last = connection.execute(select(func.max(KEPT.c.version)).where(mine)).scalar() or 0
            kept = Kept(kind, id_, last + 1, dict(body), owner, now())
            connection.execute(insert(KEPT).values(**vars(kept)))
        return kept

    def newest(self, kind: str, id_: str) -> Kept | None:
        """The newest version of an id."""
        versions = self.versions(kind, id_)
        return versions[-1] if versions else None

    def versions(self, kind: str, id_: str) -> list[Kept]:
        """Every version of an id, oldest first."""
        mine = (KEPT.c.kind == kind) & (KEPT.c.id == id_)
        with self._engine.connect() as connection:
            return [
                _kept(row) for row in connection.execute(select(KEPT).where(mine).order_by(KEPT.c.version))
            ]

    def all(self, kind: str, *, owner: str | None = None) -> list[Kept]:
        """The newest version of every id of a kind, last kept first; of one owner when named."""
        query = select(KEPT).where(KEPT.c.kind == kind).order_by(KEPT.c.version)
        with self._engine.connect() as connection:
            newest = {row.id: _kept(row) for row in connection.execute(query)}
        own = [one for one in newest.values() if owner is None or one.owner == owner]
        return sorted(own, key=lambda one: one.kept_at, reverse=True)

    def forget(self, kind: str, id_: str) -> None:
        """Remove an id with all its versions."""
        with self._engine.begin() as connection:
            connection.execute(delete(KEPT).where((KEPT.c.kind == kind) & (KEPT.c.id == id_)))


def _kept(row: Row[Any]) -> Kept:
    return Kept(row.kind, row.id, row.version, row.body, row.owner, in_utc(row.kept_at))
