"""The project runs on files made by others and holds no copy of them, whole or in large part."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import kept_files, shown

pytestmark = pytest.mark.shared_data

TEXT = {".csv", ".json", ".md", ".geojson"}
FEWEST_LINES = 20
LONG_ENOUGH = 12
"""Characters. Shorter lines are the same in many files by accident."""
MOST_SHARED = 0.2


def _published(data: Path) -> Iterator[Path]:
    yield from (one for one in sorted(data.rglob("*")) if one.is_file())


def _lines(path: Path) -> set[bytes]:
    lines = (line.strip() for line in path.read_bytes().splitlines())
    return {line for line in lines if len(line) >= LONG_ENOUGH}


def test_no_file_of_the_project_is_one_of_theirs(data: Path) -> None:
    theirs = {hashlib.sha256(one.read_bytes()).digest() for one in _published(data)}
    assert [shown(one) for one in kept_files() if hashlib.sha256(one.read_bytes()).digest() in theirs] == []


def test_no_file_of_the_project_has_a_fifth_of_the_lines_of_one_of_theirs(data: Path) -> None:
    ours = {shown(one): _lines(one) for one in kept_files()}
    copied = []
    for path in _published(data):
        theirs = _lines(path) if path.suffix in TEXT else set()
        if len(theirs) >= FEWEST_LINES:
            copied += [
                (path.name, name)
                for name, held in ours.items()
                if len(held & theirs) > MOST_SHARED * len(theirs)
            ]
    assert copied == []
