"""Months that come again, late, twice or not at all; practices that are missing; kills and changed bits."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from openphm.core import ExtractRejected, UsageError
from openphm.extracts import open_delivery
from openphm.store import DuckDBEngine
from tests.faults.deliveries import (
    Raw,
    a_diagnosis,
    a_gp_event,
    a_patient,
    a_practice,
    a_registration,
    a_spell,
    nhs_number,
)


def test_fs01_the_latest_submission_of_a_provider_and_month_wins_in_any_order(raw: Raw) -> None:
    old = [a_spell(place, tariff_gbp="1.00") for place in range(5)]
    new = [a_spell(place, tariff_gbp="2.00", received_date="2025-06-10") for place in range(1, 6)]
    raw.write("sus_apc_spell", new, name="sus_apc_spell_a.csv")
    raw.write("sus_apc_spell", old, name="sus_apc_spell_b.csv")
    outcome = raw.pseudonymise()
    assert outcome.reasons() == {"R_SUPERSEDED": 5}
    assert {float(row["tariff_gbp"]) for row in outcome.rows("sus_apc_spell")} == {2.0}
    outcome.assert_adds_up()


def test_fs01_another_provider_or_month_is_not_touched(raw: Raw) -> None:
    rows = [
        a_spell(1),
        a_spell(2, provider_code="XA2", received_date="2025-06-10"),
        a_spell(3, report_period="2025-05-01", received_date="2025-07-10"),
    ]
    for place, row in enumerate(rows):
        raw.write("sus_apc_spell", [row], name=f"sus_apc_spell_{place}.csv")
    assert raw.pseudonymise().reasons() == {}


def test_a_submission_in_two_files_of_one_date_is_one_submission(raw: Raw) -> None:
    for place in range(2):
        raw.write("sus_apc_spell", [a_spell(place)], name=f"sus_apc_spell_{place}.csv")
    assert len(raw.pseudonymise().rows("sus_apc_spell")) == 2


def test_the_latest_row_of_a_key_wins_where_the_set_says_so(raw: Raw) -> None:
    rows = [
        a_patient(1, received_date=f"2026-0{month}-10", practice_code=f"X8000{month}") for month in (3, 1, 2)
    ]
    raw.write("gp_patient", rows)
    outcome = raw.pseudonymise()
    assert [row["practice_code"] for row in outcome.rows("gp_patient")] == ["X80003"]
    assert outcome.reasons() == {"R_SUPERSEDED": 2}


def test_child_rows_follow_their_parent(raw: Raw) -> None:
    bad = a_spell(2, admission_method_code="99")
    raw.write("sus_apc_spell", [a_spell(1), bad, a_spell(3)])
    raw.write("sus_apc_diagnosis", [a_diagnosis(place) for place in (1, 2, 3)])
    outcome = raw.pseudonymise()
    assert outcome.reasons() == {"R_CODE": 1, "R_PARENT": 1}
    assert len(outcome.rows("sus_apc_diagnosis")) == 2


def test_child_rows_of_a_parent_that_a_correction_left_out_are_superseded(raw: Raw) -> None:
    raw.write("sus_apc_spell", [a_spell(1), a_spell(2)], name="sus_apc_spell_2025-04.csv")
    raw.write("sus_apc_spell", [a_spell(1, received_date="2025-06-10")], name="sus_apc_spell_2025-04_v2.csv")
    raw.write("sus_apc_diagnosis", [a_diagnosis(1), a_diagnosis(2)])
    outcome = raw.pseudonymise()
    assert outcome.reasons() == {"R_SUPERSEDED": 3}
    assert len(outcome.rows("sus_apc_diagnosis")) == 1


def test_child_rows_delivered_again_with_a_correction_keep_the_correction(raw: Raw) -> None:
    raw.write("sus_apc_spell", [a_spell(1)])
    raw.write("sus_apc_diagnosis", [a_diagnosis(1), a_diagnosis(2)], name="sus_apc_diagnosis_2025-04.csv")
    raw.write(
        "sus_apc_diagnosis",
        [a_diagnosis(1, code="I501"), a_diagnosis(2)],
        name="sus_apc_diagnosis_2025-04_v2.csv",
    )
    rows = raw.pseudonymise().rows("sus_apc_diagnosis")
    assert sorted(row["code"] for row in rows) == ["I500", "I501"]


def test_a_bridging_table_carries_the_person_to_its_contacts(raw: Raw) -> None:
    people = [
        {"person_local": "L1", "nhs_number": nhs_number(1), "provider_code": "XC1"},
        {"person_local": "L2", "nhs_number": "", "provider_code": "XC1"},
    ]
    contacts = [
        {
            "contact_key": f"C{place}", "person_local": local, "provider_code": "XC1",
            "contact_date": "2025-05-05", "attendance_status_code": "5",
        }
        for place, local in enumerate(["L1", "L1", "L2", "L2", "L9"])
    ]  # fmt: skip
    raw.write("csds_patient", people)
    raw.write("csds_contact", contacts)
    outcome = raw.pseudonymise()
    person = {row["row_number"]: row["person_id"] for row in outcome.rows("csds_contact")}
    patients = {row["row_number"]: row["person_id"] for row in outcome.rows("csds_patient")}
    assert person[1] == person[2] == patients[1] and person[1].startswith("p")
    assert person[3] == person[4] == patients[2] and person[3].startswith("u")
    assert person[5].startswith("u") and person[5] != person[3]
    linkage = {row["record"]: row for row in outcome.quality("linkage")}["csds_contact"]
    assert (linkage["rows_linked"], linkage["rows_no_number"], linkage["rows_invalid_number"]) == (2, 3, 0)


def test_fs05_coverage_counts_rows_by_provider_and_month(raw: Raw) -> None:
    raw.write("gp_event", [a_gp_event(place, event_date=f"2025-0{place % 2 + 1}-10") for place in range(10)])
    found = raw.pseudonymise().quality("coverage")
    assert [(row["provider_code"], row["month"], row["rows"]) for row in found] == [
        ("X80001", date(2025, 1, 1), 5),
        ("X80001", date(2025, 2, 1), 5),
    ]


def registrations(raw: Raw, *, practices: int = 3) -> None:
    rows = [a_registration(place) for place in range(60)]
    kept = [row for row in rows if int(row["practice_code"][-1]) <= practices]
    raw.write("gp_registration", kept)


def test_fs07_a_practice_missing_from_the_registrations_is_rejected_unless_accepted(raw: Raw) -> None:
    raw.reference("ref_practice", [a_practice(place) for place in (1, 2, 3)])
    registrations(raw, practices=2)
    outcome = raw.pseudonymise()
    assert outcome.codes == ["F_REGISTRATION_GAP"]
    assert "X80003" in str(outcome.error)
    assert raw.pseudonymise(accept_registration_gap=True).error is None


def test_fs07_closed_practices_and_other_places_are_not_missed(raw: Raw) -> None:
    others = [a_practice(place, commissioner_code="X9Z") for place in (6, 7, 8)]
    prison = a_practice(5, prescribing_setting="0")
    closed = a_practice(4, status_code="C", close_date="2024-03-31")
    raw.reference("ref_practice", [a_practice(1), a_practice(2), a_practice(3), closed, prison, *others])
    registrations(raw)
    assert raw.pseudonymise().error is None


def test_fs07_a_practice_of_the_last_delivery_is_missed_without_any_reference_list(raw: Raw) -> None:
    registrations(raw)
    assert raw.pseudonymise().error is None
    registrations(raw, practices=2)
    assert raw.pseudonymise().codes == ["F_REGISTRATION_GAP"]


def test_fp14_the_same_delivery_twice_gives_the_same_tables(raw: Raw, tmp_path: Path) -> None:
    raw.write("gp_event", [a_gp_event(place) for place in range(200)])
    raw.write("gp_patient", [a_patient(place) for place in range(40)])
    sums = []
    for _ in range(2):
        raw.pseudonymise()
        with DuckDBEngine() as engine:
            for name in ("gp_event", "gp_patient"):
                engine.register_parquet(f"x.{name}", raw.out / "extracts" / name / f"{name}.parquet")
                sums.append(engine.checksum(f"x.{name}"))
    assert sums[:2] == sums[2:]


def test_fp06_a_changed_bit_a_missing_file_and_an_extra_file_are_found(raw: Raw) -> None:
    raw.write("gp_event", [a_gp_event(place) for place in range(50)])
    raw.pseudonymise()
    delivery = open_delivery(raw.out)
    assert list(delivery.records) == ["gp_event"] and "files" in delivery.quality
    path = delivery.records["gp_event"][0]
    good = path.read_bytes()
    changed = bytearray(good)
    changed[len(changed) // 2] ^= 1
    path.write_bytes(changed)
    with pytest.raises(ExtractRejected, match="checksum differs"):
        open_delivery(raw.out)
    path.unlink()
    with pytest.raises(ExtractRejected, match="missing"):
        open_delivery(raw.out)
    path.write_bytes(good)
    (path.parent / "more.parquet").write_bytes(good)
    with pytest.raises(ExtractRejected, match="not listed"):
        open_delivery(raw.out)


def test_a_folder_without_its_document_is_no_delivery(tmp_path: Path) -> None:
    with pytest.raises(ExtractRejected, match=r"delivery\.json"):
        open_delivery(tmp_path)


def test_a_folder_that_is_no_delivery_is_not_overwritten(raw: Raw) -> None:
    raw.write("gp_event", [a_gp_event(1)])
    raw.out.mkdir()
    (raw.out / "thesis.docx").write_text("years of work")
    assert isinstance(raw.pseudonymise().error, UsageError)
    assert (raw.out / "thesis.docx").read_text() == "years of work"


def test_a_run_killed_between_the_two_moves_is_mended_by_the_next(raw: Raw) -> None:
    raw.write("gp_event", [a_gp_event(1)])
    raw.pseudonymise()
    raw.out.rename(raw.out.with_name("out.old"))
    raw.path("mystery.csv").write_text("a,b\n1,2\n")
    assert raw.pseudonymise().codes == ["F_UNKNOWN"]
    assert open_delivery(raw.out).document["rows_loaded"] == 1


@pytest.mark.parametrize("after", [0.4, 0.9, 1.4])
def test_fp01_a_killed_run_leaves_the_old_delivery_and_the_next_run_cleans_up(raw: Raw, after: float) -> None:
    raw.write("gp_event", [a_gp_event(place) for place in range(30)])
    raw.pseudonymise()
    before = json.loads((raw.out / "delivery.json").read_text())
    raw.write("gp_event", [a_gp_event(place) for place in range(40_000)])
    command = [sys.executable, "-m", "openphm.cli.main", "custodian", "pseudonymise"]
    arguments = [str(raw.folder), str(raw.out), "--home", str(raw.home.folder), "--no-progress"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([*command, *arguments], env=environment, stderr=subprocess.DEVNULL) as process:
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
    now = json.loads((raw.out / "delivery.json").read_text())
    assert now == before or now["rows_loaded"] > 30
    outcome = raw.pseudonymise()
    assert outcome.error is None and open_delivery(raw.out).document["rows_loaded"] > 30
    assert not (raw.home.folder / "work").exists()
    outcome.assert_adds_up()
