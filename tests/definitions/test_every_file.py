"""Does every definition load, say who looks after it, and have a review date that has not passed?"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import openphm.definitions
from openphm.definitions import Definition, load

FOLDER = Path(openphm.definitions.__file__).parent
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.yaml"))
ALL = list(load())


def test_there_is_one_definition_for_each_file() -> None:
    assert sorted(f"{one.id}.yaml" for one in ALL) == FILES


@pytest.mark.parametrize("definition", ALL, ids=lambda one: one.id)
def test_each_definition_has_an_owner_a_source_and_a_review_date_to_come(definition: Definition) -> None:
    header = definition.header
    for text in (header.title, header.source, header.licence, header.owner, header.version):
        assert text.strip()
    assert header.date_reviewed < header.date_next_review
    assert header.date_next_review > date.today(), "review it, then set a new date"


def test_code_lists_with_clinical_codes_are_drafts_until_a_site_has_its_own() -> None:
    definitions = load()
    for name, one in definitions.contents.codelists.items():
        assert definitions.get(f"codelists/{name}").status == "draft", name
        assert one.status == "draft"


def test_no_file_names_a_place_of_a_machine_or_a_registry() -> None:
    marks = ("/work/", "/home/", "/tmp/", "pypi", "://")
    for path in FOLDER.rglob("*.yaml"):
        text = path.read_text("utf-8")
        assert not [mark for mark in marks if mark in text], path.name


def test_the_checksum_is_of_the_file_and_changes_with_it(tmp_path: Path) -> None:
    from tests.definitions.writing import write_definition

    first = load(_overlay(tmp_path / "a", write_definition, "any: true"))
    second = load(_overlay(tmp_path / "b", write_definition, "any: false"))
    one, other = first.get("cohorts/mine"), second.get("cohorts/mine")
    assert len(one.sha256) == 64
    assert one.sha256 != other.sha256


def _overlay(folder: Path, write: object, body: str) -> Path:
    assert callable(write)
    write(folder, "cohorts/mine", body)
    return folder
