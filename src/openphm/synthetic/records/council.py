"""Records of the council, of waiting lists, cancer pathways, immunisations and deaths."""

from __future__ import annotations

import numpy as np

from openphm.synthetic.activity.social import NURSING, RESIDENTIAL, SERVICE_TYPES, SUPPORT_REASONS
from openphm.synthetic.clock import FAR
from openphm.synthetic.draws import Ints
from openphm.synthetic.places import COUNCIL_CODE, providers
from openphm.synthetic.records.batch import Batch, as_text, constant, days, numbered, numbers, pounds, words
from openphm.synthetic.records.writer_context import Context, provider_column
from openphm.synthetic.tables import SUBSEGMENTS

COUNCIL_IDS, PATHWAY_IDS = 51, 17
_GROUPS = ("White", "Mixed", "Asian", "Black", "Other", "Unknown")
_GROUP_OF_CODE = (0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 2, 4, 0, 4, 5, 5)
_ACCOMMODATION = (
    "Owner occupier or shared ownership scheme",
    "Tenant - local authority",
    "Tenant - private landlord",
    "Settled mainstream housing with family or friends",
    "Supported accommodation",
    "Registered care home",
    "Registered nursing home",
)
_EMPLOYMENT = ("Not in paid employment (retired)", "Not in paid employment (not actively seeking work)")
_SPECIALTIES = ("100", "101", "110", "120", "130", "301", "320", "330", "410", "502")
_VACCINES = ("822851000000102", "1119349007", "38598009")


def social_care_event(c: Context) -> Batch:
    """Services of the council, delivered each quarter while they run; the latest delivery counts."""
    facts, clock = c.life.facts["service"], c.life.clock
    first = clock.month_of(facts["date"]) // 3
    open_ = facts["until"] == FAR
    last_day = np.where(open_, clock.stop - 1, np.minimum(facts["until"], clock.stop) - 1)
    last = clock.month_of(last_day.astype(np.int32)) // 3
    row = np.repeat(np.arange(len(first)), last - first + 1)
    quarter = first[row] + np.arange(len(row)) - np.concatenate(([0], np.cumsum(last - first + 1)))[row]
    columns = _service_columns(c, row, quarter.astype(np.int64))
    return Batch(
        "social_care_event", columns, (quarter * 3 + 2).astype(np.int16), facts["person"][row], late_ok=False
    )


def _service_columns(c: Context, row: Ints, quarter: Ints) -> dict:
    facts, clock = c.life.facts["service"], c.life.clock
    who, kind = facts["person"][row], facts["kind"][row]
    n = len(row)
    month_starts = clock.month_starts
    begins, ends = month_starts[quarter * 3], month_starts[quarter * 3 + 3] - 1
    until = facts["until"][row]
    ended = np.where((until < FAR) & (until - 1 <= ends), until - 1, FAR)
    nursing, residential = kind == NURSING, kind == RESIDENTIAL
    home = np.where(nursing, 6, np.where(residential, 5, c.homes.home[who] % 5))
    age = c.life.people.age_at(c.life.people.stop)[who]
    carer = kind == len(SERVICE_TYPES) - 1
    return {
        "council_code": constant(COUNCIL_CODE, n),
        "report_period": days(begins),
        "report_period_end": days(ends),
        "nhs_number": c.nhs(who),
        "local_patient_id": c.local_id(who, COUNCIL_IDS),
        "forename": c.forenames.take(_index(who)),
        "surname": c.surnames.take(_index(who)),
        "birth_date": c.birth(who),
        "postcode": c.postcode(who),
        "practice_code": c.practice_of(who, ends),
        "sex_code": words(c.life.people.sex[who] - 1, ["Male", "Female"]),
        "ethnicity": words(np.array(_GROUP_OF_CODE)[c.life.people.ethnicity[who]], _GROUPS),
        "client_type": words(carer.astype(np.int8), ["Service User", "Carer"]),
        "primary_support_reason": words(facts["reason"][row], SUPPORT_REASONS),
        "accommodation_status": words(home, _ACCOMMODATION),
        "employment_status": words(np.where(age > 66, 0, 1), _EMPLOYMENT),
        "has_unpaid_carer": words((who % 3 == 0).astype(np.int8), ["No", "Yes"]),
        "event_type": constant("Service", n),
        "event_key": as_text(16 * 10**12 + c.serial + row),
        "start_date": days(facts["date"][row]),
        "end_date": days(ended),
        "event_outcome": words(
            np.where(ended < FAR, 1, 0), ["Provision of service", "Service ended as planned"]
        ),
        "service_type": words(kind, SERVICE_TYPES),
        "delivery_mechanism": words(
            np.where(kind == 2, who % 2, 1), ["Direct Payment", "CASSR Commissioned Support"]
        ),
        "unit_cost_gbp": pounds(facts["weekly_gbp"][row]),
        "cost_frequency": constant("Per week", n),
        "planned_units_per_week": numbers(np.ones(n)),
        "received_date": days(ends + 25),
    }


