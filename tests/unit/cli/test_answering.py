"""The commands that answer: formats, files, disclosure, mistakes and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from openphm.audit import AuditLog
from openphm.cli.main import run
from tests.support.store import a_store
from tests.support.villages import VILLAGE


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_store(tmp_path_factory.mktemp("village") / "store", VILLAGE)


def said(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """Run a command: exit code, what it answered, what it said beside."""
    code = run([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_table_has_all_measures_and_a_next_step(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "report", "segments", "--store", store)
    assert code == 0
    for text in (
        "As at 31 March 2026",
        "85 people are registered.",
        "Social vulnerability",
        "Unattributed",
        "Next:",
    ):
        assert text in out
    assert "4a High Need (Severe frailty)" in out


def test_a_narrow_terminal_loses_no_column(
    store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = said(capsys, "report", "segments", "--store", store, "--quiet")
    header = " ".join(line for line in out.splitlines() if line.startswith(" measure"))
    for name in ("1a", "3f", "5b", "All", "Unattributed"):
        assert name in header
    assert max(len(line) for line in out.splitlines()) <= 80
    assert "…" not in out


def test_json_is_one_object_with_provenance(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, err = said(capsys, "report", "segments", "--store", store, "--format", "json")
    answer = json.loads(out)
    assert answer["question"] == "report/segments"
    assert answer["columns"] == ["subsegment_code", "measure", "value", "unit", "suppressed"]
    assert len(answer["rows"]) == 17 * 30 + 1
    assert answer["provenance"]["disclosure"] == "disclosure/default"
    assert err == ""


def test_figures_in_full_are_shown_on_request_and_remembered(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = AuditLog.beside(store).checkpoint().sequence
    words = ("report", "segments", "--store", store, "--format", "json", "--disclosure", "none")
    rows = json.loads(said(capsys, *words)[1])["rows"]
    assert ["all", "population", 84, "people", False] in rows
    last = list(AuditLog.beside(store).entries())[-1]
    assert last.sequence == before + 1
    assert (last.event, last.detail["question"]) == ("release.in_full", "report/segments")


@pytest.mark.parametrize("form", ["csv", "json", "xlsx", "html", "txt"])
def test_the_name_of_the_file_says_its_format(
    store: Path, tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"segments.{form}"
    code, out, err = said(capsys, "report", "segments", "--store", store, "--output", path)
    assert (code, out) == (0, "")
    assert f"Wrote {path}" in err
    if form == "xlsx":
        assert load_workbook(path)["Report"]["A1"].value == "Segments: people, use and cost"
    else:
        assert "mean_age" in path.read_text("utf-8") or "Mean age" in path.read_text("utf-8")


def test_one_place_and_all_places_can_be_asked(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, "report", "segments", "--store", store, "--place", "U10002")
    assert "10 people are registered" in out
    _, out, _ = said(capsys, "report", "segments", "--store", store, "--by", "pcn", "--verbose")
    assert "North" in out
    assert "South" in out
    assert "Answered in" in out


def test_check_shows_every_kind_of_quality(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "check", "--store", store)
    assert code == 0
    for text in (
        "Reconciliation",
        "Validity",
        "Coverage",
        "Missing months",
        "Linkage",
        "Completeness",
        "Attribution",
    ):
        assert text in out
    _, out, _ = said(capsys, "check", "--store", store, "--format", "json")
    assert json.loads(out)["columns"][:4] == ["check", "subject", "measure", "value"]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("report", "segmnts"), 2, "segments"),
        (("report", "segments"), 2, "--store"),
        (("nothing",), 2, "No such command"),
        (
            ("report", "segments", "--store", "{store}", "--place", "Y00009"),
            2,
            "this build has no such place",
        ),
        (("report", "segments", "--store", "{store}", "--place", "?"), 2, "not the code of a place"),
        (("report", "segments", "--store", "{store}", "--as-at", "2030-01-31"), 2, "cannot be answered"),
        (("report", "segments", "--store", "{store}", "--as-at", "soon"), 2, "does not match the format"),
        (("report", "segments", "--store", "{store}", "--format", "xlsx"), 2, "a workbook needs a file"),
        (
            ("report", "segments", "--store", "{store}", "--disclosure", "nnone"),
            10,
            "write 'disclosure/none'",
        ),
        (("report", "segments", "--store", "{store}", "--output", "{store}/no/x.csv"), 2, "was not written"),
        (("report", "segments", "--store", "{store}/nowhere"), 13, "no build that can be opened"),
        (("check", "--store", "{store}", "--place", "Y00001"), 2, "do not apply"),
        (("definitions", "show", "disclosure/nnone"), 10, "disclosure/none"),
        (("definitions", "list", "nothing"), 2, "there is none of this kind"),
        (("definitions", "diff", "shipped", "nowhere"), 2, "there is no such folder"),
        (("audit", "verify", "--store", "{store}", "--witness", "x"), 2, "a colon and 64 digits"),
    ],
)
def test_a_mistake_gives_one_message_and_its_exit_code(
    store: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, message: str
) -> None:
    found, _, err = said(capsys, *(word.format(store=store) for word in words))
    assert found == code
    assert message in err
    assert "Traceback" not in err


def test_a_fault_of_ours_shows_no_values(
    store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a value of a row")

    monkeypatch.setattr("openphm.cli.report.opened", fail)
    code, _, err = said(capsys, "report", "segments", "--store", store)
    assert code == 1
    assert "ZeroDivisionError" in err
    assert "a value of a row" not in err


def test_help_lists_the_commands_in_the_order_of_use(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "--help")
    assert code == 0
    assert out.index("demo") < out.index("report") < out.index("audit")
    assert "openphm" in said(capsys, "--version")[1]


def test_the_log_is_verified_and_a_changed_line_is_noticed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = AuditLog.beside(tmp_path)
    log.append("one", actor="somebody")
    head = log.append("two", actor="somebody").head
    code, out, _ = said(capsys, "audit", "verify", "--store", tmp_path)
    assert code == 0
    assert "2 entries, none changed" in out
    witness = f"{head.sequence}:{head.hash}"
    assert (
        said(capsys, "audit", "verify", "--store", tmp_path, "--witness", witness, "--format", "json")[0] == 0
    )
    text = log.path.read_text("utf-8")
    log.path.write_text(text.replace("two", "six"), "utf-8")
    code, _, err = said(capsys, "audit", "verify", "--store", tmp_path)
    assert code == 13
    assert "the line was changed" in err
