"""Locks of study plans: what was fixed, when, by whom, for which build. Nothing is changed or removed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, Row, insert, select
from sqlalchemy.exc import IntegrityError

from openphm.core.records import PlanLock
from openphm.recording.moments import in_utc
from openphm.recording.schema import PLAN_LOCK


class PlanLocks:
    """Every lock of every plan."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def lock(self, lock: PlanLock) -> PlanLock:
        """Keep a lock; the first one again when the same plan was locked before."""
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(PLAN_LOCK).values(**{**vars(lock), "plan": dict(lock.plan)}))
        except IntegrityError:
            pass  # the same plan is locked already: the first moment counts
        found = self.find(lock.plan_id, lock.sha256)
        assert found is not None
        return found

    def find(self, plan_id: str, sha256: str) -> PlanLock | None:
        """The lock of exactly this plan; None when it was never locked."""
        return next((one for one in self.of(plan_id) if one.sha256 == sha256), None)

    def of(self, plan_id: str) -> list[PlanLock]:
        """Every lock of a plan's id, oldest first: more than one when it was changed and locked anew."""
        select_ = select(PLAN_LOCK).where(PLAN_LOCK.c.plan_id == plan_id).order_by(PLAN_LOCK.c.locked_at)
        with self._engine.connect() as connection:
            return [_lock(row) for row in connection.execute(select_)]

    def beginning(self, sha256: str) -> list[PlanLock]:
        """The locks of plans whose hash begins so, oldest first."""
        mine = PLAN_LOCK.c.sha256.startswith(sha256, autoescape=True)
        select_ = select(PLAN_LOCK).where(mine).order_by(PLAN_LOCK.c.locked_at)
        with self._engine.connect() as connection:
            return [_lock(row) for row in connection.execute(select_)]

    def all(self) -> list[PlanLock]:
        """Every lock, oldest first."""
        return self.beginning("")


def _lock(row: Row[Any]) -> PlanLock:
    return PlanLock(
        row.plan_id,
        row.sha256,
        row.plan,
        row.offers_sha256,
        row.n_offers,
        row.build,
        row.locked_by,
        in_utc(row.locked_at),
    )
