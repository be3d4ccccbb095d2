"""Criteria mean the same when they are answered from person.snapshot."""

from __future__ import annotations

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openphm.criteria import Activity, Criterion, Segment, Snapshot, compile_criterion, compile_flags
from tests.support import made_up
from tests.support.builder import AS_AT, Person, a_person
from tests.support.plain_criteria import matches
from tests.support.plain_snapshot import MOMENTARY, NAME, as_stored, schema, snapshot_rows
from tests.support.tables import CODES, engine_with

COLUMNS = {"bool": "BOOLEAN", "double": "DOUBLE", "string": "STRING"}
# 28 February after a leap year: the twelve months to it, day by day, are not twelve calendar months.
SNAPSHOT_DATES = (AS_AT, date(2025, 3, 31), date(2024, 2, 29), date(2025, 2, 28))


def snapshot_as_at(day: date) -> Snapshot:
    types = {field.name: COLUMNS.get(str(field.type), str(field.type)) for field in schema()}
    return Snapshot(types, day, MOMENTARY)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(made_up.people.map(as_stored), min_size=4, max_size=10),
    st.lists(made_up.criteria, min_size=20, max_size=40, unique=True),
    st.sampled_from(SNAPSHOT_DATES),
)
def test_the_fast_form_says_what_plain_python_says(
    people: list[Person], criteria: list[Criterion], day: date
) -> None:
    snapshot = snapshot_as_at(day)
    named = [(f"c{n}", criterion) for n, criterion in enumerate(criteria)]
    columns = ", ".join(snapshot.spine_columns(criteria))
    with engine_with(people, []) as engine:
        engine.load_rows(NAME, snapshot_rows(people, day, [CODES[0]] * len(people)))
        asked = f"WITH asked AS (SELECT {columns} FROM {NAME})"
        flags = compile_flags(named, "asked", snapshot=snapshot)
        rows = engine.query(f"{asked} SELECT * FROM ({flags})").to_pylist()
        alone = compile_criterion(criteria[0], "asked", snapshot=snapshot)
        found = {row["person_key"] for row in engine.query(f"{asked} SELECT * FROM ({alone})").to_pylist()}
    assert len(rows) == len(people)
    for row in rows:
        person = people[row["person_key"] - 1]
        for name, criterion in named:
            assert bool(row[name]) == matches(criterion, person, day), str(criterion)
        assert (row["person_key"] in found) == matches(criteria[0], person, day)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(made_up.people, min_size=4, max_size=8),
    st.lists(made_up.criteria, min_size=20, max_size=40, unique=True),
    st.sampled_from(made_up.DATES),
)
def test_saying_the_one_date_changes_no_answer(
    people: list[Person], criteria: list[Criterion], day: date
) -> None:
    named = [(f"c{n}", criterion) for n, criterion in enumerate(criteria)]
    with engine_with(people, [day]) as engine:
        told = engine.query(compile_flags(named, as_at=day) + "\nORDER BY 1").to_pylist()
        untold = engine.query(compile_flags(named) + "\nORDER BY 1").to_pylist()
    assert told == untold
    assert len(told) == len(people)


def test_what_the_snapshot_answers_reads_no_table_of_rows() -> None:
    asked = made_up.parse(
        {
            "all": [
                {"attribute": "age", "at_least": 41},
                {"attribute": "frailty", "any_of": ["mild", "severe"]},
                {"condition": ["copd", "asthma"]},
                {"activity": "ed_attendance", "count_at_least": 7, "within_months": 12},
                {"activity": ["ed_attendance", "emergency_admission"], "within_months": 12},
                {"place": "resident_ltla", "any_of": ["E07000001"]},
                {"segment": ["3", "4a"]},
                {"not": {"attribute": "care_home"}},
            ]
        },
        made_up.KNOWN,
    )
    sql = compile_criterion(asked, NAME, snapshot=snapshot_as_at(AS_AT))
    assert "JOIN" not in sql
    assert "JOIN" in compile_criterion(asked)


def test_a_service_that_goes_on_is_not_answered_from_counts_of_beginnings() -> None:
    person = a_person().using("social_care_residential", date(2026, 3, 1), goes_on=True)
    lasting = Activity(("social_care_residential",), within_months=12)
    snapshot = snapshot_as_at(AS_AT)
    assert snapshot.test(lasting) is None
    assert snapshot.test(Activity(("social_care_residential",), 12, count_at_least=2)) is not None
    with engine_with([person], []) as engine:
        engine.load_rows(NAME, snapshot_rows([person], AS_AT, [CODES[0]]))
        assert engine.query(compile_criterion(lasting, NAME, snapshot=snapshot)).num_rows == 1


def test_pounds_of_a_lasting_service_are_asked_of_the_snapshot_and_its_count_of_rows() -> None:
    both = Activity(("social_care_residential",), 12, count_at_least=1, cost_at_least_gbp=50)
    people = [a_person().using("social_care_residential", date(2026, 3, 1), goes_on=True), a_person()]
    snapshot = snapshot_as_at(AS_AT)
    columns = ", ".join(snapshot.spine_columns([both]))
    with engine_with(people, []) as engine:
        engine.load_rows(NAME, snapshot_rows(people, AS_AT, [CODES[0]] * 2))
        asked = f"WITH asked AS (SELECT {columns} FROM {NAME})"
        found = engine.query(f"{asked} SELECT * FROM ({compile_criterion(both, 'asked', snapshot=snapshot)})")
    named = {row["person_key"] for row in found.to_pylist()}
    assert named == {key for key, person in enumerate(people, start=1) if matches(both, person, AS_AT)}


def test_segments_of_the_snapshot_are_those_of_the_month_end() -> None:
    people = [a_person(), a_person()]
    history = [(1, AS_AT, "3b"), (2, AS_AT, "4a")]
    criterion = Segment(("3", "4a"))
    with engine_with(people, [AS_AT], history) as engine:
        engine.load_rows(NAME, snapshot_rows(people, AS_AT, [("3b", "3"), ("4a", "4")]))
        fast = engine.query(compile_criterion(criterion, NAME, snapshot=snapshot_as_at(AS_AT)))
        slow = engine.query(compile_criterion(criterion))
    assert fast.num_rows == slow.num_rows == 2
