"""Criteria mean the same in SQL, in plain Python, as YAML and after reading that YAML back."""

from __future__ import annotations

from typing import TypeVar

import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from openphm.criteria import Criterion, Everyone, parse
from openphm.criteria.compile import compile_criterion, compile_flags, compile_rules
from openphm.criteria.implies import implies
from openphm.store import DuckDBEngine
from tests.support import made_up
from tests.support.builder import Person
from tests.support.plain_criteria import first_rule, matches
from tests.support.tables import engine_with

SOME = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
populations = st.lists(made_up.people, min_size=3, max_size=8)


def asked_together(engine: DuckDBEngine, criteria: list[Criterion]) -> set[tuple[object, ...]]:
    """(person, day, number of the criterion) for all that hold, by one query."""
    named = [(f"c{n}", criterion) for n, criterion in enumerate(criteria)]
    rows = engine.query(compile_flags(named)).to_pylist()
    assert len(rows) == engine.count_rows("segments.spine")
    return {
        (row["person_key"], row["as_at"], n) for row in rows for n in range(len(criteria)) if row[f"c{n}"]
    }


def asked_alone(engine: DuckDBEngine, criterion: Criterion) -> set[tuple[object, ...]]:
    return {tuple(row.values()) for row in engine.query(compile_criterion(criterion)).to_pylist()}


AT_ONCE = 40
ROUNDS = 20


def compare(people: list[Person], criteria: list[Criterion]) -> None:
    """SQL and plain Python name the same people and days for each of these criteria."""
    with engine_with(people, made_up.DATES) as engine:
        alone = asked_alone(engine, criteria[0])
        for first in range(0, len(criteria), AT_ONCE):
            some = criteria[first : first + AT_ONCE]
            together = asked_together(engine, some)
            for n, criterion in enumerate(some):
                expected = {
                    (key, day)
                    for key, person in enumerate(people, start=1)
                    for day in made_up.DATES
                    if matches(criterion, person, day)
                }
                assert {answer[:2] for answer in together if answer[2] == n} == expected, str(criterion)
                assert first + n > 0 or alone == expected


@settings(SOME, max_examples=15)
@given(populations, st.lists(made_up.criteria, min_size=5, max_size=15))
def test_sql_and_plain_python_agree_on_any_criterion(people: list[Person], criteria: list[Criterion]) -> None:
    compare(people, criteria)


Made = TypeVar("Made", Person, Criterion)


def different(strategy: st.SearchStrategy[Made], wanted: int) -> list[Made]:
    """So many different values that Hypothesis made.

    Each round has a seed of its own: where the examples are not random, as on a CI machine, a round without
    one would make the same values again, for ever.
    """
    made: dict[Made, None] = {}

    @settings(SOME, max_examples=max(10, wanted // 20), phases=[Phase.generate], database=None)
    @given(st.lists(strategy, min_size=20, max_size=20))
    def make(values: list[Made]) -> None:
        made.update(dict.fromkeys(values))

    for round_number in range(ROUNDS):
        seed(round_number)(make)()
        if len(made) >= wanted:
            return list(made)[:wanted]
    raise AssertionError(f"{ROUNDS} rounds made {len(made)} different values, and {wanted} are wanted")


def test_sql_and_plain_python_agree_on_two_thousand_criteria() -> None:
    """160 at a time, each time of 16 other people; the number of different criteria is printed."""
    criteria, people = different(made_up.criteria, 2_000), different(made_up.people, 208)
    compared: set[str] = set()
    for n in range(0, len(criteria), 160):
        compare(people[n // 10 : n // 10 + 16], criteria[n : n + 160])
        compared.update(str(criterion) for criterion in criteria[n : n + 160])
    print(f"{len(compared):,} different criteria were compared")
    assert len(compared) >= 2_000


@SOME
@given(populations, st.lists(made_up.criteria, min_size=1, max_size=8))
def test_rules_give_each_person_the_first_that_holds(people: list[Person], criteria: list[Criterion]) -> None:
    kept: list[Criterion] = []
    for criterion in criteria:
        if not any(implies(criterion, earlier) for earlier in kept):
            kept.append(criterion)
    kept = [*(c for c in kept if not implies(Everyone(), c)), Everyone()]
    rules = [(f"r{n}", criterion) for n, criterion in enumerate(kept)]
    with engine_with(people, made_up.DATES) as engine:
        rows = engine.query(compile_rules(rules, carry=["month_end"])).to_pylist()
        flags = engine.query(compile_flags(rules)).to_pylist()
    assert len(rows) == len(flags) == len(people) * len(made_up.DATES)
    for row in rows:
        person = people[row["person_key"] - 1]
        assert (row["subsegment_code"], row["rule_position"]) == first_rule(rules, person, row["as_at"])
    for row in flags:
        person = people[row["person_key"] - 1]
        for code, criterion in rules:
            assert bool(row[code]) == matches(criterion, person, row["as_at"])


@given(made_up.criteria)
def test_what_is_printed_is_read_back_as_the_same_criterion(criterion: Criterion) -> None:
    assert parse(yaml.safe_load(str(criterion)), made_up.KNOWN) == criterion


@SOME
@given(populations, made_up.criteria, made_up.criteria)
def test_implied_criteria_hold_for_everyone_of_the_narrower(
    people: list[Person], one: Criterion, other: Criterion
) -> None:
    for narrow, wide in ((one, other), (one & other, one), (one, one | other)):
        if implies(narrow, wide):
            for person in people:
                for day in made_up.DATES:
                    assert not matches(narrow, person, day) or matches(wide, person, day)


@SOME
@given(populations, made_up.criteria, made_up.criteria)
def test_adding_a_part_never_adds_people_and_not_is_the_complement(
    people: list[Person], one: Criterion, other: Criterion
) -> None:
    with engine_with(people, made_up.DATES) as engine:
        alone, both = asked_alone(engine, one), asked_alone(engine, one & other)
        either, out = asked_alone(engine, one | other), asked_alone(engine, ~one)
        everybody = asked_alone(engine, Everyone())
    assert both <= alone <= either
    assert alone | out == everybody
    assert not alone & out
