"""Canaries: identifiers planted in every raw column of every record, one at a time, and a search for them.

    rows = planted(spec, good_row)          each row valid but for one column, which holds one canary
    found = found_below(folder, WANTED)     file, table and column of each place where one is read

Parquet and DuckDB files are read both as they lie on the disk and value by value.
"""

from __future__ import annotations

import base64
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb

from openphm.definitions import FieldSpec, Pattern, RecordSpec

NUMBER, NAME, POSTCODE, BIRTH = "9990012342", "Quillfeather", "ZZ99 9QZ", "1961-11-23"
CANARIES = {"number": NUMBER, "name": NAME, "postcode": POSTCODE, "birth": BIRTH}
EXAMPLES = {
    "ods": "XA1", "practice": "X80001", "lsoa": "E01000001", "tfc": "300", "hrg": "DZ11V", "icd10": "I500",
    "snomed": "195967001", "loinc_or_index": "8480-6", "loinc": "8480-6", "rxnorm": "1191", "cvx": "140",
    "opcs4": "W371", "bnf": "0301011R0AAAPAP", "dmd": "999000010000011002", "word": "ambulatory",
}  # fmt: skip
"""A value of each form of a code."""
Row = dict[str, str]


def spellings(text: str) -> dict[str, str]:
    """Plain, spaced, in base64 and reversed."""
    plain = text.replace(" ", "").replace("-", "")
    spaced = f"{plain[:3]} {plain[3:6]} {plain[6:]}"
    encoded = base64.b64encode(plain.encode()).decode()
    return {"plain": plain, "spaced": spaced, "base64": encoded, "reversed": plain[::-1]}


WANTED = sorted({one for text in CANARIES.values() for one in (text, *spellings(text).values())})
"""Every spelling of every canary, and each as it is written."""


def canaries_for(field: FieldSpec) -> list[str]:
    """What is planted in a column. A day of birth in a column of days is a day like any other."""
    kinds = [kind for kind in CANARIES if not (kind == "birth" and field.type in ("date", "timestamp"))]
    return sorted({one for kind in kinds for one in (CANARIES[kind], *spellings(CANARIES[kind]).values())})


def planted(spec: RecordSpec, good: Row) -> Iterator[tuple[str, Row]]:
    """(column, row): each canary alone in each column in every spelling, and behind the column's value."""
    number = 0
    for field in spec.fields:
        value = good.get(field.name, "")
        behind = [f"{value} {one}" for one in CANARIES.values() if value]
        for text in (*canaries_for(field), *behind):
            number += 1
            yield field.name, good | own_key(spec, number) | {field.name: text}


def own_key(spec: RecordSpec, number: int) -> Row:
    """A key that no other row of the record has, so that no row is taken for another's repeat."""
    for name in spec.key:
        if spec.field(name).type == "id":
            return {name: f"{spec.name}-{number}"}
    return {}


def a_row(spec: RecordSpec) -> Row:
    """A valid row of a record, made from its specification."""
    return {field.name: _example(field) for field in spec.fields}


def _example(field: FieldSpec) -> str:
    if field.identity == "nhs_number":
        return "9990000018"
    if field.values:
        return field.values[0]
    if isinstance(field.pattern, Pattern):
        return EXAMPLES[field.pattern.name]
    return {"date": "2025-06-15", "timestamp": "2025-06-15T10:00:00Z", "integer": "3", "decimal": "4.5",
            "flag": "Y", "id": f"{field.name}-1", "text": ""}[field.type]  # fmt: skip


def found_below(folder: Path, wanted: list[str]) -> list[str]:
    """Where a canary is read, whatever its case: a file, or a column of a file. Never its value."""
    found = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file() and not one.is_symlink()):
        name = path.relative_to(folder).as_posix()
        if any(in_bytes(content, wanted) for content in (name.encode(), *_contents(path))):
            found.append(name)
        found += [f"{name}, {place}" for place in _in_columns(path, wanted)]
    return found


def _contents(path: Path) -> Iterator[bytes]:
    """A file as it lies, and what is packed in it."""
    yield path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name) for name in archive.namelist())


def in_bytes(content: bytes, wanted: list[str]) -> bool:
    """Any of them, in bytes as they are."""
    folded = content.lower()
    return any(one.casefold().encode() in folded for one in wanted)


def _in_columns(path: Path, wanted: list[str]) -> list[str]:
    pattern = "(?i)" + "|".join(re.escape(one) for one in wanted)
    return [
        f"{source}, {name}"
        for connection, source, name in _columns(path)
        if connection.execute(
            f'SELECT 1 FROM {source} WHERE regexp_matches(CAST("{name}" AS VARCHAR), ?) LIMIT 1', [pattern]
        ).fetchall()
    ]


def _columns(path: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, str, str]]:
    """(connection, table as SQL, column) of a file that keeps columns."""
    if path.suffix == ".parquet":
        with duckdb.connect() as connection:
            source = f"read_parquet('{path}')"
            for name, *_ in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall():
                yield connection, source, name
    elif path.suffix == ".duckdb":
        with duckdb.connect() as connection:
            connection.execute(f"ATTACH '{path}' AS looked_at (READ_ONLY)")
            for schema, table, name in connection.execute(
                "SELECT schema_name, table_name, column_name FROM duckdb_columns() "
                "WHERE database_name = 'looked_at'"
            ).fetchall():
                yield connection, f'looked_at."{schema}"."{table}"', name


def as_delivered(spec: RecordSpec, rows: Sequence[Mapping[str, str]], header: list[str]) -> list[list[str]]:
    """Rows in the order of a delivered file's own columns."""
    fields = [spec.find_field(column) for column in header]
    return [[row.get(field.name, "") if field is not None else "" for field in fields] for row in rows]
