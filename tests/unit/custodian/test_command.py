"""`openphm custodian`: exit codes, what it says, and what it never says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from openphm.cli.main import run
from openphm.custodian import Home
from tests.faults.deliveries import Raw, a_gp_event, a_patient, nhs_number


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Raw:
    monkeypatch.delenv("OPENPHM_CUSTODIAN_PASSPHRASE", raising=False)
    assert run(["custodian", "init", "--home", str(tmp_path / "home")]) == 0
    made = Raw(tmp_path / "raw", Home.open(tmp_path / "home"), tmp_path / "out")
    made.write("gp_event", [a_gp_event(place) for place in range(30)])
    return made


def words(raw: Raw, *more: str) -> list[str]:
    return [
        "custodian", "pseudonymise", str(raw.folder), str(raw.out), "--home", str(raw.home.folder), *more
    ]  # fmt: skip


def test_init_says_no_secret_and_refuses_a_second_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["custodian", "init", "--home", str(tmp_path / "home")]) == 0
    said = capsys.readouterr().out
    assert Home.open(tmp_path / "home").key().secret.hex() not in said
    assert run(["custodian", "init", "--home", str(tmp_path / "home")]) == 14


def test_pseudonymise_says_how_rows_add_up(raw: Raw, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words(raw, "--no-progress")) == 0
    said = capsys.readouterr()
    assert "30 rows delivered = 30 loaded + 0 set aside" in said.out
    assert "gp_event" in said.err
    assert run(words(raw, "--quiet")) == 0
    assert capsys.readouterr() == ("", "")


def test_a_file_that_came_twice_is_named(raw: Raw, capsys: pytest.CaptureFixture[str]) -> None:
    raw.path("gp_event_copy.csv").write_bytes(raw.path("gp_event_2025-12.csv").read_bytes())
    assert run(words(raw)) == 0
    assert "F_DUPLICATE_FILE: gp_event_copy.csv" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("break_it", "code"),
    [("unknown file", 11), ("no raw folder", 2), ("empty folder", 2), ("no home", 14), ("open home", 14)],
)
def test_each_mistake_has_its_exit_code_and_no_traceback(
    raw: Raw, capsys: pytest.CaptureFixture[str], break_it: str, code: int
) -> None:
    arguments = words(raw)
    if break_it == "unknown file":
        raw.path("mystery.csv").write_text("a,b\n1,2\n")
    elif break_it == "no raw folder":
        arguments[2] += "-elsewhere"
    elif break_it == "empty folder":
        raw.path("gp_event_2025-12.csv").unlink()
    elif break_it == "no home":
        arguments[5] += "-elsewhere"
    else:
        raw.home.folder.chmod(0o755)
    assert run(arguments) == code
    said = capsys.readouterr().err
    assert "Traceback" not in said and "To mend" in said


def test_ps10_a_fault_of_ours_shows_no_identifier(
    raw: Raw, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    raw.write("gp_patient", [a_patient(7)])

    def fail(*_: object) -> None:
        raise RuntimeError(f"failed at {nhs_number(7)} Quillfeather")

    monkeypatch.setattr("openphm.custodian.persons.pseudonymise_numbers", fail)
    assert run(words(raw)) == 1
    said = "".join(capsys.readouterr())
    assert nhs_number(7) not in said and "Quillfeather" not in said
    assert not raw.out.exists() and not (raw.home.folder / "work").exists()


def test_no_process_list_and_no_core_file_can_hold_a_key(raw: Raw) -> None:
    code = "import openphm.cli.main as m, resource; m.run(['custodian', '--help']); import sys;"
    code += f"m.run({words(raw, '--quiet')!r}); print(resource.getrlimit(resource.RLIMIT_CORE), sys.argv)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    said = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert "(0, 0)" in said
    assert raw.home.key().secret.hex() not in said
