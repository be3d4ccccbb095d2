"""One demo of the made-up ICS for all tests of this folder: the two commands a newcomer runs, for real."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PEOPLE = 20_000


def openphm(*words: str | Path) -> str:
    """Run a command as a user would and give what it printed."""
    command = [sys.executable, "-m", "openphm.cli.main", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished `openphm demo` of 20,000 people."""
    home = tmp_path_factory.mktemp("demo") / "home"
    openphm("demo", "--people", str(PEOPLE), "--home", home, "--no-serve", "--no-progress")
    return home
