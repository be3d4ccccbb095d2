"""Condition impact: compared with people of the same age, sex and deprivation, and by how much."""

from __future__ import annotations

from datetime import date, timedelta
from math import exp, sqrt
from pathlib import Path

import numpy as np
import pytest

from openphm.access import Scope
from openphm.core.results import Result
from openphm.population.impact_ratio import Group, adjusted_ratio
from openphm.release import NONE, secondary_use
from openphm.reports import opened
from openphm.reports.condition_impact import charts, condition_impact, headline
from tests.support.answers import ROUND_5
from tests.support.builder import Person, a_person
from tests.support.store import a_store

EVERYBODY = Scope.whole_system()
APRIL = date(2025, 4, 10)


def with_contacts(person: Person, times: int) -> Person:
    return person.using("gp_encounter", *(APRIL + timedelta(days=7 * n) for n in range(times)))


# Those of 70 have contacts twice as often as those of 40, and COPD more often: the crude ratio is too high.
YOUNG, OLD = a_person().aged(40), a_person().aged(70)
PEOPLE = [
    *[with_contacts(YOUNG.with_condition("copd"), 4)] * 10,
    *[with_contacts(YOUNG, 2)] * 30,
    *[with_contacts(OLD.with_condition("copd"), 8)] * 30,
    *[with_contacts(OLD, 4)] * 10,
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_store(tmp_path_factory.mktemp("copd") / "store", PEOPLE)


def figures(result: Result) -> dict[tuple[object, object], object]:
    return {(row["condition_id"], row["measure"]): row["value"] for row in result}


def test_people_are_compared_with_those_of_the_same_age(store: Path) -> None:
    with opened(store, EVERYBODY) as population:
        result = population.condition_impact()
    found = figures(result)
    assert found["copd", "people"] == 40
    assert found["copd", "prevalence"] == 40 / 80
    assert found["copd", "gp_contacts_pppy"] == pytest.approx((10 * 4 + 30 * 8) / 40)
    assert found["copd", "gp_contacts_ratio"] == pytest.approx(2.0), "7 ÷ 2.5 = 2.8 without allowing for age"
    assert found["copd", "gp_contacts_pppy_similar"] == pytest.approx(3.5)


def test_nobody_without_the_condition_in_a_stratum_says_nothing(tmp_path: Path) -> None:
    everybody_has_it = [with_contacts(OLD.with_condition("copd"), 3)] * 9
    store = a_store(tmp_path / "store", [*everybody_has_it, *[with_contacts(YOUNG, 1)] * 9])
    with opened(store, EVERYBODY) as population:
        found = figures(population.condition_impact())
    assert found["copd", "gp_contacts_ratio"] is None


def test_a_sentence_a_table_and_a_drawing_say_no_more_than_is_released(store: Path) -> None:
    with opened(store, EVERYBODY) as population:
        page = condition_impact(population)
    for rule in (ROUND_5, NONE):
        records = list(secondary_use(page.result, rule).records())
        assert headline(records).startswith(
            "Chronic obstructive pulmonary disease is the most common condition: 50.0%"
        )
        drawn = "".join(charts(records))
        assert "Chronic obstructive pulmonary disease" in drawn
        assert 'role="img"' in drawn
        assert "<script" not in drawn


def test_a_rare_condition_is_hidden_and_not_drawn(tmp_path: Path) -> None:
    rare = [with_contacts(YOUNG.with_condition("gout"), 3)] * 3
    store = a_store(tmp_path / "store", [*PEOPLE, *rare])
    with opened(store, EVERYBODY) as population:
        page = condition_impact(population)
    records = list(secondary_use(page.result, ROUND_5).records())
    assert all(
        r["value"] is None for r in records if r["condition_id"] == "gout" and r["measure"] == "people"
    )
    assert "Gout" not in "".join(charts(records))


def a_group(counts: list[int]) -> Group:
    """One stratum; everybody is here for a year."""
    y = np.array(counts, dtype=float)
    ones = np.ones_like(y)
    return Group(*(np.array([column.sum()]) for column in (y, ones, y**2, y, ones)))


def test_the_interval_is_that_of_people_and_not_of_contacts() -> None:
    """By hand, one stratum: ratio 3; variance of its log = Σ(y-3)²/12² + Σ(y-1)²/4² = 14/144 + 2/16."""
    found = adjusted_ratio(a_group([1, 2, 3, 6]), a_group([0, 1, 1, 2]))
    assert float(found.value) == pytest.approx(3.0)
    error = sqrt(14 / 144 + 2 / 16)
    assert float(found.lower) == pytest.approx(3 * exp(-1.959963984540054 * error), rel=1e-12)
    assert float(found.upper) == pytest.approx(3 * exp(1.959963984540054 * error), rel=1e-12)


def test_without_events_among_the_others_there_is_no_ratio() -> None:
    assert np.isnan(float(adjusted_ratio(a_group([1, 2]), a_group([0, 0])).value))
    nought = adjusted_ratio(a_group([0, 0]), a_group([1, 2]))
    assert float(nought.value) == 0.0
    assert np.isnan(float(nought.lower))
