"""Records of general practice: people, registrations, contacts, appointments, entries, medicines."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from openphm.synthetic.activity.medicines import formulary
from openphm.synthetic.activity.practice import STAFF, TYPES
from openphm.synthetic.clock import FAR
from openphm.synthetic.evidence import RISK_ENTRIES
from openphm.synthetic.lives import NOT_EVIDENCE, ONSET, RESOLVED
from openphm.synthetic.records.batch import Batch, as_text, constant, days, numbered, numbers, pounds, words
from openphm.synthetic.records.writer_context import Context
from openphm.synthetic.tables import read_columns

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


def gp_event(c: Context) -> Batch:
    """Coded entries of every kind, each with a value where it has one."""
    parts = [*_condition_parts(c), _deficit_part(c), *_risk_parts(c), _routine_part(c)]
    codes, who, day, index, value, unit = [], [], [], [], [], []
    units: list[str] = ["kg/m2"]
    for listed, facts, place, values, unit_names in parts:
        index.append(place + len(codes))
        codes += listed
        who.append(facts["person"])
        day.append(facts["date"])
        value.append(np.full(len(place), np.nan) if values is None else values)
        unit.append(np.full(len(place), -1) if unit_names is None else unit_names[0] + len(units))
        units += [] if unit_names is None else unit_names[1]
    person, date = np.concatenate(who), np.concatenate(day)
    known = (date < c.life.people.stop[person]) & (date >= c.life.people.birth[person])
    result = np.concatenate(value)
    columns = {
        "event_key": numbered(5, len(person), c.serial),
        "nhs_number": c.nhs(person),
        "practice_code": c.practice_of(person, date),
        "event_date": days(date),
        "code": words(np.concatenate(index), codes),
        "value": numbers(result, np.isnan(result)),
        "unit_code": words(np.concatenate(unit), units),
        "recorded_date": days(date),
    }
    batch = c.batch("gp_event", columns, person, np.maximum(date, c.life.people.joined[person]))
    return batch.take(np.flatnonzero(known))


def _condition_parts(c: Context) -> list[tuple]:
    facts, v = c.life.facts["condition_entry"], c.vocabulary
    parts = []
    for role, table in ((ONSET, v.onset), (RESOLVED, v.resolved), (NOT_EVIDENCE, v.not_evidence)):
        rows = np.flatnonzero(facts["role"] == role)
        place = table.index(facts["condition"][rows], facts["slot"][rows])
        rows, place = rows[place >= 0], place[place >= 0]
        parts.append((table.codes, {key: facts[key][rows] for key in ("person", "date")}, place, None, None))
    return parts


def _deficit_part(c: Context) -> tuple:
    facts, table = c.life.facts["deficit_entry"], c.vocabulary.deficit
    return table.codes, facts, table.index(facts["deficit"], facts["slot"]), None, None


def _risk_parts(c: Context) -> list[tuple]:
    v, facts = c.vocabulary, c.life.facts
    risks = v.risks(RISK_ENTRIES)
    bmi = facts["bmi"]
    number = np.arange(len(bmi["date"]))
    notes = np.arange(len(facts["fit_note"]["date"]))
    levels = facts["frailty_level"]
    return [
        ([v.bmi], bmi, np.zeros(len(number), np.int64), bmi["value"], (np.full(len(number), -1), [])),
        (v.smoking.codes, facts["smoking"], v.smoking.index(facts["smoking"]["status"], np.zeros_like(facts["smoking"]["status"])), None, None),
        (risks.codes, facts["risk_entry"], risks.index(facts["risk_entry"]["risk"], np.zeros_like(facts["risk_entry"]["risk"])), None, None),
        (v.fit_note.codes, facts["fit_note"], v.fit_note.index(np.zeros(len(notes), np.int64), notes), None, None),
        (v.frailty.codes, levels, v.frailty.index(levels["level"] - 1, np.zeros_like(levels["level"])), None, None),
    ]  # fmt: skip


def _routine_part(c: Context) -> tuple:
    facts, columns = c.life.facts["routine"], read_columns("routine_codes")
    codes, weight = c.vocabulary.routine
    rng = np.random.default_rng(c.chunk + 11)
    edges = np.cumsum(weight) / weight.sum()
    place = np.searchsorted(edges, rng.random(len(facts["date"])), side="right").clip(0, len(codes) - 1)
    low, high = columns["low"], columns["high"]
    value = np.round(low[place] + (high - low)[place] * rng.random(len(place)), 1)
    unit = np.where(np.isnan(value), -10_000, place)
    return codes, facts, place, value, (unit, [str(one or "") for one in columns["unit"]])
