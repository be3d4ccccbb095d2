"""Records of community, mental health and talking therapies services, and of urgent care by phone."""

from __future__ import annotations

import numpy as np

from openphm.synthetic.activity.urgent import RESPONSES
from openphm.synthetic.clock import FAR
from openphm.synthetic.places import SUB_ICB_CODE, providers
from openphm.synthetic.records.batch import Batch, as_text, constant, days, numbered, numbers, words
from openphm.synthetic.records.writer_context import Context

_ATTENDED, _MISSED = "5", "3"
_MECHANISMS = ("01", "02", "03")
_OUTCOMES = ("Ambulance", "Emergency department", "Primary care", "Other service", "Self care")
_DISPOSITIONS = ("Dx01", "Dx02", "Dx05", "Dx06", "Dx38")

PATIENTS = {
    "csds_patient": (("community",), "community", 41),
    "mhsds_patient": (("mental_contact", "mental_spell"), "mental_health", 42),
    "talking_therapies_patient": (("talking",), "talking_therapies", 43),
}
_CONTACTS = {
    "csds_contact": ("community", "community", 41, 10),
    "mhsds_contact": ("mental_contact", "mental_health", 42, 11),
    "talking_therapies_contact": ("talking", "talking_therapies", 43, 12),
}


def patient_index(c: Context, record: str) -> Batch:
    """The index of people a service has seen; contacts know only its local id."""
    kinds, sector, prefix = PATIENTS[record]
    who = np.unique(np.concatenate([c.life.facts[kind]["person"] for kind in kinds]))
    columns = {
        "person_local": c.local_id(who, prefix),
        "nhs_number": c.nhs(who),
        "provider_code": constant(providers(sector)[0][0], len(who)),
        "birth_date": c.birth(who),
        "sex_code": c.sex(who),
        "ethnicity_code": c.ethnicity(who),
        "postcode": c.postcode(who),
        "received_date": days(np.full(len(who), c.life.clock.stop + 9)),
    }
    return c.snapshot(record, columns, who)


def contacts(c: Context, record: str) -> Batch:
    """Care contacts of one service, attended or not."""
    kind, sector, prefix, ids = _CONTACTS[record]
    facts = c.life.facts[kind]
    who, day = facts["person"], facts["date"]
    n = len(who)
    rng = np.random.default_rng([c.chunk, ids])
    seen = facts["attended"]
    columns = {
        "contact_key": numbered(ids, n, c.serial),
        "person_local": c.local_id(who, prefix),
        "provider_code": constant(providers(sector)[0][0], n),
        "commissioner_code": constant(SUB_ICB_CODE, n),
        "contact_date": days(day),
        "attendance_status_code": words((~seen).astype(np.int8), [_ATTENDED, _MISSED]),
        "mechanism_code": words(rng.choice(3, n, p=[0.72, 0.2, 0.08]), _MECHANISMS),
        "subject_code": constant("01", n),
        "duration_minutes": numbers(rng.integers(15, 75, n).astype(np.int32)),
        "referral_received_date": days(day - rng.integers(7, 150, n).astype(np.int32)),
        "phq9_score": numbers(rng.integers(2, 22, n).astype(np.int32), ~seen),
        "gad7_score": numbers(rng.integers(1, 18, n).astype(np.int32), ~seen),
    }
    return c.batch(record, columns, who, day)


def mhsds_spell(c: Context) -> Batch:
    """Stays on mental health wards."""
    facts = c.life.facts["mental_spell"]
    who, day = facts["person"], facts["date"]
    n = len(who)
    out = np.where(facts["discharge"] >= c.life.clock.stop, FAR, facts["discharge"])
    columns = {
        "spell_key": numbered(13, n, c.serial),
        "person_local": c.local_id(who, 42),
        "provider_code": constant(providers("mental_health")[0][0], n),
        "admission_date": days(day),
        "discharge_date": days(out),
        "admission_method_code": words((who % 4 == 0).astype(np.int8), ["21", "11"]),
    }
    batch = c.batch("mhsds_spell", columns, who, facts["discharge"])
    batch.late_ok = False
    return batch


def ambulance_incident(c: Context) -> Batch:
    """Ambulance incidents; priced by response."""
    facts = c.life.facts["ambulance"]
    who, day = facts["person"], facts["date"]
    n = len(who)
    columns = {
        "incident_key": numbered(14, n, c.serial),
        "nhs_number": c.nhs(who),
        "provider_code": constant(providers("ambulance")[0][0], n),
        "incident_date": days(day),
        "category_code": words(1 + facts["response"] % 3, ["C1", "C2", "C3", "C4"]),
        "response_class": words(facts["response"], RESPONSES),
        "chief_complaint_code": constant("29857009", n),
    }
    batch = c.batch("ambulance_incident", columns, who, day)
    batch.late_ok = False
    return batch


def nhs111_call(c: Context) -> Batch:
    """Calls to NHS 111."""
    facts = c.life.facts["call_111"]
    who, day = facts["person"], facts["date"]
    n = len(who)
    outcome = np.random.default_rng([c.chunk, 15]).choice(5, n, p=[0.1, 0.16, 0.46, 0.12, 0.16])
    columns = {
        "call_key": as_text(15 * 10**12 + c.serial + np.arange(n, dtype=np.int64)),
        "nhs_number": c.nhs(who),
        "provider_code": constant(providers("call_111")[0][0], n),
        "call_date": days(day),
        "disposition_code": words(outcome, _DISPOSITIONS),
        "outcome": words(outcome, _OUTCOMES),
    }
    batch = c.batch("nhs111_call", columns, who, day)
    batch.late_ok = False
    return batch
