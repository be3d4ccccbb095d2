"""Canaries: identifiers planted in every raw column, in four spellings, and looked for in all that left.

Each file of a delivery is planted in one column at a time; rows are otherwise valid. A canary is dropped with
its column, refused as a value, or turned into a keyed id. No file of the delivery, no message and no log may
hold it, plain, spaced, reversed or in base64.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from openphm.custodian import Home
from tests.faults.deliveries import SPECS, Outcome, Raw, Row, a_gp_event, a_patient, a_registration, a_spell

NUMBER, NAME, POSTCODE, BIRTH = "9990012342", "Quillfeather", "ZZ99 9QZ", "1961-11-23"
CANARIES = {"number": NUMBER, "name": NAME, "postcode": POSTCODE, "birth": BIRTH}
GOOD = 60


def spellings(text: str) -> dict[str, str]:
    plain = text.replace(" ", "").replace("-", "")
    spaced = f"{plain[:3]} {plain[3:6]} {plain[6:]}"
    encoded = base64.b64encode(plain.encode()).decode()
    return {"plain": plain, "spaced": spaced, "reversed": plain[::-1], "base64": encoded}


def every_spelling() -> Iterator[str]:
    for text in CANARIES.values():
        yield text
        yield from spellings(text).values()


def contents(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file of a folder as text: Parquet unpacked, all values and the metadata."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            said = io.StringIO()
            for name, column in zip(table.column_names, table.columns, strict=True):
                said.write("\n".join([name, *map(str, column.to_pylist())]) + "\n")
            yield path.name, said.getvalue() + str(pq.read_schema(path))
        elif path.is_file():
            yield path.name, path.read_text("utf-8")


def assert_absent(outcome: Outcome, wanted: list[str]) -> None:
    for name, text in contents(outcome.out):
        folded = text.casefold()
        assert not [one for one in wanted if one.casefold() in folded], name


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home.make(tmp_path_factory.mktemp("zone-i") / "home", environment={})


RECORDS = {
    "gp_event": a_gp_event,
    "gp_patient": a_patient,
    "gp_registration": a_registration,
    "sus_apc_spell": a_spell,
}


def planted(record: str, column: str) -> tuple[list[Row], list[str]]:
    """Good rows, and for each canary one in which it stands alone in the column and one behind a value."""
    field = SPECS[record].field(column)
    wanted, values = [], []
    for kind, canary in CANARIES.items():
        if kind == "birth" and field.type == "date":
            continue  # a day of birth in a column of days is a day like any other
        values += [canary, *spellings(canary).values()]
        wanted += [canary, *spellings(canary).values()]
    rows = [RECORDS[record](place) | {"surname": "Made", "forename": "Up"} for place in range(GOOD)]
    rows = [{name: text for name, text in row.items() if SPECS[record].has_field(name)} for row in rows]
    key = SPECS[record].key[0]
    for value in values:
        good = rows[len(rows) % GOOD]
        for text in (value, f"{good.get(column, '')} {value}"):
            rows.append(good | {key: f"{good[key]}-{len(rows)}"} | {column: text})
    return rows, wanted


@pytest.mark.parametrize(
    ("record", "column"),
    [(record, field.name) for record in RECORDS for field in SPECS[record].fields],
)
def test_no_canary_of_any_spelling_leaves_by_any_column(
    tmp_path: Path, home: Home, record: str, column: str
) -> None:
    (home.folder / "practices.json").unlink(missing_ok=True)
    raw = Raw(tmp_path / "raw", home, tmp_path / "out")
    rows, wanted = planted(record, column)
    raw.write(record, rows)
    outcome = raw.pseudonymise()
    assert outcome.error is None, str(outcome.error)
    outcome.assert_adds_up()
    assert_absent(outcome, wanted)


def test_columns_that_no_specification_names_do_not_leave(tmp_path: Path, home: Home) -> None:
    raw = Raw(tmp_path / "raw", home, tmp_path / "out")
    path = raw.write("gp_event", [a_gp_event(place) for place in range(5)])
    lines = path.read_text().splitlines()
    extra = list(every_spelling())
    head = [f"EXTRA {n}" for n in range(len(extra))]
    path.write_text("\n".join([",".join([lines[0], *head]), *(",".join([one, *extra]) for one in lines[1:])]))
    outcome = raw.pseudonymise()
    assert outcome.document is not None and outcome.document["columns_dropped"] == len(extra)
    assert_absent(outcome, extra)


def test_no_number_of_the_vault_is_in_any_file_of_the_delivery(tmp_path: Path, home: Home) -> None:
    raw = Raw(tmp_path / "raw", home, tmp_path / "out")
    patients = [a_patient(place) for place in range(200)]
    raw.write("gp_patient", patients)
    raw.write("gp_event", [a_gp_event(place) for place in range(400)])
    raw.write("sus_apc_spell", [a_spell(place) for place in range(200)])
    outcome = raw.pseudonymise()
    numbers = {row["nhs_number"] for row in patients}
    for name, text in contents(outcome.out):
        assert not numbers & set(text.split()), name
        assert not [one for one in numbers if one in text], name


def test_key_and_vault_never_lie_in_the_delivery(tmp_path: Path, home: Home) -> None:
    raw = Raw(tmp_path / "raw", home, tmp_path / "out")
    raw.write("gp_event", [a_gp_event(1)])
    outcome = raw.pseudonymise()
    secret = home.key().secret
    for path in outcome.out.rglob("*"):
        assert path.suffix in (".parquet", ".json", "")
        assert path.is_dir() or secret not in path.read_bytes()


@pytest.mark.parametrize("places", [("raw", "raw/out"), ("raw", "home/out"), ("home/raw", "out")])
def test_zones_are_not_mixed(tmp_path: Path, places: tuple[str, str]) -> None:
    made = Home.make(tmp_path / "home", environment={})
    raw = Raw(tmp_path / places[0], made, tmp_path / places[1])
    raw.write("gp_event", [a_gp_event(1)])
    outcome = raw.pseudonymise()
    assert outcome.error is not None and outcome.error.exit_code == 14


def test_the_planted_truth_is_never_opened(tmp_path: Path, home: Home) -> None:
    raw = Raw(tmp_path / "raw", home, tmp_path / "out")
    raw.write("gp_event", [a_gp_event(1)])
    for folder in (raw.folder / "truth", raw.folder / "extracts" / "truth"):
        folder.mkdir()
        (folder / "gp_event.csv").write_text("not even a header")
        (folder / "people.parquet").write_bytes(b"unreadable")
    outcome = raw.pseudonymise()
    assert outcome.document is not None and outcome.document["rows_loaded"] == 1
