"""Run SQL files one after the other, and write down what each made and how long it took.

A stage is a list of files. A file makes one table; the runner alone appends to `lineage.stage`. Tables of
the schema `working` are scaffolding: they are views where the runner is told so, and are gone before a
build is published.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import pyarrow as pa

from openphm.store import Engine, PersonRanges, SqlFile, in_order, read_folder

PEOPLE_IN_A_RANGE = 50_000
"""So many people's rows fit a sort or a group-by in about 2 GB, whatever the number of people in all."""

Progress = Callable[[str, str], None]
"""Called with the stage and what it does now."""


@dataclass(frozen=True)
class Made:
    """One table made by a stage."""

    stage: str
    table: str
    rows: int
    seconds: float


@dataclass
class Runner:
    """Runs files on one engine and remembers what they made."""

    engine: Engine
    progress: Progress = lambda stage, doing: None
    views: frozenset[str] = frozenset()
    made: list[Made] = field(default_factory=list)
    ranges: PersonRanges | None = None

    def run(self, stage: str, sql_files: Sequence[SqlFile]) -> None:
        """Make the tables of a stage, each after those it reads."""
        for file in in_order(sql_files):
            self.run_file(stage, file)

    def run_file(self, stage: str, file: SqlFile) -> None:
        """Make one table, or show one view."""
        header = file.header
        self.progress(stage, header.writes)
        if header.writes in self.views:
            self.engine.create_view(header.writes, file.select)
            return
        began = time.monotonic()
        rows = self.engine.create_table(
            header.writes,
            file.select,
            sort_by=header.sort,
            encode=header.encode,
            ranges=self.ranges if header.ranges else None,
        )
        self.made.append(Made(stage, header.writes, rows, time.monotonic() - began))

    def load(self, stage: str, table: str, rows: pa.Table) -> None:
        """Keep rows from memory as a table."""
        self.progress(stage, table)
        began = time.monotonic()
        n_rows = self.engine.load_rows(table, rows)
        self.made.append(Made(stage, table, n_rows, time.monotonic() - began))

    def cut_into_ranges(self, n_people: int) -> None:
        """From here on, files that allow it are run for one range of people at a time."""
        parts = -(-n_people // PEOPLE_IN_A_RANGE)
        self.ranges = PersonRanges.over(n_people, parts) if parts > 1 else None


def sql_folder() -> Path:
    """Where the SQL files of the build are."""
    return Path(str(files("openphm.dataset"))) / "sql"


def sql_files() -> dict[str, SqlFile]:
    """Every SQL file of the build, by the table it makes."""
    return {file.header.writes: file for file in read_folder(sql_folder())}
