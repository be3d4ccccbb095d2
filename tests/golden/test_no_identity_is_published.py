"""Zone P after the two commands of a newcomer: no number of the vault, no column that reads like identity.

Every file of zone P is read as bytes, and, where it keeps columns (DuckDB, Parquet), value by value, so that
compressed pages are unpacked. What is looked for is any number of the vault, written in ten digits or 3-3-4.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from openphm.custodian import Home, Vault
from openphm.custodian.leak_gate import looking_alike
from openphm.store import Builds

ABOUT_PEOPLE = ("person", "activity", "costs", "conditions", "attributes", "segments", "standard")
ZONE_P = ("store", "extracts", "demo.json", "quality.html")
_NUMBER = "[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}"
_FORMS = (b"0000000000", b"000 000 0000")
_AS_FORM = bytes.maketrans(b"123456789-", b"000000000 ")
_TOO_SMALL = ("DATE", "BOOLEAN", "TINYINT", "UTINYINT", "SMALLINT", "USMALLINT")
_NUMERIC = ("INTEGER", "UINTEGER", "BIGINT", "UBIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL")
_AT_A_TIME, _OVERLAP = 1 << 24, 64
Column = tuple[duckdb.DuckDBPyConnection, str, str, str]


def numbers_in(text: bytes) -> set[bytes]:
    """What is written in exactly ten digits, as ten digits."""
    shape, found = text.translate(_AS_FORM), set()
    for form in _FORMS:
        at = shape.find(form)
        while at >= 0:
            end = at + len(form)
            if shape[at - 1 : at] != b"0" and shape[end : end + 1] != b"0":
                found.add(bytes(one for one in text[at:end] if one in b"0123456789"))
            at = shape.find(form, at + 1)
    return found


def numbers_on_disk(path: Path) -> set[bytes]:
    """Numbers that stand in a file as it lies; one that two reads share is not missed."""
    found: set[bytes] = set()
    with path.open("rb") as file:
        tail = b""
        while part := file.read(_AT_A_TIME):
            text = tail + part
            found |= numbers_in(text)
            tail = text[-_OVERLAP:]
    return found


def columns_of(path: Path) -> Iterator[Column]:
    """(connection, table as SQL, column, type) of a file that keeps columns."""
    if path.suffix == ".parquet":
        with duckdb.connect() as connection:
            source = f"read_parquet('{path}')"
            for name, kind, *_ in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall():
                yield connection, source, name, kind
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            for schema, table, name, kind in connection.execute(
                "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
                "WHERE NOT internal AND database_name = current_database()"
            ).fetchall():
                yield connection, f'"{schema}"."{table}"', name, kind


def numbers_held(column: Column, wanted: set[bytes]) -> set[bytes]:
    """Those of the numbers that are among the values of a column."""
    connection, source, name, kind = column
    if kind.startswith(_NUMERIC):
        [(most,)] = connection.execute(f'SELECT max("{name}") FROM {source}').fetchall()
        if most is None or most < 1_000_000_000:
            return set()
        rows = connection.execute(
            f'SELECT DISTINCT CAST(CAST("{name}" AS BIGINT) AS VARCHAR) FROM {source} '
            f'WHERE "{name}" BETWEEN 1000000000 AND 9999999999 AND "{name}" IN (SELECT unnest(?::BIGINT[]))',
            [[int(one) for one in wanted]],
        ).fetchall()
    else:
        text = f'CAST("{name}" AS VARCHAR)'
        rows = connection.execute(
            f"SELECT DISTINCT {text} FROM {source} "
            f"WHERE length({text}) >= 10 AND regexp_matches({text}, '{_NUMBER}')"
        ).fetchall()
    return wanted & {found for (value,) in rows for found in numbers_in(value.encode())}


@pytest.fixture(scope="module")
def vault(demo_home: Path) -> set[bytes]:
    """Every number that the custodian of the demo keeps."""
    home = Home.open(demo_home / "custodian", {})
    found = {number for part in Vault(home.vault_path, home.key()).everybody(50_000) for _, number in part}
    assert len(found) > 10_000
    return {number.encode() for number in found}


def test_no_number_of_the_vault_is_in_any_file_of_zone_p(demo_home: Path, vault: set[bytes]) -> None:
    columns = files = 0
    below = (one for name in ZONE_P for one in ((demo_home / name), *sorted((demo_home / name).rglob("*"))))
    for path in (one for one in below if one.is_file()):
        files += 1
        assert not vault & numbers_on_disk(path), path.name
        for column in columns_of(path):
            if column[3] in _TOO_SMALL:
                continue  # cannot hold ten digits
            columns += 1
            assert not numbers_held(column, vault), f"{path.name}, {column[1]}, {column[2]}"
    assert files > 50 and columns > 300


def test_the_two_ways_of_looking_find_what_is_there(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.log", tmp_path / "a.parquet"
    plain.write_bytes(b"x" * (_AT_A_TIME - 5) + b" 9990012342 and 999 001-2350, not 99900123699")
    assert numbers_on_disk(plain) == {b"9990012342", b"9990012350"}
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT concat('see ', 9990012342 + 7919 * (range - 500)) AS code, "
            f"9990012342.0::DOUBLE AS value, '999 001 2342' AS spaced, '19990012342' AS longer "
            f"FROM range(999)) TO '{packed}' (COMPRESSION gzip)"
        )
    number = b"9990012342"
    assert b"see 9990012342" not in packed.read_bytes()
    held = {column[2]: numbers_held(column, {number, b"9990000018"}) for column in columns_of(packed)}
    assert held == {"code": {number}, "value": {number}, "spaced": {number}, "longer": set()}


def test_every_published_column_about_people_passes_the_leak_gate(demo_home: Path) -> None:
    database = Builds(demo_home / "store").current().database
    looked = 0
    for connection, source, name, kind in columns_of(database):
        if source.split('"')[1] not in ABOUT_PEOPLE or not kind.startswith(("VARCHAR", "ENUM")):
            continue
        looked += 1
        values = connection.execute(
            f'SELECT DISTINCT CAST("{name}" AS VARCHAR) FROM {source} WHERE "{name}" IS NOT NULL'
        ).fetchall()
        assert looking_alike([value for (value,) in values], None) == [], f"{source}, {name}"
    assert looked > 50
