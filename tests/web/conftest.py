"""One small made-up ICS for every test of the suite, built by the commands a newcomer runs."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from openphm.access import Role
from openphm.web.app import make_app
from openphm.web.settings import Settings

PEOPLE, YEARS = 300, 3
LONGEST_WAIT = 300.0  # seconds that one process of the test run waits for another to build
HOST = "testserver"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one live build. Processes of one test run share it: the first builds, the others wait."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if shared.name.startswith("popen-") else shared
    home, done = shared / "web-demo", shared / "web-demo.done"
    try:
        (shared / "web-demo.lock").mkdir()
    except FileExistsError:
        until = time.monotonic() + LONGEST_WAIT
        while not done.exists() and time.monotonic() < until:
            time.sleep(0.2)
        assert done.exists(), "the process that builds the made-up ICS did not finish"
        return home / "store"
    words = ("demo", "--people", str(PEOPLE), "--years", str(YEARS), "--home", str(home))
    command = [sys.executable, "-m", "openphm.cli.main", *words, "--no-serve", "--no-progress"]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr[-4000:]
    done.touch()
    return home / "store"


def another_store(built: Path, folder: Path) -> Path:
    """The same build in a store of its own: its log and its register are no other test's."""
    store = folder / "store"
    store.mkdir(parents=True)
    shutil.copy(built / "CURRENT", store / "CURRENT")
    (store / "builds").symlink_to(built / "builds")
    return store


@pytest.fixture(scope="module")
def store(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return another_store(built, tmp_path_factory.mktemp("suite"))


@pytest.fixture(scope="module")
def app(store: Path) -> Iterator[FastAPI]:
    """A demo suite."""
    made = make_app(Settings(store, is_demo=True, names=(HOST,)))
    with TestClient(made):
        yield made


SignIn = Callable[[Role], TestClient]


@pytest.fixture
def signed_in(app: FastAPI) -> SignIn:
    """Gives a browser that is signed in with a role."""

    def sign_in(role: Role) -> TestClient:
        client = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
        app.state.suite.limits.take = _never_too_many
        answer = client.post("/demo/sign-in", data={"role": str(role)})
        assert answer.status_code == 303
        return client

    return sign_in


def _never_too_many(name: str, most: int) -> None:
    """Tests ask more in a minute than a person would; test_limits.py tests the limits."""


def token_on(page: str) -> str:
    """The token of the first form of a page."""
    return page.split('name="form_token" value="', 1)[1].split('"', 1)[0]
