"""The header of a `.sql` file, and the file itself.

A file makes one table. Its header says in comments what the table is for, what it reads and what its
columns mean, so that one text is documentation, data dictionary and instructions to the store. The format
is written down in docs/explanation/portable_sql.md:

    -- purpose: one sentence
    -- reads: standard.gp_event, build.parameters
    -- writes: conditions.person_condition
    -- grain: one row per person, condition and spell
    -- key: person_key, condition_id, spell_number
    -- sort: person_key, condition_id               (optional)
    -- encode: condition_id, found_in               (optional)
    -- ranges: person_key                           (optional)
    -- columns:
    --   person_key     INTEGER   the person in this build
    --   condition_id   STRING    id of a file in definitions/conditions

`columns` comes last; comments below it are about the SELECT.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from openphm.core.errors import Problem, StoreError, nearest
from openphm.store.portable import TYPES_TOLD, portable_type

_NEEDED = ("purpose", "reads", "writes", "grain", "key", "columns")
_FIELDS = (*_NEEDED, "sort", "encode", "ranges")
_FIELD = re.compile(r"-- ?([a-z]+):\s*(.*)")
_COLUMN = re.compile(r"([a-z_][a-z0-9_]*)\s+([A-Za-z]+(?:\(\s*\d+\s*,\s*\d+\s*\))?)\s+(\S.*)")
_MORE = re.compile(r"--\s{3,}(\S.*)")
_TABLE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_GOES_ON = "A line that goes on is indented by three spaces or more after the dashes."
_REMEDY = "see docs/explanation/portable_sql.md, which shows a whole header"


@dataclass(frozen=True)
class Column:
    """One column a file promises: its name, portable type and meaning."""

    name: str
    type: str
    meaning: str


@dataclass(frozen=True)
class Header:
    """What a `.sql` file says about the table it makes."""

    purpose: str
    reads: tuple[str, ...]
    writes: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    sort: tuple[str, ...] = ()
    encode: tuple[str, ...] = ()
    ranges: str = ""


@dataclass(frozen=True)
class SqlFile:
    """A `.sql` file: its header and its SELECT, as written."""

    path: Path
    header: Header
    select: str

    @classmethod
    def read(cls, path: Path) -> SqlFile:
        """Read and check the header; StoreError names every problem in it."""
        text = path.read_text("utf-8")
        header, problems = parse_header(text, path.name)
        if header is None or problems:
            raise StoreError.of(problems)
        return cls(path, header, text)


def read_folder(folder: Path) -> list[SqlFile]:
    """All `.sql` files under a folder, each after the files that make what it reads."""
    return in_order([SqlFile.read(path) for path in sorted(folder.rglob("*.sql"))])


def in_order(files: Iterable[SqlFile]) -> list[SqlFile]:
    """The files sorted so that a table is made before it is read; StoreError when they go in a circle."""
    made = {file.header.writes: file for file in files}
    graph = {name: [r for r in file.header.reads if r in made] for name, file in sorted(made.items())}
    try:
        return [made[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise StoreError("SQL files", f"read each other in a circle: {circle}") from None


def parse_header(text: str, where: str) -> tuple[Header | None, list[Problem]]:
    """The header at the top of a file's text, with all that is wrong in it."""
    fields, problems = _read_fields(text, where)
    for name in _NEEDED:
        if not fields.get(name):
            problems.append(Problem(where, f"the header has no '{name}'", remedy=_REMEDY))
    if problems:
        return None, problems
    columns, problems = _read_columns(fields["columns"], where)
    said = {name: " ".join(lines) for name, lines in fields.items() if name != "columns"}
    header = Header(
        purpose=said["purpose"],
        reads=_listed(said["reads"]),
        writes=said["writes"],
        grain=said["grain"],
        key=_listed(said["key"]),
        columns=columns,
        sort=_listed(said.get("sort", "")),
        encode=_listed(said.get("encode", "")),
        ranges=said.get("ranges", ""),
    )
    problems += _check(header, where)
    return (None if problems else header), problems


