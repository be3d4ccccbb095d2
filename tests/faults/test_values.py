"""Values that are wrong, odd or damaged: each row is loaded or set aside with the right reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.faults.deliveries import SPECS, Outcome, Raw, Row, a_diagnosis, a_gp_event, a_patient, a_spell

MANY = 40


def events(*wrong: Row) -> list[Row]:
    """Enough good rows that a few wrong ones do not condemn the file."""
    return [a_gp_event(place) for place in range(100, 100 + MANY)] + list(wrong)


def reason_of(outcome: Outcome, row_number: int) -> list[tuple[str, str]]:
    return sorted(
        (row["column_name"], row["reason_code"])
        for row in outcome.quality("quarantine")
        if row["row_number"] == row_number
    )


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2024-02-29", None), ("2023-02-29", "R_DATE"), ("2025-02-30", "R_DATE"), ("2025-04-31", "R_DATE"),
        ("03/04/2025", "R_DATE_FORMAT"), ("20250403", "R_DATE_FORMAT"), ("44985", "R_DATE"),
        ("29-FEB-24", "R_DATE"), ("2025-4-3", "R_DATE"), ("2025-04-03 00:00:00", None),
        ("1066-10-14", "R_DATE"), ("", "R_REQUIRED"), ("1900-01-01", "R_REQUIRED"),
    ],
)  # fmt: skip
def test_fv01_days_that_exist_are_read_and_others_set_aside(raw: Raw, day: str, reason: str | None) -> None:
    raw.write("gp_event", events(a_gp_event(1, event_date=day)))
    outcome = raw.pseudonymise()
    assert reason_of(outcome, MANY + 1) == ([("event_date", reason)] if reason else [])
    outcome.assert_adds_up()


def test_fv02_a_few_dates_in_another_format_are_set_aside(raw: Raw) -> None:
    raw.write(
        "gp_event", events(a_gp_event(1, event_date="03/04/2025"), a_gp_event(2, event_date="20250403"))
    )
    assert raw.pseudonymise().reasons() == {"R_DATE_FORMAT": 2}


@pytest.mark.parametrize("other", ["03/04/2025", "20250403"])
def test_fv02_a_file_that_mixes_date_formats_is_rejected(raw: Raw, other: str) -> None:
    raw.write("gp_event", events(*(a_gp_event(place, event_date=other) for place in range(10))))
    outcome = raw.pseudonymise()
    assert outcome.codes == ["F_DATE_FORMAT"]
    assert "CLINICAL_EFFECTIVE_DATE" in str(outcome.error)
    assert other not in str(outcome.error)


def test_fv02_each_file_may_have_its_own_declared_format(raw: Raw) -> None:
    council = {
        "council_code": "X503", "report_period_end": "2025-12-31", "local_patient_id": "C1",
        "event_key": "E1",
        "client_type": "Service User", "event_type": "Service", "start_date": "2025-02-03",
    }  # fmt: skip
    british = {"event_key": "E2", "report_period_end": "31/12/2025", "start_date": "04/03/2025"}
    raw.write("social_care_event", [council | {"nhs_number": ""}], name="social_care_event_a.csv")
    raw.write("social_care_event", [council | british | {"nhs_number": ""}], name="social_care_event_b.csv")
    rows = raw.pseudonymise().rows("social_care_event")
    assert sorted(row["start_date"] for row in rows) == [date(2025, 2, 3), date(2025, 3, 4)]


def test_fv04_codes_that_a_spreadsheet_damaged_are_set_aside(raw: Raw) -> None:
    damaged = [
        a_gp_event(1, code="1.95967E+08"),
        a_gp_event(2, code="1-Feb"),
        a_gp_event(3, event_key="9.43E+09"),
    ]
    raw.write("gp_event", events(*damaged))
    outcome = raw.pseudonymise()
    assert outcome.reasons() == {"R_CODE": 3}
    outcome.assert_adds_up()


def test_fv04_a_file_that_went_through_a_spreadsheet_is_rejected(raw: Raw) -> None:
    raw.write("gp_event", events(*(a_gp_event(place, nhs_number="9.99E+09") for place in range(10))))
    assert raw.pseudonymise().codes == ["F_EXCEL"]


def test_fv04_days_as_spreadsheet_serials_reject_the_file(raw: Raw) -> None:
    raw.write("gp_event", events(*(a_gp_event(place, event_date="45750") for place in range(10))))
    assert raw.pseudonymise().codes == ["F_EXCEL"]


def test_fv04_a_lost_leading_zero_is_put_back_where_the_list_leaves_no_doubt(raw: Raw) -> None:
    raw.write("sus_apc_spell", [a_spell(1, nhs_number_status="1")])
    assert raw.pseudonymise().rows("sus_apc_spell")[0]["nhs_number_status"] == "01"


def test_fv05_days_that_mean_nothing_are_read_as_nothing(raw: Raw) -> None:
    raw.write(
        "sus_apc_spell", [a_spell(1, discharge_date="9999-12-31"), a_spell(2, discharge_date="1800-01-01")]
    )
    assert [row["discharge_date"] for row in raw.pseudonymise().rows("sus_apc_spell")] == [None, None]


@pytest.mark.parametrize(
    ("number", "linked"),
    [
        ("999 000 0018", True), ("9990000018", True), ("999-000-0018", True), ("9990000019", False),
        ("999000001", False), ("99900000181", False), ("0000000000", False), ("1111111111", False),
        ("ABCDEFGHIJ", False), ("", False), ("9.99E+09", False),
    ],
)  # fmt: skip
def test_fv06_only_valid_nhs_numbers_link_and_no_row_is_lost(raw: Raw, number: str, linked: bool) -> None:
    raw.write("gp_event", events(a_gp_event(1, nhs_number=number)))
    outcome = raw.pseudonymise()
    found = {row["row_number"]: row["person_id"] for row in outcome.rows("gp_event")}
    assert len(found) == MANY + 1
    assert found[MANY + 1][0] == ("p" if linked else "u")
    counted = outcome.quality("linkage")[0]
    assert counted["rows_linked"] == MANY + linked
    assert counted["rows_no_number"] == (1 if number == "" else 0)
    assert counted["rows"] == MANY + 1


def test_fv06_one_person_however_the_number_is_written(raw: Raw) -> None:
    written = ["9990000018", "999 000 0018", " 9990000018 ", "999-000-0018"]
    raw.write("gp_event", events(*(a_gp_event(n, nhs_number=one) for n, one in enumerate(written))))
    rows = raw.pseudonymise().rows("gp_event")
    assert len({row["person_id"] for row in rows if row["row_number"] > MANY}) == 1


def test_unlinked_rows_are_each_a_person_of_their_own(raw: Raw) -> None:
    raw.write("gp_event", events(a_gp_event(1, nhs_number=""), a_gp_event(2, nhs_number="9990000019")))
    rows = raw.pseudonymise().rows("gp_event")
    assert len({row["person_id"] for row in rows if row["person_id"].startswith("u")}) == 2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234.50", Decimal("1234.5")), ("£1,234.50", Decimal("1234.5")), ("-3", Decimal("-3")),
        ("", None), ("1.234,50", "R_NUMBER"), ("NaN", "R_NUMBER"), ("Inf", "R_NUMBER"), ("12a", "R_NUMBER"),
        ("9990000018", "R_NUMBER"),
    ],
)  # fmt: skip
def test_fv07_numbers_are_read_or_set_aside(raw: Raw, text: str, value: Decimal | str | None) -> None:
    raw.write("sus_apc_spell", [a_spell(1, tariff_gbp=text), a_spell(2)])
    outcome = raw.pseudonymise()
    if value == "R_NUMBER":
        assert outcome.reasons() == {"R_NUMBER": 1}
    else:
        assert {row["row_number"]: row["tariff_gbp"] for row in outcome.rows("sus_apc_spell")}[1] == value
    outcome.assert_adds_up()


@pytest.mark.parametrize(
    ("code", "read"),
    [
        ("I50.0", "I500"), ("i500", "I500"), ("I10X", "I10"), ("I10", "I10"), ("E11X", "E11"),
        ("G590A", "G590"), ("A17.0†", "A170"), ("G01*", "G01"), ("I50-", "I50"), ("410.9", None),
        ("XX", None),
    ],
)  # fmt: skip
def test_fv08_icd10_is_read_however_it_is_written(raw: Raw, code: str, read: str | None) -> None:
    raw.write("sus_apc_diagnosis", [a_diagnosis(1, code=code), a_diagnosis(2)])
    outcome = raw.pseudonymise()
    assert {row["row_number"]: row["code"] for row in outcome.rows("sus_apc_diagnosis")}.get(1) == read
    assert outcome.reasons() == ({} if read else {"R_CODE": 1})


def test_fv08_a_snomed_code_with_a_wrong_check_digit_is_set_aside(raw: Raw) -> None:
    raw.write("gp_event", events(a_gp_event(1, code="195967002")))
    assert raw.pseudonymise().reasons() == {"R_CODE": 1}


def test_a_code_that_may_be_wrong_is_blanked_and_counted_and_the_row_stays(raw: Raw) -> None:
    names = {"PSEUDO_HESID": "p", "APPTDATE": "2004-03-31", "TRETSPEF": "@@"}
    lines = [",".join([*names, "ATTENDKEY"])]
    lines += [",".join([*names.values(), f"k{place}"]) for place in range(3)]
    raw.path("hes_op_2003.csv").write_text("\n".join(lines) + "\n")
    outcome = raw.pseudonymise()
    assert [row["treatment_function_code"] for row in outcome.rows("hes_op_appointment")] == [None] * 3
    counted = {row["column_name"]: row for row in outcome.quality("completeness")}["treatment_function_code"]
    assert (counted["rows"], counted["rows_present"], counted["rows_valid"]) == (3, 3, 0)


def test_fv11_markup_and_formulas_are_no_codes(raw: Raw) -> None:
    wrong = [a_gp_event(n, code=one) for n, one in enumerate(["<script>", "=cmd|' /C'", "\u202e195967001"])]
    raw.write("gp_event", events(*wrong))
    assert raw.pseudonymise().reasons() == {"R_CODE": 3}


def test_fv12_rows_delivered_twice_and_keys_used_twice_are_told_apart(raw: Raw) -> None:
    twice, conflict = a_gp_event(1), a_gp_event(2)
    raw.write("gp_event", events(twice, twice, twice, conflict, conflict | {"code": "73211009"}))
    outcome = raw.pseudonymise()
    assert outcome.reasons() == {"R_DUPLICATE": 2, "R_KEY_CONFLICT": 2}
    assert {row["row_number"] for row in outcome.rows("gp_event")} == set(range(1, MANY + 2))
    outcome.assert_adds_up()


def test_a_file_of_which_most_is_wrong_is_rejected(raw: Raw) -> None:
    raw.write("gp_event", [a_gp_event(place, code="unknown") for place in range(30)])
    assert raw.pseudonymise().codes == ["F_VALUES"]


def test_parquet_and_csv_of_the_same_rows_give_the_same_rows(raw: Raw) -> None:
    rows = [a_spell(place, discharge_date="") for place in range(30)]
    raw.write("sus_apc_spell", rows)
    text = raw.pseudonymise()
    spec = SPECS["sus_apc_spell"]
    columns = {}
    for name in rows[0]:
        values = [row[name] or None for row in rows]
        if spec.field(name).type == "date":
            column = pa.array([date.fromisoformat(one) if one else None for one in values], pa.date32())
        elif spec.field(name).type == "decimal":
            column = pa.array([float(one) if one else None for one in values])
        else:
            column = pa.array(values, pa.string()).dictionary_encode()
        columns[spec.field(name).field] = column
    raw.path("sus_apc_spell_2025-12.csv").unlink()
    pq.write_table(pa.table(columns), raw.path("sus_apc_spell_2025-12.parquet"))
    typed = raw.pseudonymise()
    assert sorted(map(str, text.rows("sus_apc_spell"))) == sorted(map(str, typed.rows("sus_apc_spell")))


def test_numbers_in_parquet_are_codes_when_the_field_is_a_code(raw: Raw) -> None:
    spec = SPECS["ref_list_size"]
    columns = {"extract_date": [date(2026, 4, 1)] * 2, "practice_code": ["X80001"] * 2, "sex": ["ALL"] * 2}
    table = {spec.field(name).field: values for name, values in columns.items()}
    table |= {"AGE": [45.0, 46.0], "NUMBER_OF_PATIENTS": [7.0, 8.0]}
    pq.write_table(pa.table(table), raw.path("ref_list_size.parquet"))
    raw.write("gp_patient", [a_patient(1)])
    assert raw.pseudonymise().error is None
    rows = pq.read_table(raw.out / "reference" / "ref_list_size.parquet").to_pylist()
    assert [(row["age"], row["patients"]) for row in rows] == [("45.0", 7), ("46.0", 8)]
