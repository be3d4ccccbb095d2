"""What criteria mean, as sentences about people. The as-at date is 31 March 2026."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from openphm.criteria import parse
from openphm.criteria.compile import compile_criterion
from tests.support.builder import AS_AT, LONG_AGO, Person, a_person
from tests.support.made_up import KNOWN
from tests.support.tables import engine_with

IN, OUT = True, False

CASES = [
    ("{attribute: age, at_least: 65}", a_person().aged(65), IN),
    ("{attribute: age, at_least: 65}", a_person().aged(64), OUT),
    ("{attribute: age, above: 65}", a_person().aged(65), OUT),
    ("not: {attribute: age, at_least: 65}", Person(birth_month=None), IN),
    ("{attribute: sex, any_of: ['1']}", a_person().male(), IN),
    ("{attribute: sex, any_of: [1]}", a_person(), OUT),
    ("attribute: care_home", a_person().with_attribute("care_home"), IN),
    ("attribute: care_home", a_person().with_attribute("care_home", "false"), OUT),
    ("attribute: care_home", a_person().with_attribute("care_home", until=AS_AT), OUT),
    ("{attribute: care_home, within_months: 1}", a_person().with_attribute("care_home", until=AS_AT), IN),
    ("{attribute: frailty, any_of: [severe]}", a_person().with_attribute("frailty", "severe"), IN),
    ("{attribute: frailty, any_of: [severe]}", a_person().with_attribute("frailty", "mild"), OUT),
    (
        "{attribute: multimorbidity_count, at_least: 5}",
        a_person().with_attribute("multimorbidity_count", 5),
        IN,
    ),
    ("{attribute: multimorbidity_count, below: 1}", a_person(), OUT),
    ("condition: copd", a_person().with_condition("copd"), IN),
    ("condition: [asthma, copd]", a_person().with_condition("copd"), IN),
    ("condition: copd", a_person().with_condition("copd", since=date(2026, 4, 1)), OUT),
    ("condition: copd", a_person().with_condition("copd", resolved=AS_AT), OUT),
    ("{condition: copd, ever: true}", a_person().with_condition("copd", resolved=AS_AT), IN),
    (
        "{condition: copd, onset_within_months: 12}",
        a_person().with_condition("copd", since=date(2025, 4, 1)),
        IN,
    ),
    (
        "{condition: copd, onset_within_months: 12}",
        a_person().with_condition("copd", since=date(2025, 3, 31)),
        OUT,
    ),
    ("{activity: ed_attendance, within_months: 12, count_at_least: 7}", a_person().attending_ed(7), IN),
    ("{activity: ed_attendance, within_months: 12, count_at_least: 7}", a_person().attending_ed(6), OUT),
    (
        "{activity: ed_attendance, within_months: 12}",
        a_person().using("ed_attendance", date(2025, 3, 31)),
        OUT,
    ),
    ("{activity: ed_attendance, within_months: 12, count_at_most: 0}", a_person(), IN),
    (
        "{activity: ed_attendance, within_months: 12, cost_at_least_gbp: 560}",
        a_person().attending_ed(2),
        IN,
    ),
    (
        "{activity: social_care_residential, within_months: 1}",
        a_person().using("social_care_residential", date(2026, 3, 1), goes_on=True),
        IN,
    ),
    (
        "{activity: social_care_residential, within_months: 12, count_at_least: 2}",
        a_person()
        .using("social_care_residential", date(2026, 1, 1))
        .using("social_care_residential", date(2026, 2, 1), date(2026, 3, 1), goes_on=True),
        OUT,
    ),
    (
        "{place: registered_pcn, any_of: [U10002]}",
        a_person().registered_at("Y00003").living_in("E01000001"),
        IN,
    ),
    ("{place: resident_ltla, any_of: [E07000002]}", a_person().living_in("E01000001"), OUT),
    (
        "{at_least: 2, of: [{condition: copd}, {condition: asthma}, {attribute: care_home}]}",
        a_person().with_condition("copd").with_attribute("care_home"),
        IN,
    ),
    ("everyone: true", Person(birth_month=None, sex_code=None), IN),
]

A_CODE, RESOLVED, NEVER = "195967001", "162660004", "160377001"
CODED_CASES = [
    ("{codelist: asthma, ever: true}", a_person().with_code(A_CODE, LONG_AGO), IN),
    ("{codelist: asthma, ever: true}", a_person(), OUT),
    ("{codelist: asthma, ever: true}", a_person().with_code(A_CODE, date(2026, 4, 1)), OUT),
    ("{codelist: asthma, ever: true}", a_person().with_code(RESOLVED, LONG_AGO), OUT),
    ("{codelist: asthma, ever: true}", a_person().with_code(NEVER, LONG_AGO), OUT),
    # codes of hospitals and medicines are beginnings of codes; whole codes are compared whole
    ("{codelist: asthma, ever: true}", a_person().with_code("J459", AS_AT, kept_in="admission"), IN),
    ("{codelist: hips, ever: true}", a_person().with_code("W371", AS_AT, kept_in="procedure"), IN),
    ("{codelist: inhalers, ever: true}", a_person().with_code("0301011R0AA", AS_AT, kept_in="medicine"), IN),
    ("{codelist: inhalers, ever: true}", a_person().with_code("0301021R0AA", AS_AT, kept_in="medicine"), OUT),
    ("{codelist: [hips, asthma], ever: true}", a_person().with_code(A_CODE, AS_AT), IN),
    ("{codelist: asthma, within_months: 12}", a_person().with_code(A_CODE, date(2025, 4, 1)), IN),
    ("{codelist: asthma, within_months: 12}", a_person().with_code(A_CODE, date(2025, 3, 31)), OUT),
    # counts are of different days: the same day in two records is one
    (
        "{codelist: asthma, within_months: 12, count_at_least: 2}",
        a_person().with_code(A_CODE, AS_AT, AS_AT).with_code("J459", AS_AT, kept_in="admission"),
        OUT,
    ),
    (
        "{codelist: asthma, within_months: 12, count_at_least: 2}",
        a_person().with_code(A_CODE, AS_AT).with_code("J459", date(2026, 3, 30), kept_in="admission"),
        IN,
    ),
    ("{codelist: asthma, within_months: 12, count_at_most: 0}", a_person(), IN),
]

ADMITTED, ATTENDED = "emergency_admission", "ed_attendance"
BACK = "sequence: [{activity: emergency_admission}, {activity: ed_attendance}]"
NOT_BACK = "sequence: [{activity: emergency_admission}, {not: {activity: ed_attendance}}], within_days: 14"
FEB_28, MARCH_1, MARCH_15, MARCH_16 = (
    date(2026, 2, 28),
    date(2026, 3, 1),
    date(2026, 3, 15),
    date(2026, 3, 16),
)
SEQUENCE_CASES = [
    (f"{{{BACK}}}", a_person().using(ADMITTED, MARCH_1).using(ATTENDED, MARCH_16), IN),
    (f"{{{BACK}}}", a_person().using(ADMITTED, MARCH_16).using(ATTENDED, MARCH_1), OUT),
    (f"{{{BACK}}}", a_person().using(ADMITTED, MARCH_1).using(ATTENDED, MARCH_1), OUT),
    (f"{{{BACK}, same_day: true}}", a_person().using(ADMITTED, MARCH_1).using(ATTENDED, MARCH_1), IN),
    (f"{{{BACK}, within_days: 14}}", a_person().using(ADMITTED, MARCH_1).using(ATTENDED, MARCH_15), IN),
    (f"{{{BACK}, within_days: 14}}", a_person().using(ADMITTED, MARCH_1).using(ATTENDED, MARCH_16), OUT),
    (f"{{{BACK}, within_months: 1}}", a_person().using(ADMITTED, MARCH_1).using(ATTENDED, MARCH_16), IN),
    (
        f"{{{BACK}, within_months: 1}}",
        a_person().using(ADMITTED, date(2026, 2, 28)).using(ATTENDED, AS_AT),
        OUT,
    ),
    (f"{{{BACK}}}", a_person().using(ADMITTED, MARCH_1, goes_on=True).using(ATTENDED, MARCH_16), OUT),
    (f"not: {{{BACK}, within_days: 14}}", a_person().using(ADMITTED, MARCH_1), IN),
    (
        "sequence: [{condition: copd}, {codelist: inhalers}, {activity: ed_attendance}]",
        a_person()
        .with_condition("copd", since=date(2025, 1, 1))
        .with_code("0302000C0", date(2025, 2, 1), kept_in="medicine")
        .using(ATTENDED, date(2025, 3, 1)),
        IN,
    ),
    # a later second step can be the one that the third follows in time
    (
        "{sequence: [{condition: copd}, {condition: asthma}, {condition: stroke}], within_days: 10}",
        a_person()
        .with_condition("copd", since=date(2026, 1, 1))
        .with_condition("asthma", since=date(2026, 1, 2), resolved=date(2026, 1, 3))
        .with_condition("asthma", since=date(2026, 1, 11))
        .with_condition("stroke", since=date(2026, 1, 21)),
        IN,
    ),
    (f"{{{NOT_BACK}}}", a_person().using(ADMITTED, MARCH_1), IN),
    (f"{{{NOT_BACK}}}", a_person().using(ADMITTED, MARCH_1).using(ATTENDED, MARCH_15), OUT),
    (f"{{{NOT_BACK}}}", a_person().using(ADMITTED, MARCH_1).using(ATTENDED, MARCH_16), IN),
    # fourteen days have not passed yet: nobody can say
    (f"{{{NOT_BACK}}}", a_person().using(ADMITTED, date(2026, 3, 18)), OUT),
    # one admission of two was followed; the other was not
    (f"{{{NOT_BACK}}}", a_person().using(ADMITTED, date(2025, 6, 1), MARCH_1).using(ATTENDED, MARCH_15), IN),
]

COHORT_CASES = [
    ("cohort: breathless", a_person().with_condition("copd"), IN),
    ("cohort: cohorts/breathless", a_person().with_code(A_CODE, AS_AT), IN),
    ("cohort: older_breathless", a_person().aged(70).with_condition("copd"), IN),
    ("cohort: older_breathless", a_person().aged(60).with_condition("copd"), OUT),
    ("not: {cohort: older_breathless}", a_person(), IN),
]


@pytest.mark.parametrize(
    ("text", "person", "expected"), [*CASES, *CODED_CASES, *SEQUENCE_CASES, *COHORT_CASES]
)
def test_a_criterion_on_31_march_2026(text: str, person: Person, expected: bool) -> None:
    criterion = parse(yaml.safe_load(text), KNOWN)
    with engine_with([person], [AS_AT]) as engine:
        assert (engine.query(compile_criterion(criterion)).num_rows == 1) is expected


def test_segments_are_asked_as_at_the_month_end() -> None:
    history = [(1, date(2026, 2, 28), "3b"), (1, AS_AT, "4a")]
    for text, days in [
        ("segment: 3b", [date(2026, 2, 28)]),
        ("segment: '4'", [AS_AT]),
        ("segment: ['3', 4a]", [date(2026, 2, 28), AS_AT]),
    ]:
        criterion = parse(yaml.safe_load(text), KNOWN)
        with engine_with([a_person()], [date(2026, 2, 28), AS_AT], history) as engine:
            rows = engine.query(compile_criterion(criterion)).to_pylist()
        assert sorted(row["as_at"] for row in rows) == days


def test_any_day_can_be_asked_and_nothing_later_is_read() -> None:
    person = a_person().with_condition("copd", since=date(2025, 6, 1)).attending_ed(3)
    days = [date(2025, 5, 31), date(2025, 6, 1), AS_AT]
    with engine_with([person], days) as engine:
        has_copd = engine.query(compile_criterion(parse({"condition": "copd"}, KNOWN))).num_rows
    assert has_copd == 2
