"""The ways of the lineage drawing are ways that the build's own SQL goes.

The SQL says at its head what it reads, and `openphm.store.lint` holds it to that.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

import openphm.dataset
from openphm.web.screens.governance_lineage import STAGES, WAYS

HOME = Path(openphm.dataset.__file__).parent
WRITTEN_BY = {
    "person.month": ("month.py", "wide.py"),
    "segments.history": ("history.py",),
    "person.snapshot": ("snapshot.py",),
}
"""Tables whose SQL is put together in Python."""
_TABLE = re.compile(rf"\b(?:{'|'.join(STAGES)})\.[a-z_0-9]+")
_BETWEEN = ("working.", "segments.spine")


@cache
def texts() -> dict[str, str]:
    files = {f"{one.parent.name}.{one.stem}": (one,) for one in (HOME / "sql").glob("*/*.sql")}
    files |= {table: tuple(HOME / name for name in names) for table, names in WRITTEN_BY.items()}
    return {table: "".join(one.read_text("utf-8") for one in held) for table, held in files.items()}


def read_by(table: str) -> set[str]:
    """The tables that it reads, also through those that are only steps between."""
    found: set[str] = set()
    left = [table]
    while left:
        for one in set(_TABLE.findall(texts().get(left.pop(), ""))) - found - {table}:
            found.add(one)
            if one.startswith(_BETWEEN):
                left.append(one)
    return found


@pytest.mark.parametrize(("start", "end"), [(one, other) for one, others in WAYS.items() for other in others])
def test_each_way_is_one_of_the_build(start: str, end: str) -> None:
    ends = [table for table in texts() if table == end or table.startswith(f"{end}.")]
    read = set().union(*(read_by(table) for table in ends))
    assert any(one == start or one.startswith(f"{start}.") for one in read), sorted(read)
