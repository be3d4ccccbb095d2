"""Damaged files: one clear message with exit code 11, or every row accounted for. Nothing in between.

The numbers FB-.. are those of the project's battery of bad input.
"""

from __future__ import annotations

import codecs
import sqlite3
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from openphm.store import DuckDBEngine
from tests.faults.deliveries import (
    SPECS,
    Raw,
    a_gp_event,
    a_patient,
    a_spell,
    gzipped,
    spell_out,
    zipped,
)

EVENTS = [a_gp_event(place) for place in range(60)]
TEXT = spell_out("gp_event", EVENTS)
GOOD = "gp_event_2025-12.csv"


def assert_loaded(raw: Raw, rows: int = 60, aside: int = 0) -> None:
    outcome = raw.pseudonymise()
    assert outcome.error is None, str(outcome.error)
    assert outcome.document is not None
    assert (outcome.document["rows_loaded"], outcome.document["rows_quarantined"]) == (rows, aside)
    outcome.assert_adds_up()


def assert_rejected(raw: Raw, *codes: str) -> str:
    """Exit code 11, exactly these codes, nothing written, and no value of a row in the message."""
    outcome = raw.pseudonymise()
    assert outcome.codes == list(codes)
    assert outcome.error is not None and outcome.error.exit_code == 11
    assert not outcome.out.exists()
    assert not any(row["nhs_number"] in str(outcome.error) for row in EVENTS)
    return str(outcome.error)


