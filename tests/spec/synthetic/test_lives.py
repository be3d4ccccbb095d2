"""Lives: what holds for everybody in the made-up ICS, read from the records and compared with the truth."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise

import numpy as np
import pyarrow.compute as pc

from openphm.core.identifiers import NHSNumber
from openphm.synthetic.calibration import measure
from openphm.synthetic.population import subsegment_quota
from openphm.synthetic.tables import SUBSEGMENTS, by_subsegment
from tests.spec.synthetic.conftest import PEOPLE, Made

WINDOW = (date(2025, 4, 1), date(2026, 3, 31))
EMERGENCIES = {"21", "22", "23", "24", "25", "28", "2A", "2B", "2D"}
URGENT_DEPARTMENTS = {"01", "02", "03", "04"}


def in_window(day: date) -> bool:
    return WINDOW[0] <= day <= WINDOW[1]


def attendances(made: Made) -> Counter[str]:
    """NHS number -> attendances of types 1 to 4 in the last twelve months."""
    rows = made.rows("sus_ecds_attendance", "nhs_number", "arrival_date", "department_type_code")
    return Counter(
        r["nhs_number"]
        for r in rows
        if in_window(r["arrival_date"]) and r["department_type_code"] in URGENT_DEPARTMENTS
    )


def admissions(made: Made) -> Counter[str]:
    """NHS number -> emergency admissions in the last twelve months."""
    rows = made.rows("sus_apc_spell", "nhs_number", "admission_date", "admission_method_code")
    return Counter(
        r["nhs_number"]
        for r in rows
        if in_window(r["admission_date"]) and r["admission_method_code"] in EMERGENCIES
    )


def test_everybody_is_in_the_subsegment_they_were_drawn_for(clean: Made) -> None:
    found = Counter(clean.subsegments.values())
    quota = dict(zip(SUBSEGMENTS, subsegment_quota(PEOPLE).tolist(), strict=True))
    assert sum(found.values()) == PEOPLE
    moved = sum(abs(found[code] - quota[code]) for code in SUBSEGMENTS) / 2
    assert moved <= 0.001 * PEOPLE


def test_every_person_has_a_number_of_their_own_that_is_never_issued(clean: Made) -> None:
    numbers = clean.truth("people")["nhs_number"].to_pylist()
    assert len(set(numbers)) == len(numbers)
    parsed = [NHSNumber.parse(text) for text in numbers]
    assert all(number and number.is_test_number for number in parsed)


def test_healthy_people_were_not_admitted_and_attended_rarely(clean: Made) -> None:
    attended, admitted = attendances(clean), admissions(clean)
    for number, code in clean.subsegments.items():
        if code in ("1a", "1b", "1c"):
            assert admitted[number] == 0
            assert attended[number] <= 4
        elif code == "2a":
            assert admitted[number] >= 1
        elif code == "2b":
            assert admitted[number] == 0
            assert attended[number] >= 5


def test_nobody_is_seen_when_not_registered(clean: Made) -> None:
    people = clean.truth("people").to_pylist()
    stay = {p["nhs_number"]: (p["joined_date"], p["end_date"] or date(2026, 4, 1)) for p in people}
    for record, column in (
        ("gp_encounter", "encounter_date"),
        ("gp_medication", "item_date"),
        ("sus_apc_spell", "admission_date"),
        ("sus_apc_spell", "discharge_date"),
        ("sus_op_appointment", "appointment_date"),
        ("sus_ecds_attendance", "arrival_date"),
    ):
        for row in clean.rows(record, "nhs_number", column):
            first, after = stay[row["nhs_number"]]
            assert first <= row[column] < after, record


def test_each_condition_a_practice_knows_has_three_concepts_over_time(clean: Made) -> None:
    known = clean.truth("conditions").to_pylist()
    people = {p["nhs_number"]: p for p in clean.truth("people").to_pylist()}
    listed = {
        c: set(clean.definitions.get(f"codelists/{c}").body["codes"]["snomed"]["onset"])
        for c in {k["condition_id"] for k in known}
    }
    written: dict[str, dict[str, list[date]]] = defaultdict(lambda: defaultdict(list))
    for row in clean.rows("gp_event", "nhs_number", "code", "event_date"):
        written[row["nhs_number"]][row["code"]].append(row["event_date"])
    short = 0
    for one in known:
        codes = listed[one["condition_id"]] & set(written[one["nhs_number"]])
        first = [min(written[one["nhs_number"]][code]) for code in codes]
        if one["known_by"] == "gp":
            assert len(codes) >= min(3, len(listed[one["condition_id"]])), one
            assert min(first) == one["onset_date"]
        else:
            assert not codes, one
        end = people[one["nhs_number"]]["end_date"]
        short += end is None and len(codes) == 0
    shares = Counter(one["known_by"] for one in known)
    assert 0.07 < shares["hospital"] / len(known) < 0.12
    assert 0.01 < shares["medicine"] / len(known) < 0.05


def test_conditions_known_to_hospitals_only_are_written_by_hospitals(clean: Made) -> None:
    person = {
        r["appointment_key"]: r["nhs_number"]
        for r in clean.rows("sus_op_appointment", "appointment_key", "nhs_number")
    }
    spells = {r["spell_key"]: r["nhs_number"] for r in clean.rows("sus_apc_spell", "spell_key", "nhs_number")}
    written: dict[str, set[str]] = defaultdict(set)
    for row in clean.rows("sus_op_diagnosis", "appointment_key", "code"):
        written[person[row["appointment_key"]]].add(row["code"])
    for row in clean.rows("sus_apc_diagnosis", "spell_key", "code"):
        written[spells[row["spell_key"]]].add(row["code"])
    for one in clean.truth("conditions").to_pylist():
        if one["known_by"] == "hospital":
            prefixes = tuple(
                clean.definitions.get(f"codelists/{one['condition_id']}").body["codes"]["icd10"]["onset"]
            )
            assert any(code.startswith(prefixes) for code in written[one["nhs_number"]]), one


def test_people_move_between_subsegments(clean: Made) -> None:
    table = clean.truth("subsegments")
    by_day: dict[date, dict[str, str]] = defaultdict(dict)
    for row in table.to_pylist():
        if row["kind"] != "last_day":
            by_day[row["day"]][row["nhs_number"]] = row["subsegment_code"]
    days = sorted(by_day)
    assert len(days) == 4
    for before, after in pairwise(days):
        both = by_day[before].keys() & by_day[after].keys()
        moved = np.mean([by_day[before][n] != by_day[after][n] for n in both])
        assert 0.05 < moved < 0.35
    assert {code for day in days for code in by_day[day].values()} == set(SUBSEGMENTS)


def test_people_are_born_join_move_leave_and_die(clean: Made) -> None:
    people = clean.truth("people").to_pylist()
    years = PEOPLE * 4
    died = sum(p["death_date"] is not None for p in people)
    left = sum(p["end_date"] is not None and p["death_date"] is None for p in people)
    born = sum(p["birth_date"] >= date(2022, 4, 1) for p in people)
    joined = sum(p["joined_date"] >= date(2022, 4, 1) and p["birth_date"] < date(2022, 3, 1) for p in people)
    assert 0.007 < died / years < 0.014
    assert 0.010 < left / years < 0.020
    assert 0.005 < born / years < 0.016
    assert 0.008 < joined / years < 0.030
    spells = Counter(
        r["nhs_number"]
        for r in clean.rows("gp_registration", "nhs_number", "registration_type")
        if r["registration_type"] == "Regular"
    )
    assert 0.02 < np.mean([n > 1 for n in spells.values()]) < 0.16


def test_use_is_realistic(clean: Made) -> None:
    attended = attendances(clean)
    here = list(clean.subsegments)
    often = np.mean([attended[n] >= 5 for n in here])
    assert 0.08 < sum(admissions(clean).values()) / PEOPLE < 0.13
    assert 0.36 < sum(attended[n] for n in here) / PEOPLE < 0.56
    assert 0.003 < often < 0.014


def test_more_happens_in_winter_and_on_weekdays(clean: Made) -> None:
    days = clean.record("gp_encounter")["encounter_date"]
    assert pc.sum(pc.greater_equal(pc.day_of_week(days), 5)).as_py() / len(days) < 0.03
    medicines = clean.record("gp_medication")
    antibiotic = pc.starts_with(medicines["bnf_code"], "0501")
    months = Counter(pc.month(medicines.filter(antibiotic)["item_date"]).to_pylist())
    assert months[12] + months[1] + months[2] > 1.2 * (months[6] + months[7] + months[8])


def test_costs_contacts_and_bed_days_are_those_of_figure_12() -> None:
    measured = measure(20_000, seed=3)
    figure = by_subsegment("figure12")
    assert measured.cost_error() < 0.10
    for name, least in (("gp_contacts", 0.0), ("emergency_bed_days", 0.4)):
        rate = measured.counts[name] / measured.person_years
        near = np.abs(rate / np.maximum(figure[name], 1e-9) - 1) < 0.12
        assert near[(figure[name] >= least) & (measured.people >= 300)].all(), name
        everyone = measured.counts[name].sum() / measured.person_years.sum()
        expected = (figure["population"] * figure[name]).sum() / figure["population"].sum()
        assert abs(everyone / expected - 1) < 0.05
