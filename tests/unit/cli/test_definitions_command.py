"""openphm definitions: list, show, check and compare."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from openphm.cli.main import run
from tests.support.store import a_store
from tests.support.villages import VILLAGE
from tests.unit.population.test_moves import OVERLAY


def test_definitions_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["definitions", "list", "disclosure", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [row[0] for row in answer["rows"]] == [
        "disclosure/default",
        "disclosure/midpoint_6",
        "disclosure/none",
    ]
    assert run(["definitions", "show", "disclosure/none"]) == 0
    assert capsys.readouterr().out.startswith("id: disclosure/none")


def test_drafts_are_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["definitions", "check"]) == 0
    assert "are drafts" in capsys.readouterr().out
    assert run(["definitions", "check", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["columns"] == ["id", "warning"]


def test_a_wrong_definition_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.yaml").write_text("id: segments/bad\n", "utf-8")
    assert run(["definitions", "check", "--definitions", str(tmp_path)]) == 10
    assert "bad.yaml" in capsys.readouterr().err


def test_diff_says_what_changed_and_who_moves(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    overlay = tmp_path / "overlay" / "segments"
    overlay.mkdir(parents=True)
    (overlay / "life_course.yaml").write_text(OVERLAY, "utf-8")
    store = a_store(tmp_path / "store", VILLAGE)
    assert run(["definitions", "diff", "shipped", str(overlay.parent)]) == 0
    assert "segments/life_course" in capsys.readouterr().out
    assert run(["definitions", "diff", "shipped", str(overlay.parent), "--store", str(store)]) == 0
    assert "1 moves between subsegments" in capsys.readouterr().out
    words = ["definitions", "diff", "shipped", str(overlay.parent), "--store", str(store), "--format", "json"]
    assert run([*words, "--disclosure", "none"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == [["1c", "1b", 25, "people", False]]
    assert run(["definitions", "diff", "shipped", "shipped"]) == 0
    assert "No difference." in capsys.readouterr().out