def test_fb01_truncated_gzip_is_rejected_and_the_good_file_loads_afterwards(raw: Raw) -> None:
    whole = gzipped(TEXT)
    raw.write_bytes(GOOD + ".gz", whole[: len(whole) // 2])
    assert_rejected(raw, "F_GZIP")
    raw.write_bytes(GOOD + ".gz", whole)
    assert_loaded(raw)


@pytest.mark.parametrize("damage", ["trailing", "checksum"])
def test_fb02_gzip_with_something_behind_it_or_a_bad_checksum_is_rejected(raw: Raw, damage: str) -> None:
    whole = bytearray(gzipped(TEXT))
    if damage == "trailing":
        whole += b"and something else"
    else:
        whole[-6] ^= 0xFF
    raw.write_bytes(GOOD + ".gz", bytes(whole))
    assert_rejected(raw, "F_GZIP")


def test_fb03_gzip_of_several_members_is_read_to_its_end(raw: Raw) -> None:
    lines = TEXT.splitlines(keepends=True)
    raw.write_bytes(GOOD + ".gz", gzipped("".join(lines[:20])) + gzipped("".join(lines[20:])))
    assert_loaded(raw)


def test_fb04_zip_bomb_is_stopped(raw: Raw) -> None:
    raw.write_bytes("gp_event.zip", zipped([(GOOD, TEXT + "\n" * 90_000_000)]))
    assert_rejected(raw, "F_ZIP")


def test_fb04_zip_whose_member_leads_out_of_the_folder_is_rejected(raw: Raw) -> None:
    raw.write_bytes("gp_event.zip", zipped([("../" + GOOD, TEXT)]))
    assert_rejected(raw, "F_ZIP")


def test_fb04_truncated_zip_is_rejected(raw: Raw) -> None:
    whole = zipped([(GOOD, TEXT)])
    raw.write_bytes("gp_event.zip", whole[: len(whole) // 2])
    assert_rejected(raw, "F_ZIP")


def test_fb04_zip_of_one_file_and_of_a_family_of_files_are_read(raw: Raw) -> None:
    patients = spell_out("gp_patient", [a_patient(place) for place in range(5)])
    raw.write_bytes("month.zip", zipped([(f"folder/{GOOD}", TEXT), ("folder/gp_patient.csv", patients)]))
    assert_loaded(raw, 65)


def test_fb05_cp1252_is_read_and_the_changed_characters_are_counted(raw: Raw) -> None:
    rows = [a_patient(1, surname="O’Méné"), a_patient(2)]
    raw.write_bytes("gp_patient.csv", spell_out("gp_patient", rows).encode("cp1252"))
    outcome = raw.pseudonymise()
    assert outcome.document is not None and outcome.document["rows_loaded"] == 2
    assert outcome.quality("files")[0]["characters_changed"] == 3


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_fb06_byte_order_marks_are_understood(raw: Raw, encoding: str) -> None:
    marks = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    raw.write_bytes(GOOD, marks.get(encoding, b"") + TEXT.encode(encoding))
    assert_loaded(raw)


def test_fb06_utf16_without_its_mark_is_rejected(raw: Raw) -> None:
    raw.write_bytes(GOOD, TEXT.encode("utf-16-le"))
    assert_rejected(raw, "F_ENCODING")


def test_fb07_one_broken_row_in_a_utf8_file_is_set_aside_alone(raw: Raw) -> None:
    rows = [a_patient(1, surname="Ångström"), a_patient(2, surname="BROKEN"), a_patient(3)]
    raw.write_bytes("gp_patient.csv", spell_out("gp_patient", rows).encode().replace(b"BROKEN", b"BR\xd6KEN"))
    outcome = raw.pseudonymise()
    assert outcome.reasons() == {"R_ENCODING": 1}
    assert outcome.quality("quarantine")[0]["row_number"] == 2
    outcome.assert_adds_up()


def test_fb08_a_row_with_a_nul_byte_is_set_aside(raw: Raw) -> None:
    raw.write_bytes(GOOD, TEXT.encode().replace(b"EV000007", b"EV00\x00007"))
    outcome = raw.pseudonymise()
    assert outcome.reasons() == {"R_NUL": 1}
    assert [row["row_number"] for row in outcome.quality("quarantine")] == [8]
    outcome.assert_adds_up()


def test_fb08_a_file_that_ends_in_nul_bytes_is_rejected(raw: Raw) -> None:
    raw.write_bytes(GOOD, TEXT.encode() + b"\0" * 500)
    assert_rejected(raw, "F_NUL")


def test_fb09_an_unknown_column_is_dropped_and_counted(raw: Raw) -> None:
    lines = TEXT.splitlines()
    raw.path(GOOD).write_text("\n".join([lines[0] + ",NOTES", *(line + ",private" for line in lines[1:])]))
    outcome = raw.pseudonymise()
    assert outcome.document is not None and outcome.document["columns_dropped"] == 1
    assert not any("private" in str(row) for row in outcome.rows("gp_event"))


def test_fb10_reordered_columns_give_the_same_rows(raw: Raw, tmp_path: Path) -> None:
    raw.write("gp_event", EVENTS)
    first = raw.pseudonymise().rows("gp_event")
    raw.write("gp_event", EVENTS, columns=list(reversed(EVENTS[0])))
    second = raw.pseudonymise().rows("gp_event")
    assert sorted(map(str, first)) == sorted(map(str, second))


def test_fb11_a_missing_required_column_is_rejected_with_its_name(raw: Raw) -> None:
    raw.write("gp_event", EVENTS, columns=[name for name in EVENTS[0] if name != "code"])
    assert "MAPPED_CONCEPT_CODE" in assert_rejected(raw, "F_COLUMNS")


def test_fb11_case_punctuation_and_pseudo_in_a_header_do_not_matter(raw: Raw) -> None:
    head = TEXT.splitlines()[0]
    changed = head.lower().replace("_", " ").replace("nhs number", "Pseudo NHS-Number")
    raw.path(GOOD).write_text(TEXT.replace(head, changed))
    assert_loaded(raw)


def test_fb12_a_duplicate_header_is_rejected(raw: Raw) -> None:
    raw.path(GOOD).write_text(TEXT.replace("DATE_RECORDED", "ID").replace("RESULT_VALUE", "ID"))
    assert "'ID'" in assert_rejected(raw, "F_DUP_HEADER")


@pytest.mark.parametrize("delimiter", [";", "|", "\t"])
def test_fb13_other_delimiters_are_found(raw: Raw, delimiter: str) -> None:
    raw.write("gp_event", EVENTS, delimiter=delimiter)
    assert_loaded(raw)


def test_fb13_a_sign_that_is_no_delimiter_is_rejected_and_never_read_as_nothing(raw: Raw) -> None:
    raw.write("gp_event", EVENTS, delimiter="#")
    assert_rejected(raw, "F_DELIM")


def test_fb13_another_delimiter_in_the_body_than_in_the_header_is_rejected(raw: Raw) -> None:
    head, _, body = TEXT.partition("\n")
    raw.path(GOOD).write_text(head + "\n" + body.replace(",", ";"))
    assert_rejected(raw, "F_DELIM")


def test_fb14_short_and_long_rows_are_set_aside_with_their_numbers(raw: Raw) -> None:
    lines = TEXT.splitlines()
    lines[5] += ",more"
    lines[9] = lines[9].rpartition(",")[0]
    raw.path(GOOD).write_text("\n".join(lines) + "\n")
    outcome = raw.pseudonymise()
    found = [(row["row_number"], row["reason_code"]) for row in outcome.quality("quarantine")]
    assert sorted(found) == [(5, "R_FIELDS"), (9, "R_FIELDS")]
    kept = {row["row_number"] for row in outcome.rows("gp_event")}
    assert kept == set(range(1, 61)) - {5, 9}
    outcome.assert_adds_up()


@pytest.mark.parametrize("line", [3, 30, 60])
def test_fb15_an_open_quote_is_rejected_with_its_line(raw: Raw, line: int) -> None:
    lines = TEXT.splitlines()
    lines[line] = lines[line].replace("X80001", '"X80001')
    raw.path(GOOD).write_text("\n".join(lines) + "\n")
    assert f"line {line + 1}" in assert_rejected(raw, "F_QUOTE")


def test_fb15_two_open_quotes_that_hide_each_other_swallow_no_row_unseen(raw: Raw) -> None:
    lines = TEXT.splitlines()
    for line in (10, 20):
        lines[line] = lines[line].replace("X80001", '"X80001')
    raw.path(GOOD).write_text("\n".join(lines) + "\n")
    assert_rejected(raw, "F_QUOTE")


def test_fb16_delimiters_quotes_and_line_ends_within_quotes_are_kept(raw: Raw) -> None:
    rows = [a_patient(place, address='1, "Old" Mill\nMadeup Lane') for place in range(4)]
    raw.write("gp_patient", rows)
    assert_loaded(raw, 4)


@pytest.mark.parametrize("end", ["\r\n", "\r", "\r\r\n"])
def test_fb17_every_kind_of_line_end_gives_the_same_rows(raw: Raw, end: str) -> None:
    raw.write_bytes(GOOD, TEXT.replace("\n", end).encode())
    assert_loaded(raw)


def test_fb17_mixed_line_ends_blank_lines_and_no_last_line_end_give_the_same_rows(raw: Raw) -> None:
    lines = TEXT.splitlines()
    text = "\r\n".join(lines[:10]) + "\n\n" + "\r".join(lines[10:30]) + "\n" + "\n".join(lines[30:])
    raw.write_bytes(GOOD, text.encode())
    assert_loaded(raw)


def test_fb18_a_last_line_that_stops_in_the_middle_is_rejected(raw: Raw) -> None:
    raw.write_bytes(GOOD, TEXT.encode()[:-30])
    assert_rejected(raw, "F_TRUNC")


@pytest.mark.parametrize("text", ["", TEXT.splitlines()[0] + "\n"])
def test_fb19_an_empty_file_and_a_header_alone_are_rejected(raw: Raw, text: str) -> None:
    raw.path(GOOD).write_text(text)
    assert_rejected(raw, "F_EMPTY")


def test_fb20_an_over_long_field_sets_its_row_aside(raw: Raw) -> None:
    raw.write("gp_patient", [a_patient(1), a_patient(2, address="x" * 3_000_000)])
    outcome = raw.pseudonymise()
    assert outcome.reasons() == {"R_TOO_LONG": 1}
    outcome.assert_adds_up()


def test_fb20_ten_thousand_columns_are_no_file_of_ours(raw: Raw) -> None:
    raw.path(GOOD).write_text(",".join(f"c{n}" for n in range(10_000)) + "\n" + "," * 9_999 + "\n")
    assert_rejected(raw, "F_COLUMNS")


def test_fb21_a_trailer_line_is_set_aside_and_not_read_as_a_row(raw: Raw) -> None:
    raw.path(GOOD).write_text(TEXT + "(60 rows affected)\n")
    outcome = raw.pseudonymise()
    assert outcome.reasons() == {"R_FIELDS": 1}
    outcome.assert_adds_up()


def test_fb23_the_same_file_twice_is_read_once_and_counted(raw: Raw) -> None:
    raw.path(GOOD).write_text(TEXT)
    raw.path("gp_event_again.csv").write_text(TEXT)
    outcome = raw.pseudonymise()
    assert outcome.document is not None
    assert outcome.document["same_file_twice"] == ["gp_event_again.csv"]
    assert outcome.reasons() == {"F_DUPLICATE_FILE": 60}
    assert len(outcome.rows("gp_event")) == 60
    outcome.assert_adds_up()


@pytest.mark.parametrize(
    "name", ["gp_event '; DROP TABLE x.csv", "gp_event -rf [2025] *.csv", "gp_event é.csv"]
)
def test_fb25_odd_file_names_are_only_names(raw: Raw, name: str) -> None:
    raw.path(name).write_text(TEXT)
    assert_loaded(raw)


def test_fb25_a_link_out_of_the_folder_is_rejected(raw: Raw, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.csv").write_text(TEXT)
    raw.path(GOOD).symlink_to(tmp_path / "elsewhere.csv")
    assert_rejected(raw, "F_PATH")


def test_fb25_odd_names_of_parquet_files_are_only_names(raw: Raw) -> None:
    table = pa.table(
        {SPECS["gp_event"].field(name).field: [row[name] for row in EVENTS] for name in EVENTS[0]}
    )
    pq.write_table(table, raw.path("gp_event 'a' [x] *.parquet"))
    assert_loaded(raw)


def test_fb26_another_record_under_this_name_is_rejected(raw: Raw) -> None:
    raw.path(GOOD).write_text(spell_out("sus_apc_spell", [a_spell(1)]))
    assert_rejected(raw, "F_COLUMNS")


def test_an_unknown_file_is_rejected_and_a_known_header_is_recognised(raw: Raw) -> None:
    raw.path("export_17.csv").write_text("a,b,c\n1,2,3\n")
    assert_rejected(raw, "F_UNKNOWN")
    raw.path("export_17.csv").write_text(spell_out("sus_apc_spell", [a_spell(1), a_spell(2)]))
    outcome = raw.pseudonymise()
    assert outcome.document is not None
    assert outcome.document["recognised_by_header"] == ["export_17.csv"]


def test_a_spreadsheet_is_rejected(raw: Raw) -> None:
    raw.write_bytes("gp_event.xlsx", zipped([("[Content_Types].xml", "<x/>"), ("xl/sheet.xml", "<x/>")]))
    assert "spreadsheet" in assert_rejected(raw, "F_UNKNOWN")


def test_damaged_parquet_is_rejected(raw: Raw) -> None:
    raw.write_bytes("gp_event.parquet", b"PAR1 and nothing that follows")
    assert_rejected(raw, "F_PARQUET")


def test_all_problems_of_a_delivery_come_in_one_message(raw: Raw) -> None:
    raw.path("gp_event_1.csv").write_text("")
    raw.path("mystery.csv").write_text("a\n1\n")
    raw.write("gp_patient", [a_patient(1)], columns=["patient_key"])
    outcome = raw.pseudonymise()
    assert sorted(outcome.codes) == ["F_COLUMNS", "F_EMPTY", "F_UNKNOWN"]


def test_a_rejected_delivery_leaves_the_one_before_it_as_it_was(raw: Raw) -> None:
    raw.write("gp_event", EVENTS)
    raw.pseudonymise()
    before = {path: path.read_bytes() for path in raw.out.rglob("*") if path.is_file()}
    raw.path("mystery.csv").write_text("a,b\n1,2\n")
    assert raw.pseudonymise().codes == ["F_UNKNOWN"]
    assert {path: path.read_bytes() for path in raw.out.rglob("*") if path.is_file()} == before
    assert not raw.out.with_name("out.tmp").exists()


def test_tables_of_sqlite_and_duckdb_files_are_read(raw: Raw, tmp_path: Path) -> None:
    names = [SPECS["gp_event"].field(name).field for name in EVENTS[0]]
    rows = [tuple(row.values()) for row in EVENTS]
    with sqlite3.connect(raw.path("warehouse.sqlite")) as connection:
        connection.execute(f"CREATE TABLE gp_event ({', '.join(names)})")
        connection.executemany(f"INSERT INTO gp_event VALUES ({', '.join('?' * len(names))})", rows)
    connection.close()
    with DuckDBEngine(raw.path("warehouse.duckdb")) as engine:
        columns = {
            "REG_ENTRY_NUMBER": ["0", "1", "2"],
            "NHS Number": [""] * 3,
            "REG_DATE_OF_DEATH": ["2025-01-02"] * 3,
        }
        engine.load_rows("main.death_2025", pa.table(columns))
        engine.load_rows("main.users", pa.table({"login": ["nobody"]}))
    outcome = raw.pseudonymise()
    assert outcome.document is not None and outcome.document["rows_loaded"] == 63
    assert outcome.document["tables_not_read"] == ["warehouse.duckdb:main.users"]
    outcome.assert_adds_up()


def test_a_database_without_any_table_of_ours_is_rejected(raw: Raw) -> None:
    with DuckDBEngine(raw.path("warehouse.duckdb")) as engine:
        engine.load_rows("main.users", pa.table({"login": ["nobody"]}))
    assert_rejected(raw, "F_UNKNOWN")
