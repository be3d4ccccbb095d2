"""Inequalities: a gradient that was put in comes out, whatever the ages of the groups."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from openphm.access import Scope
from openphm.core.errors import UsageError
from openphm.release import NONE, secondary_use
from openphm.reports import opened
from openphm.reports.inequalities import charts, headline, inequalities
from tests.support.answers import ROUND_5
from tests.support.builder import Person, a_person
from tests.support.store import a_store

EVERYBODY = Scope.whole_system()
AGES = (10, 30, 50, 70, 80)


def someone(quintile: int, age: int) -> Person:
    """A person of a fifth has 6 less the fifth contacts a year: 5 in the most deprived, 1 in the least."""
    days = [date(2025, 5, 1) + timedelta(days=20 * n) for n in range(6 - quintile)]
    return a_person().aged(age).with_attribute("imd_decile", 2 * quintile).using("gp_encounter", *days)


# The more deprived are younger here, which a crude rate would not allow for.
PEOPLE = [
    someone(quintile, age)
    for quintile in range(1, 6)
    for age in AGES
    for _ in range(4 + (6 - quintile if age < 40 else quintile))
]
PEOPLE += [one.male() for one in PEOPLE]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_store(tmp_path_factory.mktemp("gradient") / "store", PEOPLE)


def test_the_gradient_is_the_one_that_was_put_in(store: Path) -> None:
    with opened(store, EVERYBODY) as population:
        result = population.inequalities(by="imd_quintile")
        with pytest.raises(UsageError, match="not a kind of group"):
            population.inequalities(by="star_sign")
    found = {(r["group"], r["measure"]): r["value"] for r in result}
    for quintile in range(1, 6):
        assert found[str(quintile), "gp_contacts"] == pytest.approx(1000 * (6 - quintile))
    assert found["gap", "gp_contacts"] == pytest.approx(4000)
    assert "5 age bands (of 19)" in " ".join(result.notes)
    limits = {r["group"]: (r["lower"], r["upper"]) for r in result if r["measure"] == "gp_contacts"}
    low, high = limits["slope_index"]
    assert low > 0, "more among the more deprived"
    assert low < found["slope_index", "gp_contacts"] < high
    assert found["relative_index", "gp_contacts"] > 5


def test_a_place_where_deprivation_is_known_of_nobody_has_no_fifths(tmp_path: Path) -> None:
    with opened(a_store(tmp_path / "store", [a_person().aged(40)]), EVERYBODY) as population:
        page = inequalities(population)
        assert "imd_quintile" not in {row["group_kind"] for row in page.result}
        assert len(population.inequalities(by="imd_quintile")) == 0
    headline(list(secondary_use(page.result, ROUND_5).records()))
    assert charts([]) == []


def test_sexes_with_the_same_care_have_the_same_rate(store: Path) -> None:
    with opened(store, EVERYBODY) as population:
        found = {(r["group"], r["measure"]): r["value"] for r in population.inequalities(by="sex_code")}
    assert found["male", "gp_contacts"] == pytest.approx(found["female", "gp_contacts"])
    assert found["gap", "gp_contacts"] == pytest.approx(0, abs=1e-6)
    assert found["male", "deaths"] is None, "fewer than ten events give no standardised rate"


def test_the_page_is_said_and_drawn_from_released_figures(store: Path) -> None:
    with opened(store, EVERYBODY) as population:
        page = inequalities(population)
    for rule in (ROUND_5, NONE):
        records = list(secondary_use(page.result, rule).records())
        said = headline(records)
        assert said.startswith("GP contacts, per 1,000: 5,000 in the most deprived fifth and 1,000 in"), said
        assert len(charts(records)) == 3
    with opened(store, EVERYBODY) as population:
        by_sex = inequalities(population, by="sex")
    assert "2 groups, by sex" in headline(list(secondary_use(by_sex.result, NONE).records()))


def test_where_some_fifths_do_not_live_there_is_no_gap_between_fifths(tmp_path: Path) -> None:
    some = [someone(quintile, age) for quintile in (2, 3, 5) for age in AGES for _ in range(8)]
    store = a_store(tmp_path / "store", some + [one.male() for one in some])
    with opened(store, EVERYBODY) as population:
        page = inequalities(population)
    found = {(r["group_kind"], r["group"]) for r in page.result}
    assert {("imd_quintile", fifth) for fifth in "235"} <= found
    assert not {("imd_quintile", group) for group in ("gap", "slope_index", "relative_index")} & found
    assert ("sex_code", "gap") in found
    records = list(secondary_use(page.result, ROUND_5).records())
    assert "not all five fifths" in headline(records)
    assert charts(records)
