"""The segment matrix: the same as a plain one, parts that make the whole, and no person outside the scope."""

from __future__ import annotations

import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openphm.access import Scope
from openphm.criteria import known_names, segment_rules
from openphm.definitions import load
from openphm.population import MEASURES, open_in_scope
from tests.support.builder import AS_AT, Event, Fact, Person, Registration, Spell
from tests.support.plain_segments import plain_matrix
from tests.support.store import a_store

SOME = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
DEFINITIONS = load()
RULES = segment_rules(DEFINITIONS.get("segments/life_course"), known_names(DEFINITIONS))

conditions = ["asthma", "diabetes", "depression", "dementia", "back_neck_pain", "metastatic_cancer"]
used = [
    "gp_encounter",
    "gp_prescription",
    "emergency_admission",
    "ed_attendance",
    "day_case",
    "community_contact",
    "social_care_residential",
    "outpatient_first",
    "nhs111_call",
]
recent = st.dates(date(2024, 6, 1), AS_AT)
practices = st.sampled_from(["Y00001", "Y00002", "Y00003"])


def _facts(draw: st.DrawFn) -> tuple[Fact, ...]:
    count = Fact("multimorbidity_count", None, float(draw(st.integers(0, 6))), date(2024, 1, 1))
    decile = Fact("imd_decile", None, float(draw(st.integers(1, 10))), date(2024, 1, 1))
    frailty = Fact("frailty", draw(st.sampled_from(["fit", "moderate", "severe"])), None, date(2024, 1, 1))
    flags = draw(st.sets(st.sampled_from(["obesity", "history_of_falls", "on_waiting_list"])))
    kept = [one for one in (count, decile, frailty) if draw(st.integers(0, 3))]
    return (*kept, *(Fact(name, None, None, draw(recent)) for name in sorted(flags)))


@st.composite
def lives(draw: st.DrawFn) -> Person:
    """Somebody who may have moved, left, died, or never been registered."""
    left = draw(st.none() | recent)
    spells = [Registration(draw(practices), date(2020, 1, 1), left)]
    if left and draw(st.booleans()):
        spells.append(Registration(draw(practices), left))
    if draw(st.integers(0, 9)) == 0:
        spells = []
    ill = draw(st.lists(st.sampled_from(conditions), max_size=2, unique=True))
    price = st.integers(0, 500_000).map(lambda pence: Decimal(pence) / 100)
    events = st.builds(
        lambda pod, day, cost: Event(pod, day, Decimal(0) if pod == "nhs111_call" else cost, 2),
        st.sampled_from(used), recent, price,
    )  # fmt: skip
    return Person(
        birth_month=draw(st.none() | st.dates(date(1930, 1, 1), date(2023, 12, 31))),
        sex_code=draw(st.sampled_from(["1", "2", "9", None])),
        ethnicity_code=draw(st.sampled_from(["A", "H", "N", "Z", None])),
        registrations=tuple(spells),
        spells=tuple(Spell(name, draw(recent)) for name in ill),
        facts=_facts(draw),
        events=tuple(draw(st.lists(events, max_size=6))),
    )


@SOME
@given(st.lists(lives(), min_size=2, max_size=10))
def test_the_matrix_is_the_plain_one_and_its_parts_make_the_whole(people: list[Person]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = a_store(Path(folder) / "store", people)
        with open_in_scope(store, Scope.whole_system()) as population:
            for as_at in (AS_AT, date(2025, 11, 30)):
                found = {row[:2]: row[2] for row in population.segments(as_at).values()}
                expected = plain_matrix(people, as_at, RULES, DEFINITIONS)
                for key, figure in expected.items():
                    _same(found[key], figure, key)
                _adds_up(found)
            by_place = population.segments(by="pcn").values()
    if by_place:
        heads = sum(row[4] for row in by_place if row[2:4] == ("all", "population"))
        assert heads == len([p for p in people if _is_here(p)])


def _is_here(person: Person) -> bool:
    return any(r.end is None or r.end > AS_AT for r in person.registrations)


def _same(found: object, expected: object, key: object) -> None:
    if expected is None or isinstance(expected, Decimal):
        assert found == expected, key
    else:
        assert found == pytest.approx(expected, abs=1e-9), key


def _adds_up(found: dict[tuple[object, ...], object]) -> None:
    """Population and pounds of the subsegments make those of all; the six cost rows make the total."""
    codes = {code for code, _ in found} - {"all", "unattributed"}
    for measure in ("population", "cost_total_gbp"):
        if ("all", measure) in found:
            assert sum(found[code, measure] for code in codes) == found["all", measure]  # type: ignore[misc]
    rows = [m for m in MEASURES if m.startswith("cost_pppy_") and m != "cost_pppy_total"]
    for code in codes | {"all"}:
        whole = found.get((code, "cost_pppy_total"))
        if whole is not None:
            assert sum(found[code, row] for row in rows) == pytest.approx(whole)  # type: ignore[misc]


@SOME
@given(st.lists(lives(), min_size=3, max_size=10), practices)
def test_nobody_outside_the_scope_changes_an_answer(people: list[Person], practice: str) -> None:
    def is_inside(person: Person) -> bool:
        recent_spells = [r for r in person.registrations if r.end is None or r.end > date(2025, 4, 1)]
        return bool(recent_spells) and recent_spells[-1].practice_code == practice

    inside = [person for person in people if is_inside(person)]
    scope = Scope.whole_system().narrowed(practices=[practice])
    answers = []
    with tempfile.TemporaryDirectory() as folder:
        for name, group in (("everybody", people), ("inside", inside)):
            with open_in_scope(a_store(Path(folder) / name, group), scope) as population:
                answers.append(population.segments().values())
    assert answers[0] == answers[1]
