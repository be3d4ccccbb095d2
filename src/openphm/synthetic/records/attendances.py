"""Records of outpatients and of emergency departments."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from openphm.synthetic.conditions import model
from openphm.synthetic.draws import categorical
from openphm.synthetic.lives import kept
from openphm.synthetic.places import providers
from openphm.synthetic.prices import ED_HRGS
from openphm.synthetic.records.batch import Batch, as_text, days, numbers, pounds, words
from openphm.synthetic.records.hospital_words import COMMISSIONERS, child_batch, hospital_codes
from openphm.synthetic.records.writer_context import Context, provider_column

OUTPATIENT_IDS, ED_IDS = 8, 9


def sus_op_appointment(c: Context) -> Batch:
    """Appointments, attended or not."""
    facts = c.life.facts["outpatient"]
    who, day = facts["person"], facts["date"]
    n = len(who)
    rng = np.random.default_rng([c.chunk, 22])
    codes, weight = hospital_codes("op")
    provider_codes, shares = providers("acute")
    first, seen = facts["first"], facts["attended"]
    columns = {
        "appointment_key": as_text(OUTPATIENT_IDS * 10**12 + c.serial + np.arange(n, dtype=np.int64)),
        "nhs_number": c.nhs(who),
        "nhs_number_status": words(np.zeros(n, np.int32), ["01"]),
        "local_patient_id": c.local_id(who, 31),
        "birth_date": c.birth(who),
        "sex_code": c.sex(who),
        "postcode": c.postcode(who),
        "practice_code": c.practice_of(who, day),
        "provider_code": words(provider_column(who, provider_codes, shares, 5), provider_codes),
        "commissioner_code": words(np.where(who % 29 == 3, 1, 0), COMMISSIONERS),
        "specialised_service_code": words(np.where(who % 29 == 3, 0, -1), ["NCBPS01C"]),
        "appointment_date": days(day),
        "first_attendance_code": words(
            np.where(first, 0, np.where(rng.random(n) < 0.2, 3, 1)), ["1", "2", "3", "4"]
        ),
        "attended_code": words(np.where(seen, 0, 1 + (rng.random(n) < 0.4)), ["5", "3", "2"]),
        "outcome_code": words(np.where(seen, rng.integers(0, 3, n), -1), ["1", "2", "3"]),
        "treatment_function_code": words(categorical(weight, n, rng), codes),
        "referral_received_date": days(day - rng.integers(10, 200, n).astype(np.int32)),
        "hrg_code": words(np.where(first, 0, 1), ["WF01B", "WF01A"]),
        "tariff_gbp": pounds(facts["price"], ~seen),
    }
    return c.batch("sus_op_appointment", columns, who, day)


def sus_op_diagnosis(c: Context) -> Batch:
    """Diagnoses written at an appointment, which is rare: those of conditions known to hospitals only."""
    facts = c.life.facts["outpatient"]
    rows = np.flatnonzero(facts["condition"] >= 0)
    part = kept(facts, facts["condition"] >= 0)
    columns = {
        "appointment_key": as_text(OUTPATIENT_IDS * 10**12 + c.serial + rows),
        "position": numbers(np.ones(len(rows), np.int32)),
        "code": words(part["condition"], list(model().icd10)),
    }
    return child_batch("sus_op_diagnosis", c, columns, part["person"], part["date"])


_MAJOR_DEPARTMENTS = np.array([0.97, 0.03])
_CATEGORIES = np.array([0.965, 0.02, 0.015])
_AMBULANCE_MODE, _WALKED_IN = "1048031000000100", "1048061000000105"
_ACUITIES = (
    "1064891000000107",
    "1064901000000108",
    "1064911000000105",
    "1077241000000103",
    "1077251000000100",
)
_HOME, _WARD = "306689006", "306706006"


def sus_ecds_attendance(c: Context) -> Batch:
    """Attendances at emergency departments (01, 02) and urgent treatment centres (03, 04)."""
    facts = c.life.facts["ed"]
    who, day = facts["person"], facts["date"]
    n = len(who)
    rng = np.random.default_rng([c.chunk, 23])
    provider_codes, shares = providers("acute")
    complaint, weight = hospital_codes("ed")
    department = np.where(facts["minor"], 2 + (rng.random(n) < 0.3), categorical(_MAJOR_DEPARTMENTS, n, rng))
    ambulance = rng.random(n) < np.where(facts["admitted"], 0.55, 0.12)
    columns = {
        "attendance_key": as_text(ED_IDS * 10**12 + c.serial + np.arange(n, dtype=np.int64)),
        "unique_identifier": as_text(19 * 10**12 + c.serial + np.arange(n, dtype=np.int64)),
        "nhs_number": c.nhs(who),
        "nhs_number_status": words(np.zeros(n, np.int32), ["01"]),
        "local_patient_id": c.local_id(who, 31),
        "sex_code": c.sex(who),
        "ethnicity_code": c.ethnicity(who),
        "postcode": c.postcode(who),
        "practice_code": c.practice_of(who, day),
        "provider_code": words(provider_column(who, provider_codes, shares, 5), provider_codes),
        "commissioner_code": words(np.zeros(n, np.int32), COMMISSIONERS),
        "department_type_code": words(department, ["01", "02", "03", "04"]),
        "arrival_date": days(day),
        "arrival_mode_code": words(ambulance.astype(np.int8), [_WALKED_IN, _AMBULANCE_MODE]),
        "attendance_category_code": words(categorical(_CATEGORIES, n, rng), ["1", "2", "3"]),
        "chief_complaint_code": words(categorical(weight, n, rng), complaint),
        "acuity_code": words(rng.integers(0, 5, n), _ACUITIES),
        "discharge_destination_code": words(facts["admitted"].astype(np.int8), [_HOME, _WARD]),
        "departure_date": days(day),
        "minutes_to_departure": numbers((40 + rng.gamma(2.0, 90, n)).astype(np.int32)),
        "hrg_code": words(facts["hrg"], ED_HRGS),
        "tariff_gbp": pounds(facts["price"]),
    }
    return c.batch("sus_ecds_attendance", columns, who, day)


def sus_ecds_diagnosis(c: Context) -> Batch:
    """One diagnosis for most attendances."""
    facts = c.life.facts["ed"]
    rng = np.random.default_rng([c.chunk, 24])
    rows = np.flatnonzero(rng.random(len(facts["date"])) < 0.85)
    codes, weight = hospital_codes("ed")
    columns = {
        "attendance_key": as_text(ED_IDS * 10**12 + c.serial + rows),
        "position": numbers(np.ones(len(rows), np.int32)),
        "code": words(categorical(weight, len(rows), rng), codes),
        "is_primary": pa.array(np.ones(len(rows), bool)),
    }
    return child_batch("sus_ecds_diagnosis", c, columns, facts["person"][rows], facts["date"][rows])
