"""What criteria mean, as sentences about people. The as-at date is 31 March 2026."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from openphm.criteria import parse
from openphm.criteria.compile import compile_criterion
from tests.support.builder import AS_AT, Person, a_person
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


@pytest.mark.parametrize(("text", "person", "expected"), CASES)
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
