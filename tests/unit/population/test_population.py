"""Opening a build, asking it within a scope, and being refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import openphm
from openphm.access import Scope
from openphm.core.errors import AccessRefused, StoreError, UsageError
from openphm.core.results import Cell, Result
from openphm.population import MEASURES, Population, open_in_scope
from tests.support.builder import AS_AT
from tests.support.store import a_store
from tests.support.villages import COST, VILLAGE

EVERYBODY = Scope.whole_system()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_store(tmp_path_factory.mktemp("village") / "store", VILLAGE)


@pytest.fixture
def village(store: Path) -> Population:
    return open_in_scope(store, EVERYBODY)


def figures(result: Result) -> dict[tuple[object, ...], object]:
    return {row[:-2]: row[-2] for row in result.values()}


def test_the_matrix_has_every_measure_of_every_subsegment_and_of_all(village: Population) -> None:
    found = figures(village.segments())
    codes = [one.code for one in village.subsegments]
    assert len(codes) == 16
    assert len(MEASURES) == 30
    expected = {(code, measure) for code in [*codes, "all"] for measure in MEASURES}
    assert set(found) == expected | {("unattributed", "cost_total_gbp")}


def test_people_are_counted_on_the_date_and_rates_divide_by_time(village: Population) -> None:
    found = figures(village.segments())
    assert found["all", "population"] == 20 + 25 + 12 + 9 + 10 + 8
    assert found["5b", "population"] == 0  # all three died in the window
    assert found["1c", "gp_contacts_pppy"] == pytest.approx(
        25 / (25 + 4 * 183 / 365)
    )  # four left on 1 October
    assert found["4a", "cost_pppy_social_care"] == 8000
    assert found["2a", "emergency_bed_days_pppy"] == 4


def test_pounds_of_segments_and_of_nobody_make_all_pounds_to_the_penny(village: Population) -> None:
    found = figures(village.segments())
    for code, pounds in COST.items():
        assert found[code, "cost_total_gbp"] == pounds
    assert found["all", "cost_total_gbp"] == sum(COST.values()) - COST["unattributed"]
    reconciled = dict(village.attribution().values())
    assert reconciled["activity"] == sum(COST.values())
    assert reconciled["difference"] == Decimal(0)


def test_each_figure_says_how_many_people_are_behind_it(village: Population) -> None:
    cells = {(row[0], row[1]): row[2] for row in village.segments().rows}
    cost = cells["2a", "cost_pppy_acute_unplanned"]
    assert isinstance(cost, Cell)
    assert (cost.n_people, cost.largest_share) == (9, pytest.approx(1 / 9))
    nothing = cells["1b", "cost_total_gbp"]
    assert isinstance(nothing, Cell)
    assert (nothing.value, nothing.n_people) == (Decimal(0), 20)


def test_places_have_their_own_matrix_and_add_up(village: Population) -> None:
    by_practice = figures(village.segments(by="practice"))
    people = {key[0]: value for key, value in by_practice.items() if key[2:] == ("all", "population")}
    assert people == {"Y00001": 64, "Y00002": 8, "Y00003": 12}
    by_pcn = village.segments(by="pcn")
    assert {row[1] for row in by_pcn.values()} == {"North", "South"}
    with pytest.raises(UsageError, match="not a kind of place"):
        village.segments(by="village")


def test_a_scope_of_one_practice_sees_its_people_and_nothing_unattributed(store: Path) -> None:
    with open_in_scope(store, EVERYBODY.at_place("Y00002")) as practice:
        found = figures(practice.segments())
        assert found["all", "population"] == 8
        assert ("unattributed", "cost_total_gbp") not in found
        with pytest.raises(AccessRefused):
            practice.attribution()


def test_a_scope_of_a_network_or_an_area_sees_its_people(store: Path) -> None:
    for code, people in [("U10002", 12), ("E01000002", 20)]:
        with open_in_scope(store, EVERYBODY.at_place(code)) as place:
            assert figures(place.segments())["all", "population"] == people


def test_an_earlier_month_end_can_be_asked(village: Population) -> None:
    found = figures(village.segments(date(2025, 9, 30)))
    assert found["1c", "population"] == 25 + 4 + 9  # the four were still here; nobody had been admitted
    assert found["5b", "population"] == 3
    assert village.segments(date(2025, 9, 30)).provenance.as_at == date(2025, 9, 30)


@pytest.mark.parametrize("day", [date(2025, 9, 15), date(2024, 6, 30), date(2026, 4, 30)])
def test_a_date_outside_the_build_is_refused(village: Population, day: date) -> None:
    with pytest.raises(UsageError, match="cannot be answered"):
        village.segments(day)


def test_the_build_says_what_it_rests_on(village: Population) -> None:
    source = village.segments().provenance
    assert source.as_at == AS_AT
    assert source.build == village.build.id
    assert any(one.id == "segments/life_course" for one in source.definitions)
    assert village.place_named("u10001") is not None
    assert village.place_named("Z99999") is None


def test_data_quality_is_asked_by_name(village: Population) -> None:
    rows = list(village.data_quality("reconciliation"))
    assert rows[0]["rows_delivered"] == 150
    with pytest.raises(UsageError, match="there is no table"):
        village.data_quality("nothing")


def test_the_front_door_opens_for_the_user_of_this_machine(store: Path) -> None:
    with openphm.open(store) as ics:
        assert ics.segments().to_arrow().num_rows == 17 * 30 + 1
        assert "as at 2026-03-31" in repr(ics)


def test_a_store_without_a_build_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no build"):
        openphm.open(tmp_path)


def test_a_build_without_anybody_answers_with_nought(tmp_path: Path) -> None:
    with open_in_scope(a_store(tmp_path / "store", []), EVERYBODY) as nobody:
        found = figures(nobody.segments())
    assert found["all", "population"] == 0
    assert found["all", "mean_age"] is None