def _read_fields(text: str, where: str) -> tuple[dict[str, list[str]], list[Problem]]:
    fields: dict[str, list[str]] = {}
    problems: list[Problem] = []
    current = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.startswith("--"):
            break
        place = f"{where}, line {number}"
        found, more = _FIELD.fullmatch(line.rstrip()), _MORE.fullmatch(line.rstrip())
        if found and (found[1] in _FIELDS or current != "columns"):
            current, value = found[1], found[2].strip()
            problems += _check_field(current, fields, place)
            fields[current] = [value] if value else []
        elif more and current:
            fields[current].append(more[1])
        elif current == "columns":
            break  # the columns come last; what is said below them is a comment on the SELECT
        elif line.strip("- "):
            problems.append(Problem(place, "the line is no 'field: value'", _GOES_ON, _REMEDY))
    return fields, problems


def _check_field(name: str, fields: dict[str, list[str]], place: str) -> list[Problem]:
    if name not in _FIELDS:
        close = nearest(name, _FIELDS)
        hint = f"write '{close}'" if close else "put a free comment below the columns"
        return [Problem(place, f"no field is called '{name}'", ", ".join(_FIELDS), hint)]
    return [Problem(place, f"'{name}' is given twice", remedy="keep one")] if name in fields else []


def _read_columns(lines: Sequence[str], where: str) -> tuple[tuple[Column, ...], list[Problem]]:
    columns: list[Column] = []
    problems: list[Problem] = []
    for line in lines:
        found = _COLUMN.fullmatch(line)
        kind = portable_type(found[2]) if found else None
        if found and kind:
            columns.append(Column(found[1], kind, found[3]))
        elif found and found[2].isupper():
            problems.append(
                Problem(
                    f"{where}, column {found[1]}",
                    f"{found[2]} is no portable type",
                    TYPES_TOLD,
                    "use one of them",
                )
            )
        elif columns:
            last = columns.pop()
            columns.append(Column(last.name, last.type, f"{last.meaning} {line}"))
        else:
            problems.append(Problem(where, "a column line is not 'name TYPE meaning'", remedy=_REMEDY))
    return tuple(columns), problems


def _check(header: Header, where: str) -> list[Problem]:
    """Whether the parts of a header agree with each other."""
    problems: list[Problem] = []

    def wrong(found: str, allowed: str = "", remedy: str = _REMEDY) -> None:
        problems.append(Problem(where, found, allowed, remedy))

    names = [column.name for column in header.columns]
    kinds = {column.name: column.type for column in header.columns}
    for table in (*header.reads, header.writes):
        if not _TABLE.fullmatch(table):
            wrong(f"'{table}' is not of the form schema.table")
    if header.writes in header.reads:
        wrong(f"it reads {header.writes}, the table it writes", "A table is made once, from other tables.")
    for name in sorted({name for name in names if names.count(name) > 1}):
        wrong(f"column {name} is listed twice")
    for field in ("key", "sort", "encode"):
        for name in getattr(header, field):
            if name not in kinds:
                close = nearest(name, names)
                wrong(
                    f"{field} names {name}, which is no column", remedy=f"write {close}" if close else _REMEDY
                )
    for name in header.encode:
        if kinds.get(name, "STRING") != "STRING":
            wrong(f"encode names {name}, which is {kinds[name]}", "Only STRING columns are encoded.")
    if header.ranges and (header.ranges != "person_key" or "person_key" not in kinds):
        wrong(f"ranges names '{header.ranges}'", "The one column to cut by is person_key, and it is kept.")
    if header.ranges and header.sort and "person_key" not in header.sort[:2]:
        wrong("it is built in person ranges but not sorted by person_key first, or after one other column")
    return problems


def _listed(value: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in value.split(",") if part.strip())
    return () if parts == ("none",) else parts
