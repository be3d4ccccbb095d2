"""A custodian beside a suite, for tests: the real service on a port of its own, for the demo's own people."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import uvicorn
import yaml
from fastapi import FastAPI

from openphm.access import Role
from openphm.cli.main import run
from openphm.custodian import Home
from openphm.custodian.reidentification import Desk, ObjectionList, Users, folder_of, keep_register
from openphm.custodian.reidentification.service import make_app as make_service
from tests.support.reidentifying import PASSWORD, SUITE_KEY, public

AGREEMENT = "dsa-2026-01"
TITLE = "Grown up"
GROWN_UP = {"id": "cohorts/grown_up", "title": TITLE, "all": [{"attribute": "age", "at_least": 18}]}
EASY = {
    "cohort_age_days": 3650, "registrations_age_days": 3650, "opt_outs_age_days": 3650,
    "share_of_the_list_a_month": 1.0, "fewest_left": 1, "most_failed_share": 1.0, "requests_a_user_a_day": 50,
}  # fmt: skip
"""The made-up ICS ends on a day of its own, and has few people: the limits of a real one would stop it."""


@dataclass
class Beside:
    """A running custodian."""

    home: Home
    desk: Desk
    address: str

    def agree(self, practice: str) -> None:
        """Its register: the suite's key, one agreement with one practice; and three accounts."""
        agreement = {
            "title": "Visits", "starts": date(2026, 1, 1), "ends": date(2099, 1, 1), "reidentification": True,
            "practices": [practice], "criteria": {"attribute": ["age"]},
        }  # fmt: skip
        register = {
            "suites": {"suite-1": public(SUITE_KEY)}, "practices": {practice: {"name": "A surgery"}},
            "agreements": {AGREEMENT: agreement}, "limits": EASY,
        }  # fmt: skip
        path = self.home.folder / "new-register.yaml"
        path.write_text(yaml.safe_dump(register), "utf-8")
        keep_register(path, folder_of(self.home))
        users = Users(folder_of(self.home))
        users.keep("dr.amber", PASSWORD, role="clinician", recipients=(practice,))
        users.keep("guardian", PASSWORD, role="approver")
        users.keep("clerk", PASSWORD, role="operator")


@contextmanager
def custodian_of(built: Path, folder: Path) -> Iterator[Beside]:
    """The demo's custodian, copied, with its own list of who is registered where."""
    shutil.copytree(built.parent / "custodian", folder / "home")
    (folder / "home").chmod(0o700)
    home, raw = Home.open(folder / "home", {}), str(built.parent / "raw" / "extracts")
    words = ["registrations", "load", raw, "--home", str(home.folder), "--as-at", "2026-03-31"]
    assert run(["custodian", *words]) == 0
    ObjectionList.of(home).replace([], date(2026, 3, 31))
    desk = Desk(home, ObjectionList.of(home), lambda: datetime.now(UTC))
    config = uvicorn.Config(make_service(desk, hosts=("127.0.0.1",)), port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield Beside(home, desk, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}")
    server.should_exit = True
    thread.join()


def grown_up_of_the_clinician(app: FastAPI) -> str:
    """The demo clinician gets a cohort of everybody of 18 or more; answers their practice."""
    suite = app.state.suite
    user = suite.directory.user("Demo clinician", Role.CLINICIAN)
    [practice] = user.practices
    suite.register.cohorts.save("cohorts/grown_up", GROWN_UP, owner=user.name)
    return str(practice)
