"""openphm demo: its own folder, its own processes, the zones apart."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from openphm.cli.main import run


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], dict[str, str]]]:
    """Remember each command instead of running it."""
    made: list[tuple[list[str], dict[str, str]]] = []

    def remember(words: list[str], *, env: dict[str, str], check: bool) -> subprocess.CompletedProcess[bytes]:
        made.append((words[3:], env))
        if words[3] == "synthesise":
            (Path(words[4]) / "extracts").mkdir(parents=True)
        return subprocess.CompletedProcess(words, 0)

    monkeypatch.setattr("openphm.cli.demo.subprocess.run", remember)
    monkeypatch.setenv("OPENPHM_CUSTODIAN_PASSPHRASE", "made up")
    return made


def test_each_step_is_a_process_and_only_the_custodian_gets_its_settings(
    tmp_path: Path, calls: list[tuple[list[str], dict[str, str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "demo"
    assert run(["demo", "--people", "500", "--home", str(home), "--no-serve"]) == 0
    names = [words[0] for words, _ in calls]
    assert names == ["synthesise", "custodian", "custodian", "build", "check", "report"]
    for words, environment in calls:
        assert ("OPENPHM_CUSTODIAN_PASSPHRASE" in environment) is (words[0] == "custodian")
    out = capsys.readouterr().out
    for text in ("Time", "Disk", "What next", f"--store {home / 'store'}"):
        assert text in out


def test_a_second_run_keeps_the_extracts_and_another_size_does_not(
    tmp_path: Path, calls: list[tuple[list[str], dict[str, str]]]
) -> None:
    home = str(tmp_path / "demo")
    for people, expected in (("500", True), ("500", False), ("600", True)):
        calls.clear()
        assert run(["demo", "--people", people, "--home", home, "--no-serve"]) == 0
        assert ("synthesise" in [words[0] for words, _ in calls]) is expected


def test_a_folder_that_no_demo_made_is_left_alone(
    tmp_path: Path, calls: list[tuple[list[str], dict[str, str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    assert run(["demo", "--home", str(tmp_path)]) == 2
    assert "no demo made it" in capsys.readouterr().err
    assert not calls
    assert (tmp_path / "mine.txt").read_text("utf-8") == "mine"


def test_a_step_that_fails_stops_the_demo_with_its_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        "openphm.cli.demo.subprocess.run", lambda words, **_: subprocess.CompletedProcess(words, 11)
    )
    assert run(["demo", "--home", str(tmp_path / "demo")]) == 11
    assert "The demo stopped at: openphm synthesise" in capsys.readouterr().err


def test_the_suite_is_served_last_with_the_shapes_of_the_places(
    tmp_path: Path, calls: list[tuple[list[str], dict[str, str]]]
) -> None:
    home = tmp_path / "demo"
    assert run(["demo", "--home", str(home)]) == 0
    assert calls[-1][0][:1] == ["serve"] and "--boundaries" not in calls[-1][0]
    (home / "raw").mkdir(exist_ok=True)
    (home / "raw" / "boundaries.geojson").write_text("{}", "utf-8")
    assert run(["demo", "--home", str(home)]) == 0
    assert calls[-1][0][-2:] == ["--boundaries", str(home / "raw" / "boundaries.geojson")]
