"""Records of general practice: people, registrations, contacts, appointments, entries, medicines."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from openphm.synthetic.activity.medicines import formulary
from openphm.synthetic.activity.practice import STAFF, TYPES
from openphm.synthetic.clock import FAR
from openphm.synthetic.records.batch import Batch, as_text, constant, days, numbered, numbers, pounds, words
from openphm.synthetic.records.writer_context import Context

APPOINTMENT_IDS = 3
_DNA, _CANCELLED = 1, 2
_STATUSES = ("Attended", "DNA", "Cancelled")
_MODES = ("Face-to-Face", "Telephone", "Home Visit")


def gp_patient(c: Context) -> Batch:
    """One row a person: the practice they are or were last registered with."""
    people = c.life.people
    who = np.arange(people.count)
    columns = {
        "patient_key": as_text(10**11 + people.number),
        "nhs_number": c.nhs_numbers,
        "practice_code": words(c.homes.practice, c.places.practice_codes),
        "forename": c.forenames,
        "surname": c.surnames,
        "birth_date": c.birth(who),
        "sex_code": c.sex(who),
        "ethnicity_code": c.ethnicity(who),
        "address": c.addresses,
        "uprn": c.uprns,
        "postcode": c.postcode(who),
        "death_date": days(people.death),
        "received_date": days(np.full(people.count, c.life.clock.stop + 9)),
    }
    return c.snapshot("gp_patient", columns, who)


def gp_registration(c: Context) -> Batch:
    """One row a spell of registration; a few people also have a temporary one elsewhere."""
    people = c.life.people
    everyone = np.arange(people.count)
    moved = np.flatnonzero(people.moved > people.joined)
    stay = people.stop - np.maximum(people.joined, c.life.clock.start)
    temporary = everyone[(people.number % 97 == 5) & (stay > 120)]
    who = np.concatenate([everyone, moved, temporary])
    n, m = people.count, len(moved)
    start = np.concatenate([people.moved, people.joined[moved], people.stop[temporary] - 100])
    here = people.stop == c.life.clock.stop
    end = np.concatenate([np.where(here, FAR, people.stop), people.moved[moved], people.stop[temporary] - 80])
    practice = np.concatenate(
        [
            c.homes.practice,
            c.homes.practice_before[moved],
            (c.homes.practice[temporary] + 17) % len(c.places.practice_codes),
        ]
    )
    kind = np.concatenate([np.zeros(n + m, np.int8), np.ones(len(temporary), np.int8)])
    columns = {
        "registration_key": numbered(1, len(who), c.serial),
        "nhs_number": c.nhs(who),
        "practice_code": words(practice, c.places.practice_codes),
        "registration_type": words(kind, ("Regular", "Temporary")),
        "start_date": days(start),
        "end_date": days(end),
    }
    return c.snapshot("gp_registration", columns, who)


def gp_encounter(c: Context) -> Batch:
    """Every contact and administrative entry; those that were appointments point to them."""
    facts = c.life.facts["contact"]
    who, day = facts["person"], facts["date"]
    ids = APPOINTMENT_IDS * 10**12 + c.serial + np.arange(len(who), dtype=np.int64)
    columns = {
        "encounter_key": numbered(2, len(who), c.serial),
        "nhs_number": c.nhs(who),
        "practice_code": c.practice_of(who, day),
        "encounter_date": days(day),
        "encounter_type": words(facts["kind"], TYPES),
        "appointment_key": pa.array(ids, mask=~facts["appointment"]).cast(pa.string()),
    }
    return c.batch("gp_encounter", columns, who, day)


def gp_appointment(c: Context) -> Batch:
    """Appointments attended, and those that were not."""
    contact, missed = c.life.facts["contact"], c.life.facts["missed"]
    attended = np.flatnonzero(contact["appointment"])
    total = len(contact["date"])
    who = np.concatenate([contact["person"][attended], missed["person"]])
    day = np.concatenate([contact["date"][attended], missed["date"]])
    staff = np.concatenate([contact["staff"][attended], missed["staff"]])
    kind = np.concatenate([contact["kind"][attended], missed["kind"]])
    serial = np.concatenate([attended, total + np.arange(len(missed["date"]))])
    lost = np.where(np.arange(len(missed["date"])) % 3 == 0, _DNA, _CANCELLED)
    status = np.concatenate([np.zeros(len(attended), np.int8), lost.astype(np.int8)])
    booked = np.maximum(day - (serial * 2_654_435_761 % 21).astype(np.int32), c.life.people.birth[who])
    columns = {
        "appointment_key": as_text(APPOINTMENT_IDS * 10**12 + c.serial + serial),
        "nhs_number": c.nhs(who),
        "practice_code": c.practice_of(who, day),
        "appointment_date": days(day),
        "status": words(status, _STATUSES),
        "staff_type": words(staff, STAFF),
        "mode": words(np.where(kind == 1, 1, np.where(kind == 6, 2, 0)), _MODES),
        "slot_category": constant("General Consultation Acute", len(who)),
        "booked_date": days(booked),
    }
    return c.batch("gp_appointment", columns, who, day)


def gp_medication(c: Context) -> Batch:
    """Prescription items."""
    facts, f = c.life.facts["issue"], formulary()
    who, day = facts["person"], facts["date"]
    amount = 28.0 + 28 * (f.days[facts["medicine"]] > 28)
    columns = {
        "item_key": numbered(4, len(who), c.serial),
        "nhs_number": c.nhs(who),
        "practice_code": c.practice_of(who, day),
        "item_date": days(day),
        "bnf_code": words(facts["medicine"], f.bnf),
        "dmd_code": words(facts["medicine"], dmd_codes()),
        "item_count": numbers(np.ones(len(who), np.int32)),
        "quantity": numbers(amount),
        "net_ingredient_cost_gbp": pounds(facts["price"]),
        "actual_cost_gbp": pounds(facts["price"] * 0.94),
    }
    return c.batch("gp_medication", columns, who, day)


def dmd_codes() -> list[str]:
    """One made-up dm+d id for each medicine, in the form of an id with its check digit."""
    return [with_check_digit(f"9990{number + 1:04d}000001100") for number in range(len(formulary().names))]


def with_check_digit(stem: str) -> str:
    """A number with its Verhoeff check digit, as SNOMED CT ids have."""
    check = 0
    for place, digit in enumerate(reversed(stem)):
        check = _VERHOEFF_PRODUCT[check][_VERHOEFF_ORDER[(place + 1) % 8][int(digit)]]
    return stem + str(_VERHOEFF_INVERSE[check])


_VERHOEFF_PRODUCT = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 4, 0, 6, 7, 8, 9, 5), (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7), (4, 0, 1, 2, 3, 9, 5, 6, 7, 8), (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2), (7, 6, 5, 9, 8, 2, 1, 0, 4, 3), (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)  # fmt: skip
_VERHOEFF_ORDER = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 5, 7, 6, 2, 8, 3, 0, 9, 4), (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7), (9, 4, 5, 3, 1, 2, 6, 8, 7, 0), (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5), (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)  # fmt: skip
_VERHOEFF_INVERSE = (0, 4, 3, 2, 1, 5, 6, 7, 8, 9)
