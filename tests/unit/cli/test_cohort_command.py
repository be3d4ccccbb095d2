"""`openphm cohort`: answers, formats, mistakes and exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import openphm
from openphm.audit import AuditLog
from openphm.cli.main import run
from tests.support.builder import a_person
from tests.support.store import a_store

PEOPLE = [*[a_person().attending_ed(8)] * 42, *[a_person().attending_ed(3).male()] * 58]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_store(tmp_path_factory.mktemp("command") / "store", PEOPLE)


def said(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = run([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


ASKED = [
    ("list",), ("count", "high_intensity_use"), ("attrition", "cohorts/msk_hub"), ("profile", "msk_hub"),
    ("compare", "high_intensity_use", "msk_hub"), ("near-misses", "high_intensity_use"),
    ("explain", "high_intensity_use"), ("difference", "high_intensity_use", "msk_hub"),
]  # fmt: skip


@pytest.mark.parametrize("words", ASKED, ids=lambda words: words[0])
def test_each_question_is_answered_with_its_provenance(
    store: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    code, out, _ = said(capsys, "cohort", *words, "--store", store, "--format", "json")
    answer = json.loads(out)
    assert code == 0
    assert answer["question"].startswith("cohort/")
    assert answer["rows"]
    assert answer["provenance"]["build"]
    code, out, _ = said(capsys, "cohort", *words, "--store", store)
    assert code == 0
    assert "Next:" in out


def test_attrition_has_the_columns_of_the_contract(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("cohort", "attrition", "high_intensity_use", "--store", store, "--format", "json")
    _, out, _ = said(capsys, *asked, "--disclosure", "none")
    answer = json.loads(out)
    assert answer["columns"][:4] == ["step", "criterion", "remaining", "removed_alone"]
    assert [row[2] for row in answer["rows"]] == [100, 42, 42]
    assert [row[3] for row in answer["rows"]] == [None, 58, 0]


def test_small_numbers_are_rounded_unless_asked_in_full(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = said(capsys, "cohort", "count", "high_intensity_use", "--store", store)
    assert "40 of 100 people registered are in the cohort." in out


def test_a_frozen_cohort_is_a_file_that_can_be_asked(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "frozen.yaml"
    code, _, _ = said(capsys, "cohort", "freeze", "high_intensity_use", "--store", store, "--output", file)
    frozen = yaml.safe_load(file.read_text("utf-8"))["frozen"]
    assert (code, frozen["count"], frozen["disclosure"]) == (0, 40, "disclosure/default")
    code, out, _ = said(capsys, "cohort", "count", file, "--store", store)
    assert code == 0
    assert "40 of 100" in out


WRONG = [
    (("count", "hihg_intensity_use"), 10, "did you mean 'cohorts/high_intensity_use'"),
    (("count", "msk_hub", "--as-at", "2031-01-31"), 10, "cannot be answered"),
    (("count", "msk_hub", "--place", "U99999"), 10, "this build has no such place"),
    (("count", "nowhere.yaml"), 10, "cannot be read"),
    (("explain", "msk_hub", "--person", "p00001"), 16, "direct_care"),
]


@pytest.mark.parametrize(("words", "code", "found"), WRONG, ids=[" ".join(words) for words, _, _ in WRONG])
def test_a_mistake_teaches(
    store: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, found: str
) -> None:
    ended, _, err = said(capsys, "cohort", *words, "--store", store)
    assert ended == code
    assert found in err
    assert "Traceback" not in err


def test_a_yaml_bomb_is_one_teaching_error(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bomb = tmp_path / "bomb.yaml"
    bomb.write_text("a: &a [x, x]\nb: &b [*a, *a]\nall: [*b, *b]\n", "utf-8")
    code, _, err = said(capsys, "cohort", "count", bomb, "--store", store)
    assert code == 10
    assert "alias" in err


ACCESS = """
version: 1
organisations: [{{code: {pcn}, kind: pcn, name: The network}}]
people:
  - name: col
    training_expires: 2099-03-31
    memberships: [{{organisation: {pcn}, role: {role}, from: 2026-01-01}}]
"""


@pytest.fixture
def coordinated(store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The store with an access register that knows this login as a care coordinator of its network."""
    with openphm.open(store) as ics:
        pcn = next(one.code for one in ics.places if one.kind == "pcn")
    monkeypatch.setenv("LOGNAME", "col")
    register = store / "access.yaml"
    register.write_text(ACCESS.format(pcn=pcn, role="care_coordinator"))
    yield store
    register.unlink()


def test_a_coordinator_starts_from_the_worklist_and_one_person(
    coordinated: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--store", coordinated, "--format", "json")
    code, out, _ = said(capsys, "cohort", "worklist", "high_intensity_use", *asked)
    answer = json.loads(out)
    assert code == 0
    assert answer["columns"] == [
        "person_id",
        "practice_code",
        "status",
        "why",
        "flags",
        "changed",
        "next_step",
    ]
    assert len(answer["rows"]) == 42
    assert all(row[3].startswith("8 ×") and row[6] for row in answer["rows"])
    person = answer["rows"][0][0]
    code, out, _ = said(capsys, "cohort", "explain", "high_intensity_use", "--person", person, *asked)
    assert code == 0
    assert {row[0] for row in json.loads(out)["rows"]} == {person}
    code, out, _ = said(capsys, "report", "journeys", "--person", person, *asked)
    assert (code, len(json.loads(out)["rows"])) == (0, 8)
    shown = [one for one in AuditLog.beside(coordinated).entries() if one.event == "release.direct_care"]
    assert [one.detail["question"] for one in shown[-3:]] == [
        "cohort/worklist", "cohort/explain", "report/journeys/timeline"
    ]  # fmt: skip
    assert all(one.actor == "col" for one in shown)


def test_a_coordinator_gets_no_table_of_everybody_and_an_analyst_no_worklist(
    coordinated: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = said(capsys, "cohort", "count", "high_intensity_use", "--store", coordinated)
    assert (code, "Purposes allowed: direct_care" in err) == (16, True)
    (coordinated / "access.yaml").write_text(ACCESS.format(pcn="U00009", role="care_coordinator"))
    code, _, err = said(capsys, "cohort", "worklist", "high_intensity_use", "--store", coordinated)
    assert (code, "none of the practices and networks" in err) == (16, True)
    (coordinated / "access.yaml").write_text(
        ACCESS.format(pcn="X10", role="icb_analyst").replace("kind: pcn", "kind: icb")
    )
    code, out, err = said(capsys, "cohort", "worklist", "high_intensity_use", "--store", coordinated)
    assert (code, out, "direct_care" in err) == (16, "", True)
