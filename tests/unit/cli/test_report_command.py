"""`openphm report`: every report in every form, its options, and mistakes told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from openphm.access import Granularity, Purpose, Scope
from openphm.cli.main import run
from openphm.core.errors import AccessRefused
from openphm.reports import REPORTS, opened
from tests.support.store import a_store
from tests.support.villages import VILLAGE

MINE = ("condition-impact", "life-stage-cost", "inequalities", "areas", "movement", "journeys")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_store(tmp_path_factory.mktemp("village") / "store", VILLAGE)


def said(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = run([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize("name", MINE)
def test_every_report_is_a_table_and_an_answer(
    store: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = said(capsys, "report", name, "--store", store)
    assert code == 0, err
    assert "As at 31 March 2026" in out
    assert "Next:" in out
    code, out, _ = said(capsys, "report", name, "--store", store, "--format", "json", "--disclosure", "none")
    answer = json.loads(out)
    assert answer["question"] == f"report/{name}"
    assert answer["provenance"]["disclosure"] == "disclosure/none"


@pytest.mark.parametrize("name", MINE)
def test_every_report_is_a_file_of_each_form(
    store: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for form in ("csv", "html", "xlsx"):
        code, _, err = said(capsys, "report", name, "--store", store, "--output", tmp_path / f"it.{form}")
        assert code == 0, err
    page = (tmp_path / "it.html").read_text("utf-8")
    assert "<table>" in page
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert load_workbook(tmp_path / "it.xlsx").sheetnames == ["Report", "Data", "About"]
    assert (tmp_path / "it.csv").read_text("utf-8").count("\n") >= 2


@pytest.mark.parametrize("name", MINE)
def test_every_split_can_be_asked(store: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for way in REPORTS[name].by:
        code, _, err = said(capsys, "report", name, "--store", store, "--by", way, "--quiet")
        assert code == 0, err


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("journys",), 2, "did you mean 'journeys'?"),
        (("movement", "--by", "moon"), 2, "Allowed: segment, subsegment."),
        (("movement", "--event", "ed_attendance"), 2, "It has no --event."),
        (("journeys", "--event", "ed_attendence"), 2, "did you mean 'ed_attendance'?"),
        (("journeys", "--cohort", "no_such_cohort"), 10, "There is no such cohort."),
        (("journeys", "--person", "P1"), 16, "direct_care"),
        (("areas", "--place", "Y00009"), 2, "this build has no such place"),
        (("areas", "--as-at", "2026-03-15"), 2, "cannot be answered"),
    ],
)
def test_a_mistake_is_told_with_its_exit_code(
    store: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, message: str
) -> None:
    found, out, err = said(capsys, "report", *words, "--store", store)
    assert (found, out) == (code, "")
    assert message in err


def test_the_help_lists_every_report(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, "report", "--help")
    for name, report in REPORTS.items():
        assert name in out
        assert report.says in out


@pytest.mark.parametrize("place", ["Y00003", "U10002"])
def test_a_place_outside_the_users_rows_is_refused(store: Path, place: str) -> None:
    mine = Scope(Purpose.PLANNING, Granularity.AGGREGATE, practices=frozenset({"Y00001"}))
    with pytest.raises(AccessRefused, match="outside the rows") as refused:
        opened(store, mine, place)
    assert refused.value.exit_code == 16
    with opened(store, mine, "U10001") as population:
        assert population.life_stage_cost().rows
    with pytest.raises(AccessRefused):
        opened(
            store, Scope(Purpose.PLANNING, Granularity.AGGREGATE, lsoas=frozenset({"E01000001"})), "E01000002"
        )
