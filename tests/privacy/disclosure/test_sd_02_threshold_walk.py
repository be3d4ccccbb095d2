"""SD-02: walking a threshold (age 41 and over, 42 and over ...) shows no group that differs by 1 to 7."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from openphm.access import terminal_name
from openphm.cli.main import run
from openphm.recording import Register
from openphm.release import NONE, Overlap, secondary_use
from tests.support.answers import ROUND_5, a_count, a_result
from tests.support.builder import a_person
from tests.support.store import a_store

# One person of 44, three of 50, ten of 60 and many of 70: a walk from 41 meets small steps and large ones.
WALKED = [
    *[a_person().aged(41)] * 12,
    *[a_person().aged(44)] * 1,
    *[a_person().aged(50)] * 3,
    *[a_person().aged(60)] * 10,
    *[a_person().aged(70)] * 60,
]
OLDER = {n: sum(count for age, count in ((41, 12), (44, 1), (50, 3), (60, 10), (70, 60)) if age >= n)
         for n in range(41, 72)}  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return a_store(tmp_path / "store", WALKED)


def asked(
    store: Path, folder: Path, capsys: pytest.CaptureFixture[str], age: int, *words: str
) -> dict[str, object]:
    path = folder / f"age_{age}.yaml"
    path.write_text(f"id: cohorts/age_{age}\ntitle: Aged\nattribute: age\nat_least: {age}\n", "utf-8")
    assert run(["cohort", "count", str(path), "--store", str(store), "--format", "json", *words]) == 0
    return json.loads(capsys.readouterr().out)


def people(answer: dict[str, object]) -> int | None:
    rows = answer["rows"]
    assert isinstance(rows, list)
    return next(row[2] for row in rows if row[1] == "people")


def walk(store: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[tuple[int, int | None]]:
    for age in (41, 42, 45, 51, 61):
        yield age, people(asked(store, folder, capsys, age))


def test_no_two_answers_of_a_walk_differ_by_few_people(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = [age for age, value in walk(store, tmp_path, capsys) if value is not None]
    assert shown == [41, 42, 61]  # 45 and 51 are 1 and 4 people from 42
    for one in shown:
        for other in shown:
            assert not 0 < abs(OLDER[one] - OLDER[other]) < 8


def test_the_reason_is_said_and_the_refused_question_is_not_held_against_the_user(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    list(walk(store, tmp_path, capsys))
    answer = asked(store, tmp_path, capsys, 51)
    assert all(row[2] is None for row in answer["rows"])  # type: ignore[attr-defined]
    assert "differs by very few people" in " ".join(answer["notes"])  # type: ignore[arg-type]
    with Register.beside(store) as register:
        (user,) = {one.user for one in register.fingerprints.recent(_user())}
        assert len(register.fingerprints.recent(user)) == 3
        assert "70" not in json.dumps([dict(one.criteria) for one in register.fingerprints.recent(user)])


def test_the_same_question_may_be_asked_again(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = people(asked(store, tmp_path, capsys, 41))
    assert first is not None
    assert people(asked(store, tmp_path, capsys, 41)) == first


def test_a_walk_by_place_is_noticed_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All but two of the people are at one practice: the practice and the whole differ by two."""
    there = [a_person().aged(50)] * 20
    few = [a_person().aged(50).registered_at("Y00002")] * 2
    store = a_store(tmp_path / "store", [*there, *few])
    assert people(asked(store, tmp_path, capsys, 41)) is not None
    assert people(asked(store, tmp_path, capsys, 41, "--place", "Y00001")) is None


def test_a_walk_by_measures_is_noticed_too(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A cohort counted, then a measure of the same people but one: the second is not answered."""
    assert people(asked(store, tmp_path, capsys, 42)) is not None
    asked(store, tmp_path, capsys, 45)  # writes its file; refused, so not remembered
    words = ["measure", "population", "--store", str(store), "--format", "json", "--where"]
    assert run([*words, str(tmp_path / "age_45.yaml")]) == 0
    assert all(row[1] is None for row in json.loads(capsys.readouterr().out)["rows"])
    assert run([*words, str(tmp_path / "age_42.yaml")]) == 0
    assert [row[1] for row in json.loads(capsys.readouterr().out)["rows"]] == [75]


GUARDED = [(0, 0, True), (0, 8, True), (1, 0, False), (0, 7, False), (7, 900, False), (8, 8, True)]


@pytest.mark.parametrize(("now", "before", "is_shown"), GUARDED)
def test_the_guard_decides_from_two_numbers(now: int, before: int, is_shown: bool) -> None:
    overlap = Overlap(now, before, date(2026, 3, 1))
    result = a_result(("1a", "population", a_count(500), "people"))
    shown = next(secondary_use(result, ROUND_5, overlaps=[overlap]).records())["value"]
    assert (shown == 500) is is_shown
    assert next(secondary_use(result, NONE, overlaps=[overlap]).records())["value"] == 500


def _user() -> str:
    return terminal_name()
