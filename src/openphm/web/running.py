"""Run the suite with uvicorn, and its worker beside it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn

from openphm.web.app import make_app
from openphm.web.settings import Settings
from openphm.web.worker import words_of

_GRACE = 5.0  # seconds


def run(settings: Settings) -> None:
    """Serve until stopped. One process: its threads share answers, which other processes give."""
    app = make_app(settings, asks_apart=True)
    with _worker(settings):
        uvicorn.run(
            app,
            host=settings.host,
            port=settings.port,
            # an access log would hold the addresses of people's machines; the audit log says who did what
            access_log=False,
            log_level="warning",
            server_header=False,
            workers=1,
            limit_concurrency=128,
            timeout_keep_alive=5,
        )


@contextmanager
def _worker(settings: Settings) -> Iterator[None]:
    """The process that does jobs, in a group of its own, so that what it started ends with it."""
    process = subprocess.Popen(words_of(settings), start_new_session=True)
    try:
        yield
    finally:
        _signal(process, signal.SIGTERM)
        try:
            process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGKILL)
            process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # it ended by itself
        os.killpg(process.pid, number)
