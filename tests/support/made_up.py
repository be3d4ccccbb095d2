"""Hypothesis strategies: any criterion, and any small population to ask it of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from openphm import criteria as criteria_room
from openphm.criteria import (
    Activity,
    All,
    Any,
    AtLeast,
    Attribute,
    AttributeKind,
    Condition,
    Criterion,
    Everyone,
    Known,
    Not,
    Place,
    Sequence,
    Step,
    parse,
)
from openphm.criteria.dated import codes_of
from openphm.definitions.codelists import Code, Codelist
from tests.support.builder import AS_AT, Event, Fact, Person, Recorded, Registration, Spell
from tests.support.tables import AREAS, CODES, PRACTICES

CONDITIONS = ("asthma", "copd", "diabetes", "stroke")
FLAGS = ("care_home", "end_of_life")
ACTIVITIES = ("ed_attendance", "emergency_admission", "social_care_residential")
LEVELS = ("fit", "mild", "moderate", "severe")
ONE_AND_OTHER = [
    ("gp", ("195967001", "233678006", "162660004", "160377001")),
    ("emergency", ("195967001", "13645005")),
    ("medicine", ("0301011R0AAAAAA", "0302000C0", "0212000B0")),
    ("admission", ("J459", "J440", "I219")),
    ("outpatient", ("J459", "J45")),
    ("procedure", ("W371", "W381")),
]
"""Where codes are kept, and codes that are found there: of a list, of two, beginnings, and of none."""
DATES = (date(2024, 2, 29), date(2025, 3, 31), AS_AT)


def _list(name: str, *codes: tuple[str, str, str]) -> Codelist:
    return Codelist(name, "active", tuple(Code(*code) for code in codes))


CODELISTS = {
    "asthma": _list(
        "asthma",
        ("snomed", "onset", "195967001"),
        ("snomed", "resolved", "162660004"),
        ("snomed", "not", "160377001"),
        ("icd10", "onset", "J45"),
    ),
    "airways": _list(
        "airways",
        ("snomed", "onset", "195967001"),
        ("snomed", "onset", "13645005"),
        ("icd10", "onset", "J4"),
        ("bnf", "onset", "0301"),
    ),
    "inhalers": _list("inhalers", ("bnf", "onset", "0302"), ("bnf", "onset", "0301011")),
    "hips": _list("hips", ("opcs4", "onset", "W37"), ("opcs4", "onset", "W381")),
}
COHORTS = {
    "cohorts/breathless": {"any": [{"condition": ["asthma", "copd"]}, {"codelist": "airways", "ever": True}]},
    "cohorts/older_breathless": {
        "all": [
            {"attribute": "age", "at_least": 65},
            {"cohort": "breathless"},
            {"not": {"attribute": "care_home"}},
        ]
    },
}
KNOWN = Known(
    attributes={
        **{name: AttributeKind("flag") for name in FLAGS},
        "frailty": AttributeKind("text", values=LEVELS),
        "multimorbidity_count": AttributeKind("number", lowest=0, highest=60),
        "imd_decile": AttributeKind("number", lowest=1, highest=10),
    },
    conditions=frozenset(CONDITIONS),
    activities=frozenset(ACTIVITIES),
    segments=frozenset(code for pair in CODES for code in pair),
    codelists=CODELISTS,
    cohorts=COHORTS,
)


def some_of(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True).map(tuple)


months = st.sampled_from([1, 3, 12, 24])
# Days that crowd round the edges of windows and months, where mistakes are made.
days = st.one_of(
    st.sampled_from([d + timedelta(days=n) for d in DATES for n in (-365, -366, -1, 0, 1)]),
    st.dates(date(2022, 1, 1), date(2026, 6, 30)),
)


@st.composite
def number_tests(draw: st.DrawFn, name: str, lowest: int, highest: int) -> Attribute:
    low, high = sorted((draw(st.integers(lowest, highest)), draw(st.integers(lowest, highest))))
    low_key = draw(st.sampled_from(["at_least", "above", None]))
    high_key = draw(st.sampled_from(["at_most", "below", None]))
    limits: dict[str, float] = {low_key: low} if low_key else {}
    if high_key:
        limits[high_key] = high
    if not limits:
        return Attribute(name, any_of=(low, high) if low < high else (low,))
    return Attribute(name, **limits)


@st.composite
def activities(draw: st.DrawFn) -> Activity:
    least = draw(st.none() | st.integers(1, 3))
    most = draw(st.none() | st.integers(least or 0, 4))
    cost_least = draw(st.none() | st.sampled_from([50, 100.5]))
    cost_most = draw(st.none() | st.sampled_from([101, 300]))
    return Activity(draw(some_of(ACTIVITIES)), draw(months), least, most, cost_least, cost_most)


@st.composite
def coded(draw: st.DrawFn) -> criteria_room.Codelist:
    names = draw(some_of(tuple(CODELISTS)))
    within = draw(st.none() | months)
    least = draw(st.none() | st.integers(1, 3))
    most = draw(st.none() | st.integers(least or 0, 4))
    return criteria_room.Codelist(names, codes_of(names, CODELISTS), within is None, within, least, most)


steps = st.one_of(
    st.builds(Step, st.just("activity"), some_of(ACTIVITIES)),
    st.builds(Step, st.just("condition"), some_of(CONDITIONS)),
    some_of(tuple(CODELISTS)).map(lambda names: Step("codelist", names, codes_of(names, CODELISTS))),
)


@st.composite
def sequences(draw: st.DrawFn) -> Sequence:
    found = draw(st.lists(steps, min_size=2, max_size=3))
    within = draw(st.none() | st.sampled_from([1, 14, 60, 400]))
    if within is not None and draw(st.booleans()):
        found[-1] = replace(found[-1], absent=True)
    return Sequence(tuple(found), within, draw(st.none() | months), draw(st.booleans()))


cohorts = st.sampled_from(sorted(COHORTS)).map(lambda id_: parse({"cohort": id_}, KNOWN))
onsets = st.builds(Condition, some_of(CONDITIONS), onset_within_months=months)
places = st.one_of(
    st.builds(Place, st.just("registered_practice"), some_of(tuple(p[0] for p in PRACTICES))),
    st.builds(Place, st.just("registered_pcn"), some_of(("U10001", "U10002"))),
    st.builds(Place, st.just("resident_lsoa21"), some_of(tuple(a[0] for a in AREAS))),
    st.builds(Place, st.just("resident_ltla"), some_of(("E07000001", "E07000002"))),
)
leaves = st.one_of(
    st.just(Everyone()),
    st.builds(Condition, some_of(CONDITIONS), ever=st.booleans()),
    onsets,
    st.builds(Attribute, st.sampled_from(FLAGS), within_months=st.none() | months),
    st.builds(Attribute, st.just("frailty"), any_of=some_of(LEVELS), within_months=st.none() | months),
    number_tests("multimorbidity_count", 0, 6),
    number_tests("age", 0, 100),
    st.builds(Attribute, st.just("sex"), any_of=some_of(("1", "2"))),
    st.builds(Attribute, st.just("ethnic_group"), any_of=some_of(("White", "Asian", "Black"))),
    activities(),
    coded(),
    sequences(),
    cohorts,
    places,
)


def _groups(parts: st.SearchStrategy[Criterion]) -> st.SearchStrategy[Criterion]:
    several = st.lists(parts, min_size=1, max_size=4).map(tuple)
    counted = several.flatmap(lambda of: st.builds(AtLeast, st.integers(1, len(of)), st.just(of)))
    return st.one_of(st.builds(All, several), st.builds(Any, several), st.builds(Not, parts), counted)


criteria: st.SearchStrategy[Criterion] = st.recursive(leaves, _groups, max_leaves=12)


@st.composite
def _spans(draw: st.DrawFn) -> tuple[date, date | None]:
    start = draw(days)
    stop = draw(st.none() | days)
    return start, stop if stop is None or stop > start else None


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    start, stop = draw(_spans())
    name = draw(st.sampled_from([*FLAGS, "frailty", "multimorbidity_count"]))
    if name in FLAGS:
        return Fact(name, draw(st.sampled_from([None, "true", "false"])), None, start, stop)
    if name == "frailty":
        return Fact(name, draw(st.sampled_from(LEVELS)), None, start, stop)
    return Fact(name, None, float(draw(st.integers(0, 6))), start, stop)


@st.composite
def spells(draw: st.DrawFn) -> Spell:
    start, stop = draw(_spans())
    return Spell(draw(st.sampled_from(CONDITIONS)), start, stop)


events = st.builds(
    Event,
    st.sampled_from(ACTIVITIES),
    days,
    st.sampled_from([Decimal("0"), Decimal("50.25"), Decimal("120")]),
    is_start=st.booleans(),
)
records = st.sampled_from(ONE_AND_OTHER).flatmap(
    lambda kept: st.builds(Recorded, st.just(kept[0]), st.sampled_from(kept[1]), days)
)
people: st.SearchStrategy[Person] = st.builds(
    Person,
    birth_month=st.none() | st.dates(date(1925, 1, 1), date(2025, 12, 31)).map(lambda d: d.replace(day=15)),
    sex_code=st.sampled_from([None, "1", "2"]),
    ethnicity_code=st.sampled_from([None, "A", "H", "N", "Z"]),
    lsoa21_code=st.sampled_from([None, *(a[0] for a in AREAS)]),
    registrations=st.sampled_from([p[0] for p in PRACTICES]).map(
        lambda p: (Registration(p, date(2010, 1, 1)),)
    ),
    spells=st.lists(spells(), max_size=4).map(tuple),
    facts=st.lists(facts(), max_size=4).map(tuple),
    events=st.lists(events, max_size=5).map(tuple),
    codes=st.lists(records, max_size=4).map(tuple),
)
