"""`openphm builds`: what an analyst sees when moving between builds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from openphm.audit import AuditLog
from openphm.cli.builds import command
from openphm.core.errors import StoreError, UsageError
from openphm.store import Builds
from tests.unit.store.small_build import make, rows_live


@pytest.fixture
def builds(tmp_path: Path) -> Builds:
    made = Builds(tmp_path / "store")
    for rows in (5, 6):
        make(made, rows)
    return made


def run(builds: Builds, *arguments: str) -> str:
    """What the command prints; errors are raised as they are, for main to tell."""
    answer = CliRunner().invoke(command, [*arguments, "--store", str(builds.store)], standalone_mode=False)
    if answer.exception is not None:
        raise answer.exception
    return answer.output


def test_list_shows_every_build_whole_on_a_narrow_screen(builds: Builds) -> None:
    said = run(builds)
    assert all(build.id in said for build in builds.list())
    assert ("live" in said, "kept" in said, "2026-03-31" in said) == (True, True, True)


def test_json_is_the_answer_object_of_every_command(builds: Builds) -> None:
    said = json.loads(run(builds, "--format", "json"))
    assert said["question"] == "builds"
    rows = [dict(zip(said["columns"], row, strict=True)) for row in said["rows"]]
    assert [(row["state"], row["rows"]) for row in rows] == [("live", 6), ("kept", 5)]
    assert said["provenance"]["build"] == rows[0]["build"]


def test_rollback_and_publish_move_the_pointer_and_are_remembered(builds: Builds) -> None:
    new, old = builds.list()
    assert f"{old.id} is live" in run(builds, "rollback")
    assert rows_live(builds) == 5
    assert f"{new.id} is live" in run(builds, "publish", new.id)
    assert rows_live(builds) == 6
    entries = list(AuditLog.beside(builds.store).entries())
    assert [entry.event for entry in entries] == ["builds.rollback", "builds.publish"]
    assert entries[1].detail["build"] == new.id


def test_prune_removes_old_builds(builds: Builds) -> None:
    assert "1 build removed" in run(builds, "prune", "--keep", "1")
    assert "Nothing to remove" in run(builds, "prune", "--keep", "1")


def test_verify_says_when_a_build_is_as_it_was_made_and_when_not(builds: Builds) -> None:
    assert "as it was made" in run(builds, "verify")
    old = builds.list()[1]
    old.database.write_bytes(old.database.read_bytes()[::-1])
    with pytest.raises(StoreError, match="has changed"):
        run(builds, "verify", old.id)


def test_publish_without_an_id_says_how(builds: Builds) -> None:
    with pytest.raises(UsageError, match="openphm builds publish BUILD_ID"):
        run(builds, "publish")


def test_empty_store_says_how_to_build(tmp_path: Path) -> None:
    assert "openphm build EXTRACTS" in run(Builds(tmp_path / "none"))
