"""The worker: takes one job at a time from the queue and gives each a process of its own.

`openphm serve` starts it and ends it. When it starts it takes up what an earlier one left, so that a restart
loses no job. It ends with the process that started it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from huey.consumer import Consumer

from openphm.core.errors import OpenPHMError
from openphm.recording import Jobs, Register
from openphm.recording.jobs import CANCELLED
from openphm.web.kinds import kind_named
from openphm.web.queue import queue_of
from openphm.web.screens import all_screens
from openphm.web.settings import Settings
from openphm.web.suite import Suite
from openphm.web.work import Cancelled, Work

LONGEST = timedelta(hours=2)
LOOK_EVERY = 0.3  # seconds
_GRACE = 3.0  # seconds between asking a process to end and ending it


def words_of(settings: Settings) -> list[str]:
    """The command that starts a worker for a suite."""
    words = [sys.executable, "-m", "openphm.web.worker", "--store", str(settings.store)]
    words += ["--demo"] if settings.is_demo else []
    words += ["--disclosure", settings.disclosure]
    return words + (["--definitions", str(settings.overlay)] if settings.overlay else [])


def main(arguments: Sequence[str] | None = None) -> int:
    """Take jobs until told to stop; or, with --job, do one."""
    parser = ArgumentParser(prog="python -m openphm.web.worker")
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--disclosure", default="default")
    parser.add_argument("--definitions", type=Path)
    parser.add_argument("--job")
    given = parser.parse_args(arguments)
    settings = _settings(given)
    if given.job:
        return do_one(settings, given.job)
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    take_all(settings)
    return 0


def _settings(given: Namespace) -> Settings:
    return Settings(given.store, is_demo=given.demo, disclosure=given.disclosure, overlay=given.definitions)


def take_all(settings: Settings) -> None:
    """Take up what was left, then whatever comes."""
    queue = queue_of(settings.store)
    with Register.beside(settings.store) as register:
        jobs = register.jobs
        queue.do = lambda job_id: run_apart(settings, jobs, job_id)
        queue.huey.flush()
        for job in jobs.unfinished():
            jobs.wait_again(job.id)
            queue.run(job.id)
        Consumer(queue.huey, workers=1, periodic=False, max_delay=1.0, check_worker_health=False).run()


def run_apart(settings: Settings, jobs: Jobs, job_id: str) -> None:
    """One job in a process of its own, ended when the job is cancelled or takes too long."""
    if not jobs.begin(job_id):
        return
    process = subprocess.Popen([*words_of(settings), "--job", job_id])
    until = time.monotonic() + LONGEST.total_seconds()
    while process.poll() is None:
        job = jobs.find(job_id)
        if job is None or job.state == CANCELLED or time.monotonic() > until:
            _end(process)
            break
        time.sleep(LOOK_EVERY)
    jobs.fail(
        job_id,
        "It stopped before it was done. Ask for it again; if it stops again, tell whoever runs the suite.",
    )


def do_one(settings: Settings, job_id: str) -> int:
    """Do one job here. Its owner is told what went wrong, never a row value."""
    all_screens()
    suite = Suite(settings, ())
    jobs = suite.register.jobs
    job = jobs.find(job_id)
    if job is None:
        return 1
    try:
        work = Work(suite, job)
        kind_named(job.kind).do(work)
        jobs.finish(job_id, work.files)
    except Cancelled:
        return 0
    except OpenPHMError as error:
        jobs.fail(job_id, f"{error.found} {error.allowed}".strip())
    except Exception as fault:
        # its text may hold a value of a row, so its kind alone is said
        jobs.fail(job_id, f"It met a fault of its own, {type(fault).__name__}.")
        raise
    finally:
        suite.close()
    return 0


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _end_with_parent(parent: int) -> None:
    """A worker whose suite is gone takes no more jobs."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
