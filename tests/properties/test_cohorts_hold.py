"""What holds of every cohort, for any population: sums, the plain evaluator, and the wall of the scope."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openphm.access import Scope
from openphm.criteria import Activity, All, Attribute, Condition, Criterion, Not
from openphm.population import open_in_scope
from tests.support.builder import AS_AT, Event, Fact, Person, Registration, Spell
from tests.support.plain_criteria import matches
from tests.support.store import a_store

SOME = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))

days = st.dates(date(2024, 6, 1), date(2026, 3, 31))
persons = st.builds(
    Person,
    birth_month=st.sampled_from([date(1950, 6, 15), date(1990, 1, 15), None]),
    sex_code=st.sampled_from(["1", "2"]),
    registrations=st.sampled_from(
        [(Registration("Y00001", date(2010, 1, 1)),), (Registration("Y00003", date(2010, 1, 1)),), ()]
    ),
    spells=st.lists(st.builds(Spell, st.sampled_from(["copd", "asthma"]), days), max_size=2).map(tuple),
    facts=st.lists(
        st.builds(Fact, st.just("frailty"), st.sampled_from(["mild", "severe"]), st.none(), days), max_size=1
    ).map(tuple),
    events=st.lists(st.builds(Event, st.just("ed_attendance"), days), max_size=5).map(tuple),
)
steps: st.SearchStrategy[Criterion] = st.sampled_from(
    [
        Condition(("copd",)),
        Condition(("copd", "asthma"), ever=True),
        Not(Condition(("asthma",))),
        Attribute("age", at_least=41),
        Attribute("frailty", any_of=("severe",)),
        Activity(("ed_attendance",), 12, count_at_least=2),
        Attribute("sex", any_of=("1",)),
    ]
)
wholes = st.lists(steps, min_size=1, max_size=4, unique=True).map(lambda parts: All(tuple(parts)))


def registered(people: list[Person]) -> list[Person]:
    return [person for person in people if person.registrations]


@SOME
@given(st.lists(persons, min_size=1, max_size=12), wholes, steps)
def test_attrition_is_what_a_plain_count_says(people: list[Person], whole: All, more: Criterion) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = a_store(Path(folder), people)
        with open_in_scope(store, Scope.whole_system()) as population:
            rows = population.cohort(whole).attrition().values()
            wider = population.cohort(All((*whole.of, more))).count().values()[0][2]
            trend = population.cohort(whole).trend(1).values()
            changes = {
                row[3]: row[4] for row in population.cohort(whole).changes().values() if row[1] == "all"
            }
    present = registered(people)
    for place, row in enumerate(rows):
        assert row[2] == sum(all(matches(s, p, AS_AT) for s in whole.of[:place]) for p in present)
    members = sum(matches(whole, person, AS_AT) for person in present)
    for place, row in enumerate(rows[1:]):
        others = [step for n, step in enumerate(whole.of) if n != place]
        assert row[3] == sum(all(matches(s, p, AS_AT) for s in others) for p in present) - members
    remaining = [row[2] for row in rows]
    assert remaining == sorted(remaining, reverse=True)
    assert wider <= members, "a further step never adds people"
    assert trend[0][2] == changes["people"] == changes["new"] + changes["continuing"] == members


@SOME
@given(st.lists(persons, min_size=2, max_size=12), wholes)
def test_people_outside_the_scope_change_nothing(people: list[Person], whole: All) -> None:
    own = [person for person in people if any(r.practice_code == "Y00003" for r in person.registrations)]
    answers = []
    for chosen in (people, own):
        with tempfile.TemporaryDirectory() as folder:
            store = a_store(Path(folder), chosen or people[:1])
            scope = Scope.whole_system().narrowed(practices=["Y00003"])
            with open_in_scope(store, scope) as population:
                cohort = population.cohort(whole)
                answers.append(
                    [
                        one.values()
                        for one in (cohort.count(), cohort.attrition(), cohort.profile(), cohort.changes())
                    ]
                )
    assert answers[0] == answers[1] or not own
