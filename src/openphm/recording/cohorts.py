"""Saved cohorts: a question with a name, an owner and versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, Row, func, insert, select
from sqlalchemy.exc import IntegrityError

from openphm.core.errors import UsageError, nearest
from openphm.core.records import SavedCohort, checksum_of
from openphm.recording.moments import in_utc, now
from openphm.recording.schema import SAVED_COHORT

ATTEMPTS = 5


class SavedCohorts:
    """Every version of every cohort that was kept. Nothing is changed or removed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save(self, id_: str, definition: Mapping[str, Any], *, owner: str) -> SavedCohort:
        """Keep a definition as the next version; the last one again when it says the same.

        Raises UsageError when the cohort is somebody else's.
        """
        for _ in range(ATTEMPTS):
            last = self._last(id_)
            if last is not None and last.owner != owner:
                raise UsageError(
                    f"cohort '{id_}'",
                    "somebody else saved a cohort under this name",
                    "A cohort has one owner.",
                    "save it under another name",
                )
            if last is not None and last.checksum == checksum_of(definition):
                return last
            version = last.version + 1 if last else 1
            kept = SavedCohort(id_, version, dict(definition), owner, now())
            try:
                with self._engine.begin() as connection:
                    connection.execute(insert(SAVED_COHORT).values(**vars(kept)))
            except IntegrityError:
                continue  # another process took this number: look again
            return kept
        raise UsageError(f"cohort '{id_}'", "others are saving it at the same time", remedy="save it again")

    def get(self, id_: str, version: int | None = None) -> SavedCohort:
        """One version; the last when none is named. Raises UsageError with the nearest known name."""
        found = [one for one in self.versions(id_) if version in (None, one.version)]
        if not found:
            near = nearest(id_, [one.id for one in self.all()])
            remedy = f"write '{near}' if that is what you mean" if near and near != id_ else ""
            raise UsageError(f"cohort '{id_}'", "no such cohort or version was saved", remedy=remedy)
        return found[-1]

    def versions(self, id_: str) -> list[SavedCohort]:
        """All versions of one cohort, oldest first."""
        select_ = select(SAVED_COHORT).where(SAVED_COHORT.c.id == id_).order_by(SAVED_COHORT.c.version)
        with self._engine.connect() as connection:
            return [_cohort(row) for row in connection.execute(select_)]

    def all(self) -> list[SavedCohort]:
        """The last version of every cohort, by id."""
        last = select(SAVED_COHORT.c.id, func.max(SAVED_COHORT.c.version).label("version")).group_by(
            SAVED_COHORT.c.id
        )
        latest = last.subquery()
        select_ = (
            select(SAVED_COHORT)
            .join(
                latest,
                (SAVED_COHORT.c.id == latest.c.id) & (SAVED_COHORT.c.version == latest.c.version),
            )
            .order_by(SAVED_COHORT.c.id)
        )
        with self._engine.connect() as connection:
            return [_cohort(row) for row in connection.execute(select_)]

    def _last(self, id_: str) -> SavedCohort | None:
        found = self.versions(id_)
        return found[-1] if found else None


def _cohort(row: Row[Any]) -> SavedCohort:
    return SavedCohort(row.id, row.version, row.definition, row.owner, in_utc(row.created_at))
