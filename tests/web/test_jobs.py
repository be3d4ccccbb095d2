"""Jobs: done in their own process, taken up again after a restart, cancelled, and their owner's alone."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import FastAPI

from openphm.access import Role
from openphm.core.records import Job
from openphm.web.settings import Settings
from openphm.web.suite import Suite
from openphm.web.worker import do_one, words_of
from tests.web.conftest import SignIn, token_on

WAIT = 90.0  # seconds, on a loaded machine


@contextmanager
def worker(settings: Settings) -> Iterator[None]:
    process = subprocess.Popen(words_of(settings), start_new_session=True)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def submitted(suite: Suite, **parameters: str) -> Job:
    given = {"report": "segments", "form": "csv", **parameters}
    return suite.submit(
        "report-export", "A test", given, owner="Demo ICB analyst", role="icb_analyst", purpose="planning"
    )


def ended(suite: Suite, job: Job) -> Job:
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        found = suite.register.jobs.find(job.id)
        assert found is not None
        if found.is_over:
            return found
        time.sleep(0.1)
    raise AssertionError("the job did not end")


def test_a_job_outlives_its_worker_and_is_its_owner_s_alone(app: FastAPI, signed_in: SignIn) -> None:
    suite: Suite = app.state.suite
    before = submitted(suite)
    suite.register.jobs.begin(before.id)  # a worker had begun it, and died
    gone = submitted(suite)
    suite.register.jobs.cancel(gone.id)
    wrong = submitted(suite, as_at="2026-02-15")
    with worker(suite.settings):
        done, refused = ended(suite, before), ended(suite, wrong)
    assert (done.state, done.files) == ("done", ("segments.csv",))
    assert refused.state == "failed"
    assert "cannot be answered" in refused.says
    assert ended(suite, gone).state == "cancelled"
    path = f"/jobs/{before.id}/files/segments.csv"
    assert signed_in(Role.ICB_ANALYST).get(path).text.startswith("subsegment_code,")
    assert signed_in(Role.FINANCE).get(path).status_code == 404
    assert signed_in(Role.FINANCE).get(f"/jobs/{before.id}").status_code == 404
    admin = signed_in(Role.ADMIN)
    assert admin.get(f"/jobs/{before.id}").status_code == 200
    assert admin.get(path).status_code == 403


def test_a_job_is_asked_for_and_cancelled_by_its_forms(app: FastAPI, signed_in: SignIn) -> None:
    client = signed_in(Role.ICB_ANALYST)
    token = token_on(client.get("/downloads").text)
    answer = client.post("/downloads", data={"report": "areas", "form": "xlsx", "form_token": token})
    assert answer.status_code == 303
    path = answer.headers["location"]
    assert "Waiting" in client.get(path).text
    assert client.post(f"{path}/cancel", data={"form_token": token}).status_code == 303
    assert "Cancelled" in client.get(path, headers={"hx-request": "true"}).text
    nothing = client.post("/downloads", data={"report": "nothing", "form_token": token})
    assert nothing.status_code == 422


def test_a_job_sees_what_its_owner_may_see_today(app: FastAPI) -> None:
    suite: Suite = app.state.suite
    job = suite.submit(
        "report-export",
        "A test",
        {"report": "segments", "form": "csv"},
        owner="Demo IG lead",
        role="ig_lead",
        purpose="data_quality",
    )
    assert do_one(suite.settings, job.id) == 0
    found = suite.register.jobs.find(job.id)
    assert found is not None and found.state == "failed"
    assert "no role of this user may do this" in found.says


def test_a_folder_of_another_job_is_never_reached(app: FastAPI, signed_in: SignIn, store: Path) -> None:
    job = submitted(app.state.suite)
    client = signed_in(Role.ICB_ANALYST)
    for name in ("..%2f..%2fregister.sqlite", "register.sqlite", "%2e%2e"):
        assert client.get(f"/jobs/{job.id}/files/{name}").status_code == 404