def _index(who: np.ndarray):
    return np.asarray(who, dtype=np.int32)


def waiting_list_pathway(c: Context) -> Batch:
    """Open pathways in the last weekly return of each month."""
    facts, clock = c.life.facts["pathway"], c.life.clock
    ends = clock.month_starts[1:] - 1
    sundays = (ends - (ends + 4) % 7).astype(np.int32)  # 1970-01-04 was a Sunday
    first = np.searchsorted(sundays, facts["date"])
    last = np.searchsorted(sundays, np.minimum(facts["until"], clock.stop) - 1, side="right")
    number = np.maximum(last - first, 0)
    row = np.repeat(np.arange(len(number)), number)
    month = first[row] + np.arange(len(row)) - np.concatenate(([0], np.cumsum(number)))[row]
    who, week = facts["person"][row], sundays[month]
    here = (week < c.life.people.stop[who]) & (week >= c.life.people.joined[who])
    row, month, who, week = row[here], month[here], who[here], week[here]
    codes, shares = providers("acute")
    listed = facts["inpatient"][row]
    columns = {
        "pathway_key": as_text(PATHWAY_IDS * 10**12 + c.serial + row),
        "week_ending_date": days(week),
        "waiting_list_type": words(np.where(listed, 0, 1), ["IRTT", "ORTT"]),
        "nhs_number": c.nhs(who),
        "local_patient_id": c.local_id(who, 31),
        "birth_date": c.birth(who),
        "provider_code": words(provider_column(who, codes, shares, 5), codes),
        "treatment_function_code": words(facts["specialty"][row], _SPECIALTIES),
        "clock_start_date": days(facts["date"][row]),
        "period_status_code": words(np.zeros(len(row), np.int32), ["20"]),
        "to_come_in_date": days(_to_come_in(c, row, week)),
        "decision_to_admit_date": days(np.where(listed, facts["date"][row] + 30, FAR)),
        "procedure_priority_code": words(np.where(listed, 2 + who % 2, -1), ["P1a", "P1b", "P3", "P4"]),
        "received_date": days(week + 4),
    }
    return Batch("waiting_list_pathway", columns, month.astype(np.int16), who, late_ok=False)


def _to_come_in(c: Context, row: np.ndarray, week: np.ndarray) -> np.ndarray:
    """The day set for an operation, known twelve weeks before it: the end of a wait, or to come for some."""
    facts, stop = c.life.facts["pathway"], int(c.life.clock.stop)
    to_come = stop + row * 37 % 240  # of those still waiting at the end, a third have a day by then
    day = np.where(facts["until"][row] >= stop, to_come, facts["until"][row]).astype(np.int64)
    is_set = facts["inpatient"][row] & (day - week <= 84)
    return np.where(is_set, day, FAR).astype(np.int32)


