"""The queue: Huey over a SQLite file beside the store. A job's row says what it is; the queue, whose turn.

The worker (`python -m openphm.web.worker`) takes one job at a time and gives each a process of its own, so
that cancelling one ends it wherever it is, and its memory goes with it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from huey import SqliteHuey

FILE = "queue.sqlite"


class Queue:
    """Jobs by their turn. run(job_id) puts one at the end."""

    def __init__(self, path: Path) -> None:
        self.huey = SqliteHuey("openphm", filename=str(path), fsync=True, results=False)
        self.do: Callable[[str], None] = _nobody
        self.run = self.huey.task(name="run")(self._run)

    def _run(self, job_id: str) -> None:
        self.do(job_id)


@cache
def queue_of(store: Path) -> Queue:
    """The queue beside a store."""
    return Queue(store / FILE)


def _nobody(job_id: str) -> None:
    raise RuntimeError("only the worker does jobs")
