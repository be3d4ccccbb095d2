"""Records: every file is what its extract specification says."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from openphm.definitions import load
from openphm.extracts.codes import fits, normalise
from tests.spec.synthetic.conftest import PEOPLE, Made

FOREIGN = ("hes", "synthea", "reference")
NATIONAL = sorted(name for name, spec in load().extracts.items() if spec.dataset not in FOREIGN)
# Lists of people that the custodian is given, such as objections, are no part of a delivery.
REFERENCE = sorted(
    name
    for name, spec in load().extracts.items()
    if spec.dataset == "reference" and not name.startswith("custodian_")
)


@pytest.mark.parametrize("record", NATIONAL)
def test_every_national_record_is_written_under_its_real_column_names(clean: Made, record: str) -> None:
    spec = clean.definitions.extracts[record]
    files = sorted((clean.folder / "extracts" / record).glob("*.parquet"))
    assert files
    for path in files:
        assert spec.matches_file(path.stem)
        names = pq.read_schema(path).names
        assert [one.field for one in spec.fields if one.field in names] == names
        assert {one.field for one in spec.fields if one.must_exist} <= set(names)


@pytest.mark.parametrize("record", NATIONAL)
def test_every_value_is_one_the_specification_allows(clean: Made, record: str) -> None:
    table = clean.record(record)
    for field in clean.definitions.extracts[record].fields:
        if field.name not in table.column_names:
            continue
        column = table[field.name]
        if field.is_required:
            assert column.null_count == 0, field.name
        for value in pc.unique(column).drop_null().to_pylist() if field.type == "code" else ():
            if field.values is not None:
                assert value in field.values, field.name
            elif field.pattern is not None:
                assert fits(field.pattern, normalise(field.pattern, value)), (field.name, value)


@pytest.mark.parametrize("record", NATIONAL)
def test_no_key_stands_twice_in_clean_extracts(clean: Made, record: str) -> None:
    spec = clean.definitions.extracts[record]
    if record == "social_care_event":  # delivered each quarter while a service runs; the latest row wins
        pytest.skip("its key comes again by design")
    keys = zip(*(clean.record(record)[name].to_pylist() for name in spec.key), strict=True)
    assert not [key for key, times in Counter(keys).items() if times > 1]


@pytest.mark.parametrize("record", REFERENCE)
def test_every_reference_file_is_written_under_its_published_names(clean: Made, record: str) -> None:
    spec = clean.definitions.extracts[record]
    table = pacsv.read_csv(clean.folder / "reference" / f"{record}.csv")
    assert table.num_rows
    known = {one.field for one in spec.fields}
    years = {name for name in table.column_names if re.fullmatch(r"\d{4}", name)}
    assert {one.field for one in spec.fields if one.must_exist} <= set(table.column_names)
    assert set(table.column_names) - years <= known


def test_rows_a_person_year_are_those_of_a_real_system(clean: Made) -> None:
    rows = sum(clean.summary.rows.values()) / (PEOPLE * 4)
    assert 60 < rows < 80


def test_appointments_attended_are_encounters_too(clean: Made) -> None:
    appointments = clean.rows("gp_appointment", "appointment_key", "status", "appointment_date")
    attended = {
        r["appointment_key"]: r["appointment_date"] for r in appointments if r["status"] == "Attended"
    }
    pointed = {
        r["appointment_key"]: r["encounter_date"]
        for r in clean.rows("gp_encounter", "appointment_key", "encounter_date")
        if r["appointment_key"]
    }
    assert attended == pointed
    assert 5 < len(attended) / (PEOPLE * 4) < 6.5


def test_children_of_a_row_find_their_parent(clean: Made) -> None:
    for child, parent, key in (
        ("sus_apc_episode", "sus_apc_spell", "spell_key"),
        ("sus_apc_diagnosis", "sus_apc_spell", "spell_key"),
        ("sus_apc_procedure", "sus_apc_spell", "spell_key"),
        ("sus_op_diagnosis", "sus_op_appointment", "appointment_key"),
        ("sus_ecds_diagnosis", "sus_ecds_attendance", "attendance_key"),
        ("csds_contact", "csds_patient", "person_local"),
        ("mhsds_contact", "mhsds_patient", "person_local"),
        ("mhsds_spell", "mhsds_patient", "person_local"),
        ("talking_therapies_contact", "talking_therapies_patient", "person_local"),
    ):
        known = set(clean.record(parent)[key].to_pylist())
        assert set(clean.record(child)[key].to_pylist()) <= known, child


def test_members_of_a_household_share_address_and_property_number(clean: Made) -> None:
    homes: dict[str, set[tuple[str, str]]] = {}
    sizes: Counter[str] = Counter()
    for row in clean.rows("gp_patient", "uprn", "address", "postcode"):
        homes.setdefault(row["uprn"], set()).add((row["address"], row["postcode"]))
        sizes[row["uprn"]] += 1
    assert all(len(places) == 1 for places in homes.values())
    assert 1.7 < PEOPLE / len(homes) < 3.2


def test_care_homes_are_found_by_their_property_number(clean: Made) -> None:
    homes = pacsv.read_csv(clean.folder / "reference" / "ref_care_home.csv").to_pylist()
    at = {str(h["Location UPRN"]): h["Location Postal Code"] for h in homes}
    living = [r for r in clean.rows("gp_patient", "uprn", "postcode") if r["uprn"] in at]
    assert living
    assert all(at[r["uprn"]] == r["postcode"] for r in living)
    assert len(living) == sum(clean.truth("people")["is_care_home"].to_pylist())


def test_the_list_sizes_are_the_people_registered(clean: Made) -> None:
    sizes = pacsv.read_csv(clean.folder / "reference" / "ref_list_size.csv").to_pylist()
    assert sum(row["NUMBER_OF_PATIENTS"] for row in sizes) == PEOPLE
    registered = Counter(
        r["practice_code"]
        for r in clean.rows("gp_registration", "practice_code", "registration_type", "end_date")
        if r["registration_type"] == "Regular" and r["end_date"] is None
    )
    assert {row["CODE"]: row["NUMBER_OF_PATIENTS"] for row in sizes if row["NUMBER_OF_PATIENTS"]} == dict(
        registered
    )


def test_files_are_named_by_month_and_rows_lie_in_their_month(clean: Made) -> None:
    table = clean.record("sus_ecds_attendance").select(["arrival_date", "file_month", "report_period"])
    for row in table.to_pylist():
        assert row["arrival_date"].strftime("%Y-%m") == row["file_month"]
        assert row["report_period"] == date.fromisoformat(row["file_month"] + "-01")


def test_nothing_in_a_record_names_a_subsegment(clean: Made) -> None:
    for record in NATIONAL:
        for name in clean.record(record).column_names:
            assert "segment" not in name
            assert "intended" not in name
