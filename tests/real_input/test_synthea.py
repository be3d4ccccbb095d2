"""NHS England's Synthea-UK sample: 1,000 people, one disease, from the published zip file to the matrix."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import openphm
from openphm.cli.main import run
from openphm.definitions import load
from tests.real_input.running import account, asked, asked_one, counted, read_csv

pytestmark = [pytest.mark.shared_data, pytest.mark.slow]

# file: rows delivered; every one is loaded
ROWS = {
    "allergies.csv": 0,
    "careplans.csv": 512,
    "conditions.csv": 512,
    "devices.csv": 715,
    "encounters.csv": 48_144,
    "imaging_studies.csv": 0,
    "immunizations.csv": 20_467,
    "medications.csv": 375,
    "observations.csv": 182_242,
    "organizations.csv": 689,
    "patients.csv": 1_000,
    "procedures.csv": 0,
    "providers.csv": 689,
    "supplies.csv": 0,
}
POPULATION = {"1c": 488, "3f": 512}


def test_every_row_of_the_14_files_is_loaded(synthea: Path) -> None:
    expected = {name: (f"synthea_{name[:-4]}", rows, rows, 0) for name, rows in ROWS.items()}
    assert account(synthea) == expected
    assert sum(ROWS.values()) == 255_345
    assert {row["reason_code"] for row in counted(synthea)} == {None}


def test_every_row_finds_its_person(synthea: Path) -> None:
    assert [row for row in counted(synthea, "linkage") if row["rows"] != row["rows_linked"]] == []


def test_unpacked_folder_gives_the_same_as_the_zip(synthea: Path, synthea_unpacked: Path) -> None:
    assert account(synthea_unpacked) == account(synthea)
    parts = sorted(one.relative_to(synthea) for one in (synthea / "extracts").rglob("*.parquet"))
    assert len(parts) == 19, "14 files and 5 that were made from them"
    for part in parts:
        assert _without_file(synthea / part).equals(_without_file(synthea_unpacked / part)), part.name


def _without_file(path: Path) -> pa.Table:
    return pq.read_table(path).drop_columns(["file_id"]).sort_by("row_number")


def test_names_addresses_and_numbers_do_not_leave(synthea: Path) -> None:
    path = synthea / "extracts" / "synthea_patients" / "synthea_patients.parquet"
    assert set(pq.read_schema(path).names) == {
        "person_id", "person_local", "birth_month", "death_date", "race", "sex", "household_id",
        "household_size", "is_care_home_address", "lsoa11_code", "lsoa21_code", "file_id", "row_number",
    }  # fmt: skip


def test_no_column_after_the_missing_one_of_medications_is_read() -> None:
    header = ["START", "STOP", "PATIENT", "ENCOUNTER", "CODE", "DESCRIPTION", "DISPENSES", "REASONCODE"]
    fields = [field.field for field in load().extracts["synthea_medications"].fields]
    assert set(fields) <= set(header[:6]), "the values of the others stand one column to the left"


def test_medicines_are_codes_although_their_rows_are_short(synthea: Path, data: Path) -> None:
    rows = pq.read_table(synthea / "extracts" / "synthea_medications").to_pylist()
    assert len({row["code"] for row in rows}) > 1
    assert all(row["code"].isdigit() and row["start_date"] for row in rows)


def test_the_build_speaks_as_at_the_last_whole_month(synthea_store: Path) -> None:
    assert asked_one(synthea_store, "SELECT as_at FROM build.parameters") == date(2024, 12, 31)
    last = asked_one(synthea_store, "SELECT MAX(event_date) AS last FROM activity.event")
    assert last == date(2025, 1, 14), "January 2025 has begun and is not over"


def test_everybody_is_registered_from_birth_by_a_named_rule(synthea_store: Path) -> None:
    rows = asked(
        synthea_store,
        "SELECT r.source_rule, r.practice_code, COUNT(*) AS people FROM person.registration AS r "
        "JOIN person.person AS p ON p.person_key = r.person_key AND p.birth_month = r.start_date "
        "WHERE r.end_date IS NULL GROUP BY r.source_rule, r.practice_code",
    )
    assert rows == [{"source_rule": "registered_from_birth", "practice_code": "Y00001", "people": 1_000}]


def test_512_people_are_in_3f_and_488_in_1c(synthea_store: Path) -> None:
    held = asked(
        synthea_store,
        "SELECT subsegment_code, COUNT(*) AS n FROM segments.window WHERE is_registered_as_at "
        "GROUP BY subsegment_code ORDER BY subsegment_code",
    )
    assert {row["subsegment_code"]: row["n"] for row in held} == POPULATION
    with_condition = asked(
        synthea_store,
        "SELECT w.subsegment_code, c.condition_id, COUNT(DISTINCT c.person_key) AS n "
        "FROM conditions.person_condition AS c JOIN segments.window AS w ON w.person_key = c.person_key "
        "GROUP BY w.subsegment_code, c.condition_id",
    )
    assert with_condition == [{"subsegment_code": "3f", "condition_id": "hypertension", "n": 512}]


def test_people_enter_3f_in_the_month_their_condition_was_coded(synthea_store: Path, data: Path) -> None:
    began = asked_one(
        synthea_store,
        "SELECT COUNT(*) AS n FROM segments.history AS h JOIN conditions.person_condition AS c "
        "ON c.person_key = h.person_key "
        "WHERE (h.subsegment_code = '3f') <> (c.start_date <= h.month_end)",
    )
    assert began == 0


def test_the_matrix_has_the_rounded_numbers(synthea_store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", "segments", "--store", str(synthea_store), "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    rows = [dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"]]
    shown = {row["subsegment_code"]: row["value"] for row in rows if row["measure"] == "population"}
    rounded = {code: 5 * round(n / 5) for code, n in POPULATION.items()}
    assert {code: n for code, n in shown.items() if n and len(code) == 2} == rounded
    assert sum(n == 0 for code, n in shown.items() if len(code) == 2) == 14


def test_the_matrix_in_python_has_the_exact_numbers(synthea_store: Path) -> None:
    with openphm.open(synthea_store) as population:
        rows = list(population.segments())
    held = {row["subsegment_code"]: row["value"] for row in rows if row["measure"] == "population"}
    assert {code: n for code, n in held.items() if n and len(code) == 2} == POPULATION


def test_check_names_the_rule_and_accounts_for_the_rows(
    synthea_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "--store", str(synthea_store)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "255,345 rows were delivered: 255,345 loaded and 0 set aside with a reason." in said
    assert "made by the rule registered_from_birth; no source delivered them." in said


def test_every_contact_is_activity(synthea_store: Path) -> None:
    rows = asked(
        synthea_store,
        "SELECT source_record, point_of_delivery, COUNT(*) AS n FROM activity.event "
        "GROUP BY source_record, point_of_delivery",
    )
    assert rows == [
        {"source_record": "gp_encounter", "point_of_delivery": "gp_encounter", "n": ROWS["encounters.csv"]}
    ]
    assert asked_one(synthea_store, "SELECT COUNT(*) AS n FROM quality.not_activity") == 0


def test_the_sample_is_what_it_is_said_to_be(data: Path, tmp_path: Path) -> None:
    """The facts that the expectations rest on, read without OpenPHM."""
    with zipfile.ZipFile(data / "synthetic_patients" / "swpc_synthea_csv_hypertension_1000.zip") as archive:
        archive.extractall(tmp_path)
    folder = next(tmp_path.iterdir())
    assert {row["CODE"] for row in read_csv(folder / "conditions.csv")} == {"59621000"}
    assert len({row["PATIENT"] for row in read_csv(folder / "conditions.csv")}) == POPULATION["3f"]
    assert not any(row["DEATHDATE"] for row in read_csv(folder / "patients.csv"))
    assert max(row["BIRTHDATE"] for row in read_csv(folder / "patients.csv")) < "2006-12-31"
