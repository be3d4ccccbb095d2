"""`openphm cohort`: answers, formats, mistakes and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

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