def cancer_pathway(c: Context) -> Batch:
    """Cancer pathways of people diagnosed in the history."""
    facts = c.life.facts["cancer_pathway"]
    who, day = facts["person"], facts["date"]
    codes, shares = providers("acute")
    treated = np.minimum(facts["diagnosed"] + 25, c.life.people.stop[who])
    columns = {
        "pathway_key": numbered(18, len(who), c.serial),
        "nhs_number": c.nhs(who),
        "provider_code": words(provider_column(who, codes, shares, 5), codes),
        "referral_start_date": days(day),
        "priority_type_code": words(who % 3, ["3", "3", "2"]),
        "first_seen_date": days(np.minimum(day + 9, c.life.people.stop[who] - 1)),
        "faster_diagnosis_end_date": days(facts["diagnosed"]),
        "faster_diagnosis_end_reason": constant("01", len(who)),
        "diagnosis_code": constant("C189", len(who)),
        "metastatic_status_code": words(
            (facts["spread"] <= facts["diagnosed"]).astype(np.int8), ["M0", "M1"]
        ),
        "treatment_period_start_date": days(facts["diagnosed"]),
        "treatment_start_date": days(np.where(treated < c.life.people.stop[who], treated, FAR)),
        "treatment_modality_code": words(who % 3, ["23", "02", "04"]),
        "received_date": days(np.minimum(treated + 30, c.life.clock.stop + 9)),
    }
    batch = c.batch("cancer_pathway", columns, who, np.asarray(facts["diagnosed"]))
    batch.late_ok = False
    return batch


def immunisation(c: Context) -> Batch:
    """Vaccinations given, with identity as the batch specification has it."""
    facts = c.life.facts["vaccination"]
    who, day = facts["person"], facts["date"]
    n = len(who)
    practice = c.practice_of(who, day)
    columns = {
        "nhs_number": c.nhs(who),
        "forename": c.forenames.take(_index(who)),
        "surname": c.surnames.take(_index(who)),
        "birth_date": c.birth(who),
        "sex_code": c.sex(who),
        "postcode": c.postcode(who),
        "vaccination_date": days(day),
        "site_code": practice,
        "vaccination_key": numbered(20, n, c.serial),
        "action_flag": constant("new", n),
        "recorded_date": days(day),
        "procedure_code": words(facts["vaccine"], _VACCINES),
        "dose_sequence": numbers(np.ones(n, np.int32)),
        "location_code": practice,
    }
    batch = c.batch("immunisation", columns, who, day)
    batch.late_ok = False
    return batch


_CAUSES = ("I251", "C349", "F03", "J449", "I639", "J181", "C80")


def death(c: Context) -> Batch:
    """Registered deaths; the cause is a matter of the subsegment, roughly."""
    people = c.life.people
    who = np.flatnonzero(people.death < FAR)
    rng = np.random.default_rng([c.chunk, 25])
    spread = people.intended[who] == SUBSEGMENTS.index("5a")
    cause = np.where(spread, 6, rng.integers(0, 6, len(who)))
    place = rng.integers(0, 4, len(who))
    registered = np.minimum(people.death[who] + rng.integers(2, 12, len(who)), c.life.clock.stop + 9)
    areas = [c.places.lsoa11_of_postcode[index] for index in c.homes.postcode[who]]
    columns = {
        "registration_key": numbered(22, len(who), c.serial),
        "nhs_number": c.nhs(who),
        "sex_code": c.sex(who),
        "death_date": days(people.death[who]),
        "registration_date": days(registered),
        "underlying_cause_code": words(cause, _CAUSES),
        "cause_1_code": words(cause, _CAUSES),
        "place_of_death_type": words(place, ["01", "03", "H", "E"]),
        "residence_lsoa11_code": words(np.arange(len(who)), areas)
        if len(who)
        else words(np.empty(0, np.int32), [""]),
        "practice_code": words(c.homes.practice[who], c.places.practice_codes),
        "cancelled": constant("N", len(who)),
    }
    batch = c.batch("death", columns, who, people.death[who])
    batch.late_ok = False
    return batch
