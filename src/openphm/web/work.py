"""Work: one job while it is done. It sees what its owner may see today, and nothing more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openphm.access import Purpose, Role
from openphm.core.records import Job
from openphm.web.asker import Asker
from openphm.web.suite import Suite

FOLDER = "jobs"
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,80}")


class Cancelled(Exception):
    """The owner cancelled the job."""


class Work(Asker):
    """A job's owner, with the job's parameters and a place for what it makes."""

    def __init__(self, suite: Suite, job: Job) -> None:
        user = suite.directory.user(job.owner, Role(job.role))
        super().__init__(suite, user, Purpose(job.purpose))
        self.job = job
        self._files: list[str] = []

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What the work takes, as it was submitted."""
        return self.job.parameters

    @property
    def files(self) -> tuple[str, ...]:
        """The names of what was kept so far."""
        return tuple(self._files)

    def tell(self, share: float, says: str) -> None:
        """Say how far it is, 0 to 1. Raises Cancelled when its owner no longer wants it."""
        if not self.register.jobs.tell(self.job.id, share, says):
            raise Cancelled

    def keep(self, name: str, content: bytes) -> None:
        """Keep a file for the owner to download. Only what was released may go into it."""
        if not _NAME.fullmatch(name):
            raise ValueError("a file's name has small letters, digits, dots and dashes")
        folder = folder_of(self.suite.settings.store, self.job.id)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        self._files.append(name)


def folder_of(store: Path, job_id: str) -> Path:
    """Where the files of a job are."""
    return store / FOLDER / job_id
