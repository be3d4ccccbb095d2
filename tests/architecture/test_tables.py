"""One writer a table: the headers of the SQL files are the register of who writes what."""

import re
from collections import defaultdict

import pytest

from openphm.store import SqlFile, read_folder
from tests.architecture.source import PACKAGE, shown


@pytest.fixture(scope="module")
def stages() -> list[SqlFile]:
    """Headers are checked as they are read; the lint checks what stands below them."""
    return read_folder(PACKAGE / "dataset")


def test_every_table_has_one_writer() -> None:
    writers = defaultdict(list)
    for path in (PACKAGE / "dataset").rglob("*.sql"):
        found = re.search(r"^-- writes:\s*(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        writers[found[1] if found else "nothing"].append(shown(path))
    assert not {table: files for table, files in writers.items() if len(files) > 1}


def test_every_stage_has_a_meaning_for_every_column(stages: list[SqlFile]) -> None:
    assert not [f"{f.path.name}: {c.name}" for f in stages for c in f.header.columns if len(c.meaning) < 3]


def test_no_stage_holds_what_belongs_in_definitions(stages: list[SqlFile]) -> None:
    """A clinical code in SQL text would be a rule nobody can find in the definitions."""
    snomed = re.compile(r"'\d{6,18}'")
    assert not [shown(f.path) for f in stages if snomed.search(f.select)]
