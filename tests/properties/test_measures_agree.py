"""Measures are what a plain reading of their files says, for any people, groups and filters."""

from __future__ import annotations

import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openphm.access import Scope
from openphm.criteria import Attribute, Condition, Criterion, known_names
from openphm.definitions import load
from openphm.population import MEASURES, open_in_scope
from openphm.population.measuring.groups import BAND_NAMES, groups_named
from openphm.population.measuring.sums import added
from openphm.population.measuring.tally import Question, tally
from tests.properties.test_segments_agree import lives
from tests.support.builder import AS_AT, Person
from tests.support.plain_criteria import age_on, place_of
from tests.support.plain_measures import PlainMeasures
from tests.support.store import a_store, held_months

DEFINITIONS = load()
KNOWN = known_names(DEFINITIONS)
POINTS = {str(row["point_of_delivery"]): row for row in DEFINITIONS.tables()["point_of_delivery"]}
LOCAL = (
    "smoking_prevalence", "obesity_prevalence", "emergency_admissions_children", "frequent_attenders",
    "ed_attendances_pppy", "emergency_admissions_rate", "mean_emergency_bed_days", "not_fit_for_work",
    "long_term_support_at_home", "new_care_home_admissions_65",
)  # fmt: skip
MEASURED = tuple(DEFINITIONS.contents.measures[one] for one in (*MEASURES, *LOCAL))
FILTERS: list[Criterion | None] = [
    None, Attribute("age", at_least=40), Condition(("diabetes", "copd")), ~Attribute("sex", any_of=("2",)),
]  # fmt: skip
SOME = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def practice_of(person: Person, day: date) -> object:
    return [one for one in held_months(person) if one.month_end <= AS_AT][-1].practice_code


def band_of(person: Person, day: date) -> object:
    age = age_on(person.birth_month, day)
    return None if age is None or age < 0 else BAND_NAMES[min(age // 5, len(BAND_NAMES) - 1)]


GROUPS = {
    "practice": practice_of,
    "sex": lambda person, day: {"1": "male", "2": "female"}.get(person.sex_code),
    "age_band": band_of,
    "ltla": lambda person, day: place_of(person, "resident_ltla"),
}


@SOME
@given(st.lists(lives(), min_size=2, max_size=10), st.sampled_from(sorted(GROUPS)), st.sampled_from(FILTERS))
def test_measures_are_the_plain_ones_in_any_group_and_parts_make_the_whole(
    people: list[Person], by: str, where: Criterion | None
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = a_store(Path(folder) / "store", people)
        with open_in_scope(store, Scope.whole_system()) as population:
            parts = tally(population, Question(MEASURED, groups_named(by), (AS_AT,), where))
            whole = tally(population, Question(MEASURED, (), (AS_AT,), where))
    plain = PlainMeasures(KNOWN, POINTS, AS_AT)
    for measure in MEASURED:
        expected = plain.sums(measure, people, GROUPS[by], where)
        found = {key[0]: (one.top, one.bottom) for key, one in parts.of(measure).items()}
        for key in expected.keys() | found.keys():
            assert _floats(found.get(key)) == pytest.approx(_floats(expected.get(key))), (measure.id, key)
        total, all_ = added(parts.of(measure).values()), added(whole.of(measure).values())
        assert _floats((total.top, total.bottom)) == pytest.approx(_floats((all_.top, all_.bottom)))
        assert total.contributing == all_.contributing


def _floats(pair: tuple[float | Decimal, float | Decimal] | None) -> tuple[float, float]:
    return (0.0, 0.0) if pair is None else (float(pair[0]), float(pair[1]))
