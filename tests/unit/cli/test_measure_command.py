"""`openphm measure` and `openphm report outcomes`: answers, lists, and mistakes that teach."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from openphm.cli.main import run
from tests.support.store import a_store
from tests.support.villages import VILLAGE


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(a_store(tmp_path_factory.mktemp("village") / "store", VILLAGE))


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert run([*arguments, "--format", "json", "--no-progress"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_a_measure_is_answered_with_its_parts(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    answer = asked(
        capsys, "measure", "population", "cost_pppy_total", "--by", "practice", "--store", store,
        "--disclosure", "none",
    )  # fmt: skip
    assert answer["columns"][:3] == ["practice", "measure", "value"]  # type: ignore[index]
    rows = answer["rows"]
    assert isinstance(rows, list)
    assert ["Y00002", "population", 8] in [row[:3] for row in rows]
    assert answer["provenance"]["disclosure"] == "disclosure/none"  # type: ignore[index]


def test_the_list_names_every_measure(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = asked(capsys, "measure", "--list", "--store", store)["rows"]
    assert isinstance(rows, list)
    assert len(rows) == 93


def test_outcomes_say_what_is_not_collected(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    answer = asked(capsys, "report", "outcomes", "--by", "all", "--store", store)
    rows = answer["rows"]
    assert isinstance(rows, list)
    said = {(row[2], row[4]): row[5] for row in rows}
    assert said["staff_vacancy_rate", "variation"] == "not collected yet"
    assert said["staff_vacancy_rate", "value"] is None


@pytest.mark.parametrize(("form", "begins"), [("html", b"<!doctype html"), ("xlsx", b"PK")])
def test_outcomes_are_written_as_a_page_and_a_workbook(
    store: str, tmp_path: Path, form: str, begins: bytes
) -> None:
    file = tmp_path / f"outcomes.{form}"
    assert run(["report", "outcomes", "--by", "1", "--store", store, "--output", str(file), "--quiet"]) == 0
    assert file.read_bytes()[: len(begins)].lower() == begins.lower()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["measure", "smoking_prevalance"], "write 'smoking_prevalence'"),
        (["measure"], "no measure is named"),
        (["measure", "population", "--by", "practise"], "write 'practice'"),
    ],
)
def test_a_mistake_is_told_with_the_nearest_name(
    store: str, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert run([*arguments, "--store", store]) == 2
    assert said in capsys.readouterr().err
