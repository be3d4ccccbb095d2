"""One writer a table: the headers of the SQL files are the register of who writes what."""

import re
from collections import defaultdict

import pytest

from tests.architecture.source import PACKAGE, shown

SQL_FILES = sorted(PACKAGE.rglob("*.sql"))
# The prelude defines functions, not tables.
STAGES = [path for path in SQL_FILES if "prelude" not in path.parts]


def _header(text: str, field: str) -> str:
    found = re.search(rf"^-- {field}:\s*(.*(?:\n--\s{{3,}}.*)*)", text, re.MULTILINE)
    return re.sub(r"\n--\s+", " ", found[1]).strip() if found else ""


@pytest.mark.parametrize("path", STAGES, ids=shown)
def test_sql_file_names_the_table_it_writes(path: object) -> None:
    text = path.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    assert re.fullmatch(r"[a-z_0-9]+\.[a-z_0-9]+", _header(text, "writes"))
    for field in ("purpose", "reads", "grain", "key", "columns"):
        assert re.search(rf"^-- {field}:", text, re.MULTILINE), f"the header needs '{field}'"


def test_every_table_has_one_writer() -> None:
    writers = defaultdict(list)
    for path in STAGES:
        writers[_header(path.read_text(encoding="utf-8"), "writes")].append(shown(path))
    assert not {table: files for table, files in writers.items() if len(files) > 1}


def test_no_stage_holds_what_belongs_in_definitions() -> None:
    """A clinical code in SQL text would be a rule nobody can find in the definitions."""
    snomed = re.compile(r"'\d{6,18}'")
    assert not [shown(p) for p in STAGES if snomed.search(p.read_text(encoding="utf-8"))]
