"""Say which record each delivered file is: by its name, its folder, and then by its header.

The longest pattern that fits wins. A file that fits no pattern is looked into: when its header fills every
required column of exactly one record it is that record; otherwise the whole delivery waits for an answer,
because a file that nobody reads is a silent gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
import pyarrow.parquet as pq

from openphm.core import nearest
from openphm.definitions import RecordSpec, comparable_name
from openphm.extracts.header import DELIMITERS, count_bound, split_header
from openphm.extracts.reasons import FileRejected
from openphm.extracts.sources import TABLE_FORMS, Source
from openphm.extracts.tables import open_table

FEWEST_COLUMNS = 4
"""A header with fewer known columns than this fits too many records to be believed."""
_HEADER_BYTES = 64 << 10


@dataclass(frozen=True)
class Recognised:
    """A file and the record it holds. `by_header` says that its name did not tell."""

    source: Source
    spec: RecordSpec
    by_header: bool = False


def recognise(source: Source, specs: Mapping[str, RecordSpec]) -> Recognised:
    """The record of a file. Raises FileRejected when it is none, or could be two."""
    by_name = _by_pattern(source, specs.values())
    if by_name is not None:
        return Recognised(source, by_name)
    if source.folder in specs:
        return Recognised(source, specs[source.folder])
    fitting = _by_header(source, specs.values())
    if len(fitting) == 1:
        return Recognised(source, fitting[0], by_header=True)
    raise _unknown(source, specs, fitting)


def _by_pattern(source: Source, specs: Iterable[RecordSpec]) -> RecordSpec | None:
    stem = comparable_name(source.stem)
    found = [
        (len("".join(_parts(pattern)[::2])), spec)
        for spec in specs
        for pattern in spec.files
        if _fits(pattern, stem)
    ]
    return max(found, key=lambda one: one[0])[1] if found else None


def _fits(pattern: str, plain: str) -> bool:
    begins, star, ends = _parts(pattern)
    if not star:
        return plain == begins
    return plain.startswith(begins) and plain.endswith(ends) and len(plain) >= len(begins) + len(ends)


@lru_cache(maxsize=4096)
def _parts(pattern: str) -> tuple[str, bool, str]:
    head, star, tail = pattern.partition("*")
    return comparable_name(head), bool(star), comparable_name(tail)


def _by_header(source: Source, specs: Iterable[RecordSpec]) -> list[RecordSpec]:
    headers = _headers(source)
    return [spec for spec in specs if any(_looks_like(spec, names) for names in headers)]


def _looks_like(spec: RecordSpec, names: list[str]) -> bool:
    """Every required column is there, and about half of all the columns on one side or the other."""
    required, known = count_bound(spec, names)
    if not required or required < len(spec.required_fields):
        return False
    return known >= min(FEWEST_COLUMNS, len(spec.fields)) and 2 * known >= min(len(names), len(spec.fields))


def _headers(source: Source) -> list[list[str]]:
    """The header of a file under each possible delimiter; none when it cannot be read simply."""
    try:
        if source.form == "parquet":
            return [pq.read_schema(source.path).names]
        if source.form in TABLE_FORMS:
            return [open_table(source).names]
        if source.form != "text":
            return []
        with source.path.open("rb") as file:
            line = file.readline(_HEADER_BYTES).decode("utf-8-sig").rstrip("\r\n")
    except (OSError, UnicodeError, pa.ArrowException, FileRejected):
        return []
    return [split_header(line, sign) for sign in DELIMITERS if sign in line]


def _unknown(source: Source, specs: Mapping[str, RecordSpec], fitting: list[RecordSpec]) -> FileRejected:
    if fitting:
        names = ", ".join(sorted(spec.name for spec in fitting))
        return FileRejected(
            "F_UNKNOWN",
            source.name,
            f"by its columns this file could be one of several records: {names}.",
            "A file is recognised by its name.",
            "name the file after its record, for example " + f"{fitting[0].name}_2026-03.csv",
        )
    near = nearest(source.stem, specs)
    return FileRejected(
        "F_UNKNOWN",
        source.name,
        "neither its name nor its columns are those of a specified record.",
        "`openphm definitions list` shows the records and the file names they go by.",
        (f"name it after its record ('{near}'?), " if near else "name it after its record, ")
        + "add a specification to the overlay, or take it out of the folder",
    )
