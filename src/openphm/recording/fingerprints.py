"""Fingerprints: which groups a user asked about in the last 30 days. Questions, never people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, delete, insert, select

from openphm.core.records import Fingerprint, checksum_of
from openphm.recording.moments import in_utc, now
from openphm.recording.schema import FINGERPRINT

DAYS_KEPT = 30


class Fingerprints:
    """What each user asked of late. Older entries are removed whenever one is added."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(
        self,
        user: str,
        criteria: Mapping[str, Any],
        *,
        as_at: date,
        build: str,
        asked_at: datetime | None = None,
    ) -> Fingerprint:
        """Remember that a user asked about this group."""
        moment = in_utc(asked_at or now())
        kept = Fingerprint(user, checksum_of(criteria), dict(criteria), as_at, build, moment)
        with self._engine.begin() as connection:
            stale = FINGERPRINT.c.asked_at < now() - timedelta(days=DAYS_KEPT)
            connection.execute(delete(FINGERPRINT).where(stale))
            connection.execute(insert(FINGERPRINT).values(**vars(kept)))
        return kept

    def recent(self, user: str, *, at: datetime | None = None) -> list[Fingerprint]:
        """What this user asked in the 30 days before a moment: each question once, as last asked."""
        moment = in_utc(at or now())
        select_ = (
            select(FINGERPRINT)
            .where(
                FINGERPRINT.c.user == user,
                FINGERPRINT.c.asked_at >= moment - timedelta(days=DAYS_KEPT),
                FINGERPRINT.c.asked_at <= moment,
            )
            .order_by(FINGERPRINT.c.asked_at)
        )
        with self._engine.connect() as connection:
            found = [_fingerprint(row) for row in connection.execute(select_)]
        return list({(one.checksum, one.as_at, one.build): one for one in found}.values())


def _fingerprint(row: Row[Any]) -> Fingerprint:
    return Fingerprint(row.user, row.checksum, row.criteria, row.as_at, row.build, in_utc(row.asked_at))
