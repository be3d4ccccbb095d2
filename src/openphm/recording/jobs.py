"""Jobs: long work that the suite's users asked for, how far each is, and what became of it.

A job is a row from the moment it is asked for, so that a restart loses none. Whoever runs it tells the row;
whoever cancels it tells the row too, and the runner looks.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, Row, insert, select, update

from openphm.core.records import Job
from openphm.recording.moments import in_utc, now
from openphm.recording.schema import JOB

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
_ALIVE = (WAITING, RUNNING)
_MOST_SAID = 500


class Jobs:
    """Every job of the suite."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(
        self,
        kind: str,
        parameters: Mapping[str, Any],
        *,
        title: str,
        owner: str,
        role: str,
        purpose: str,
    ) -> Job:
        """A new job that waits for its turn."""
        job = Job(
            secrets.token_hex(8),
            kind,
            title,
            dict(parameters),
            owner,
            role,
            purpose,
            WAITING,
            0.0,
            "",
            (),
            now(),
        )
        held = {**vars(job), "files": []}
        held["job_id"] = held.pop("id")
        with self._engine.begin() as connection:
            connection.execute(insert(JOB).values(**held))
        return job

    def find(self, job_id: str) -> Job | None:
        """The job of an id."""
        with self._engine.connect() as connection:
            row = connection.execute(select(JOB).where(JOB.c.job_id == job_id)).first()
        return None if row is None else _job(row)

    def of(self, owner: str | None = None, *, most: int = 100) -> list[Job]:
        """The jobs of one owner, or of all; newest first."""
        query = select(JOB).order_by(JOB.c.asked_at.desc()).limit(most)
        if owner is not None:
            query = query.where(JOB.c.owner == owner)
        with self._engine.connect() as connection:
            return [_job(row) for row in connection.execute(query)]

    def unfinished(self) -> list[Job]:
        """Jobs that wait or run, oldest first: what a runner takes up again when it starts."""
        query = select(JOB).where(JOB.c.state.in_(_ALIVE)).order_by(JOB.c.asked_at)
        with self._engine.connect() as connection:
            return [_job(row) for row in connection.execute(query)]

    def wait_again(self, job_id: str) -> bool:
        """Put a job back that was running when its runner ended; False when it is over."""
        return self._change(job_id, state=WAITING, share=0.0, says="")

    def begin(self, job_id: str) -> bool:
        """Say that it runs; False when it does already, was cancelled before its turn, or is over."""
        waits = (JOB.c.job_id == job_id) & (JOB.c.state == WAITING)
        with self._engine.begin() as connection:
            changed = connection.execute(update(JOB).where(waits).values(state=RUNNING, share=0.0))
        return changed.rowcount == 1

    def tell(self, job_id: str, share: float, says: str) -> bool:
        """Say how far it is; False when it was cancelled, so that the runner stops."""
        return self._change(job_id, share=min(max(share, 0.0), 1.0), says=says[:_MOST_SAID])

    def finish(self, job_id: str, files: Sequence[str]) -> bool:
        """Say that it is done, and what it made."""
        return self._change(job_id, state=DONE, share=1.0, files=list(files), ended_at=now())

    def fail(self, job_id: str, says: str) -> bool:
        """Say why it failed: a message for its owner, without a row value."""
        return self._change(job_id, state=FAILED, says=says[:_MOST_SAID], ended_at=now())

    def cancel(self, job_id: str) -> bool:
        """Ask it to stop; False when it is over already."""
        return self._change(job_id, state=CANCELLED, says="Cancelled.", ended_at=now())

    def _change(self, job_id: str, **values: Any) -> bool:
        """Change a job that is not over; False when it is."""
        alive = (JOB.c.job_id == job_id) & JOB.c.state.in_(_ALIVE)
        with self._engine.begin() as connection:
            return connection.execute(update(JOB).where(alive).values(**values)).rowcount == 1


def _job(row: Row[Any]) -> Job:
    return Job(
        row.job_id,
        row.kind,
        row.title,
        row.parameters,
        row.owner,
        row.role,
        row.purpose,
        row.state,
        row.share,
        row.says,
        tuple(row.files),
        in_utc(row.asked_at),
        None if row.ended_at is None else in_utc(row.ended_at),
    )
