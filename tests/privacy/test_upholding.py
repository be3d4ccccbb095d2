"""PS-06 restricted codes and PS-07 opt-outs: what is withheld, what is counted, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from openphm.core import CustodianRefused
from openphm.custodian import Home, Options, pseudonymise
from openphm.custodian.objections import Objections
from openphm.custodian.opt_out_policy import OptOutPolicy
from openphm.custodian.reidentification.opt_outs import ObjectionList
from openphm.custodian.restricted import RestrictedCodes
from openphm.definitions import load
from tests.faults.deliveries import (
    SPECS,
    Outcome,
    Raw,
    Row,
    a_diagnosis,
    a_gp_event,
    a_patient,
    a_spell,
    nhs_number,
)

TODAY = date(2026, 4, 20)
LIST_DAY = "2026-04-10"
PEOPLE = 40


@pytest.fixture
def raw(tmp_path: Path) -> Raw:
    made = Raw(tmp_path / "raw", Home.make(tmp_path / "home", environment={}), tmp_path / "out")
    made.write("gp_patient", [a_patient(place) for place in range(PEOPLE)])
    made.write("gp_event", [a_gp_event(place) for place in range(PEOPLE)])
    made.write("sus_apc_spell", [a_spell(place) for place in range(PEOPLE)])
    made.write("sus_apc_diagnosis", [a_diagnosis(place) for place in range(PEOPLE)])
    return made


def objecting(*places: int, kind: str = "local", **other: str) -> list[Row]:
    return [
        {"nhs_number": nhs_number(place), "kind": kind, "from_date": "2026-01-01", "list_date": LIST_DAY}
        | other
        for place in places
    ]


def made(raw: Raw, overlay: Path | None = None, today: date = TODAY) -> Outcome:
    chosen = Options(threads=2, memory_limit="500MB", today=today)
    try:
        document = pseudonymise(raw.folder, raw.out, raw.home, load(overlay), options=chosen)
        return Outcome(raw.out, document)
    except CustodianRefused as error:
        return Outcome(raw.out, error=error)


def people(outcome: Outcome, record: str) -> set[str]:
    return {row["person_id"] for row in outcome.rows(record)}


def test_ps07_a_local_objection_removes_a_person_from_every_flow_and_every_part(raw: Raw) -> None:
    records = ("gp_patient", "gp_event", "sus_apc_spell")
    outcome = made(raw)
    before = {record: people(outcome, record) for record in records}
    raw.reference("custodian_opt_out", objecting(3, 4))
    after = made(raw)
    assert after.error is None, str(after.error)
    after.assert_adds_up()
    gone = before["gp_patient"] - people(after, "gp_patient")
    assert len(gone) == 2
    assert all(before[record] - people(after, record) == gone for record in records)
    assert len(after.rows("sus_apc_diagnosis")) == PEOPLE - 2
    assert after.reasons() == {"R_WITHHELD": 2 + 2 + 2 + 2}


def test_ps07_an_objection_is_upheld_at_the_next_run_and_ends_when_it_is_withdrawn(raw: Raw) -> None:
    raw.reference("custodian_opt_out", objecting(3, withdrawn_date="2026-04-15"))
    assert len(people(made(raw, today=date(2026, 4, 14)), "gp_patient")) == PEOPLE - 1
    assert len(people(made(raw, today=date(2026, 4, 15)), "gp_patient")) == PEOPLE


def test_ps07_a_list_is_kept_for_later_runs(raw: Raw) -> None:
    path = raw.reference("custodian_opt_out", objecting(3))
    made(raw)
    path.unlink()
    assert len(people(made(raw), "gp_patient")) == PEOPLE - 1


def test_ps07_type_1_keeps_the_practice_record_back_and_nothing_else(raw: Raw) -> None:
    raw.reference("custodian_opt_out", objecting(3, kind="type_1"))
    outcome = made(raw)
    assert len(people(outcome, "gp_patient")) == PEOPLE - 1
    assert len(people(outcome, "sus_apc_spell")) == PEOPLE


def test_ps07_a_list_too_old_stops_everything_and_the_old_delivery_stays(raw: Raw) -> None:
    raw.reference("custodian_opt_out", objecting(3))
    good = made(raw).document
    outcome = made(raw, today=date(2026, 6, 1))
    assert isinstance(outcome.error, CustodianRefused) and outcome.error.exit_code == 14
    assert "days old" in str(outcome.error) and nhs_number(3) not in str(outcome.error)
    assert good is not None and (raw.out / "delivery.json").is_file()
    assert not raw.out.with_name("out.tmp").exists()


def test_ps07_a_list_that_must_be_applied_and_is_missing_stops_everything(raw: Raw, tmp_path: Path) -> None:
    overlay = tmp_path / "overlay"
    overlay.mkdir()
    shipped = load().get("custodian/opt_outs")
    text = shipped.path.read_text("utf-8").replace("local: when_listed", "local: apply_here")
    (overlay / "opt_outs.yaml").write_text(text, "utf-8")
    outcome = made(raw, overlay)
    assert outcome.error is not None and "there is no list" in str(outcome.error)


def test_ps07_counts_are_published_and_people_never(raw: Raw) -> None:
    raw.reference("custodian_opt_out", objecting(*range(9), kind="local") + objecting(11, kind="national"))
    outcome = made(raw)
    assert outcome.document is not None
    told = outcome.document["opt_outs"]
    assert told["local"] == {"list_date": LIST_DAY, "people": 9}
    assert told["national"]["people"] == "fewer than 8" and told["type_1"] is None
    assert not any("opt_out" in path.name for path in raw.out.rglob("*"))


def test_ps07_the_desk_knows_an_objection_as_soon_as_the_list_is_taken_in(raw: Raw) -> None:
    everyone = people(made(raw), "gp_patient")
    raw.reference("custodian_opt_out", objecting(3))
    still = people(made(raw), "gp_patient")
    assert ObjectionList.of(raw.home).objecting(everyone) == everyone - still


def test_the_lists_hold_no_number_in_the_open(raw: Raw) -> None:
    raw.reference("custodian_opt_out", objecting(3))
    made(raw)
    path = raw.home.folder / "optouts" / "lists.sqlite"
    assert nhs_number(3).encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert Objections(raw.home, raw.home.key()).lists() == {"local": date(2026, 4, 10)}


def test_every_flow_says_what_it_does_with_every_objection() -> None:
    policy = OptOutPolicy.of(load())
    for dataset in {spec.dataset for spec in SPECS.values()}:
        assert set(policy.flows.get(dataset, policy.flows["default"])) == {"type_1", "national", "local"}


# Every line of the list, in every column of every record that could hold its code.

CODES = RestrictedCodes.of(load())


def places_for_codes() -> Iterator[tuple[str, str, str]]:
    for record, spec in sorted(SPECS.items()):
        if record.startswith(("hes", "synthea", "ref_", "custodian")):
            continue
        for column, system in CODES.columns(spec).items():
            for code in (one.code for one in CODES.codes if one.system == system):
                yield record, column, code


def test_ps06_the_list_reaches_diagnoses_procedures_hrgs_and_specialties() -> None:
    reached = {(record, column) for record, column, _ in places_for_codes()}
    assert {
        ("sus_apc_diagnosis", "code"), ("sus_apc_procedure", "code"), ("sus_apc_spell", "hrg_code"),
        ("sus_op_appointment", "hrg_code"), ("sus_ecds_attendance", "hrg_code"),
    } <= reached  # fmt: skip


@pytest.mark.parametrize(
    ("record", "code"),
    [("sus_apc_diagnosis", "N980"), ("sus_apc_diagnosis", "Z312"), ("sus_apc_procedure", "Q131")],
)
def test_ps06_a_restricted_code_takes_the_whole_stay_out(raw: Raw, record: str, code: str) -> None:
    extra = a_diagnosis(7) | {"position": "2", "code": code}
    path = raw.path(f"{record}_2025-12.csv")
    path.unlink(missing_ok=True)
    rows = [extra] if record == "sus_apc_procedure" else [a_diagnosis(n) for n in range(PEOPLE)] + [extra]
    raw.write(record, rows)
    outcome = made(raw)
    outcome.assert_adds_up()
    assert len(outcome.rows("sus_apc_spell")) == PEOPLE - 1
    assert len(outcome.rows("sus_apc_diagnosis")) == PEOPLE - 1
    assert all(code not in str(row) for row in outcome.rows("sus_apc_diagnosis"))
    assert not (raw.out / "extracts" / record).exists() or code not in str(outcome.rows(record))


def test_ps06_an_hrg_that_gives_it_away_takes_the_stay_out(raw: Raw) -> None:
    raw.write("sus_apc_spell", [a_spell(n, hrg_code="MC10Z" if n == 5 else "DZ11V") for n in range(PEOPLE)])
    outcome = made(raw)
    assert len(outcome.rows("sus_apc_spell")) == PEOPLE - 1 == len(outcome.rows("sus_apc_diagnosis"))
    assert outcome.document is not None
    assert outcome.document["rows_withheld"]["restricted"] == "fewer than 8"


def test_ps06_a_specialty_may_leave_about_nobody(raw: Raw, tmp_path: Path) -> None:
    overlay = tmp_path / "overlay"
    overlay.mkdir()
    text = load().get("custodian/restricted").path.read_text("utf-8")
    (overlay / "restricted.yaml").write_text(
        text.replace("apply: [legal]", "apply: [legal, sensitive]"), "utf-8"
    )
    row = {
        "appointment_key": "OP1", "nhs_number": nhs_number(1), "provider_code": "XA1",
        "local_patient_id": "L1", "treatment_function_code": "504", "appointment_date": "2025-05-05",
        "first_attendance_code": "1", "attended_code": "5",
        "report_period": "2025-05-01", "received_date": "2025-06-10", "postcode": "ZZ1 1AA",
    }  # fmt: skip
    raw.write("sus_op_appointment", [row])
    [found] = made(raw, overlay).rows("sus_op_appointment")
    assert found["person_id"].startswith("u") and found["local_patient_id"] is None
    assert found["lsoa21_code"] is None and found["treatment_function_code"] == "504"


def test_ps06_the_sample_is_refused_in_production(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    Home.make(folder, environment={})
    home = Home.open(folder, {"OPENPHM_ENVIRONMENT": "production"})
    raw = Raw(tmp_path / "raw", home, tmp_path / "out")
    raw.write("gp_event", [a_gp_event(1)])
    outcome = made(raw)
    assert outcome.error is not None and "sample" in str(outcome.error)
    assert not raw.out.exists()
