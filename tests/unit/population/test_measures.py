"""Measures asked by name: groups, months, filters, standardised forms, charts; no figure without a feed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from openphm.access import Scope
from openphm.core.errors import DefinitionError, UsageError
from openphm.core.results import Cell, Result
from openphm.definitions import load
from openphm.population import Population, open_in_scope
from tests.definitions.writing import write_definition
from tests.support.builder import AS_AT
from tests.support.store import a_store
from tests.support.villages import VILLAGE

EVERYBODY = Scope.whole_system()
NO_FEED = """
    unit: per_person_year
    direction: down
    kind: rate
    interval: byar
    series_months: 1
    numerator: {activity: [ed_attendance]}
    denominator: {person_years: true}
    """


@pytest.fixture(scope="module")
def overlay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("overlay")
    write_definition(folder, "measures/attendances", NO_FEED)
    write_definition(folder, "measures/admissions", NO_FEED.replace("ed_attendance", "emergency_admission"))
    write_definition(folder, "measures/outpatients", NO_FEED + "feeds: [sus_op]\n")
    write_definition(
        folder,
        "outcomes/local",
        """
        segment: '3'
        objectives:
          - id: fewer_attendances
            title: Fewer attendances
            key_results: [{measure: attendances, population: [3b], target: 0.5}]
        """,
    )
    return folder


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_store(tmp_path_factory.mktemp("village") / "store", VILLAGE)


@pytest.fixture
def village(store: Path, overlay: Path) -> Iterator[Population]:
    with open_in_scope(store, EVERYBODY, definitions=load(overlay)) as opened:
        yield opened


def values(result: Result) -> dict[object, object]:
    return {row[0]: row[result.columns.index("value")] for row in result.values()}


def test_a_rate_divides_by_person_years_and_has_an_interval(village: Population) -> None:
    (row,) = list(village.measure("attendances"))
    years = 84 + 3 * 245 / 365 + 4 * 183 / 365
    assert row["numerator"] == 20
    assert row["denominator"] == pytest.approx(years)
    assert row["value"] == pytest.approx(20 / years)
    assert row["lower"] < row["value"] < row["upper"]  # type: ignore[operator]


def test_groups_are_asked_alone_or_together(village: Population) -> None:
    assert values(village.measure("population", by="practice")) == {"Y00001": 64, "Y00002": 8, "Y00003": 12}
    both = village.measures(["population", "attendances"], by=("segment", "sex"))
    assert both.columns[:3] == ("segment", "sex", "measure")
    assert sum(row["value"] for row in both if row["measure"] == "population") == 84  # type: ignore[misc]


def test_a_filter_is_a_criterion_a_mapping_or_a_cohort(village: Population) -> None:
    (row,) = list(village.measure("population", where={"condition": "copd"}))
    assert row["value"] == 10


def test_by_month_gives_every_month_with_its_own_window(village: Population) -> None:
    found = values(village.measure("admissions", by="month"))
    assert len(found) == 27
    assert found[date(2025, 10, 31)] == 0
    assert found[date(2025, 11, 30)] > 1  # type: ignore[operator]


def test_each_figure_says_who_is_behind_it(village: Population) -> None:
    cell = village.measure("admissions").rows[0][1]
    assert isinstance(cell, Cell)
    assert (cell.n_people, cell.largest_share) == (9, pytest.approx(1 / 9))


def test_outside_the_coverage_of_a_feed_there_is_no_figure_and_never_a_nought(village: Population) -> None:
    result = village.measure("outpatients")
    assert result.column("value") == [None]
    assert "outpatients: no feed of it covers the months." in result.notes
    by_month = values(village.measure("outpatients", by="month"))
    assert by_month[date(2026, 1, 31)] is None
    assert by_month[date(2026, 2, 28)] is not None


def test_a_recorded_measure_has_no_figure_and_says_so(village: Population) -> None:
    result = village.measure("patient_activation")
    assert result.column("value") == [None]
    assert "not collected yet" in result.notes[-1]


def test_a_standardised_ratio_of_everybody_is_one(village: Population) -> None:
    (row,) = list(village.measure("attendances", standardise="indirect"))
    assert row["value"] == pytest.approx(1)
    assert row["unit"] == "ratio"
    by_practice = village.measure("attendances", by="practice", standardise="indirect")
    assert sum(r["numerator"] for r in by_practice) == 20  # type: ignore[misc]
    assert sum(r["denominator"] for r in by_practice) == pytest.approx(20)  # type: ignore[misc]


def test_a_directly_standardised_rate_is_missing_below_ten_events(village: Population) -> None:
    (row,) = list(village.measure("admissions", standardise="direct"))
    assert row["value"] is None


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda p: p.measure("attendence"), "write 'attendances'"),
        (lambda p: p.measure("attendances", by="segmant"), "write 'segment'"),
        (lambda p: p.measure("attendances", standardise="both"), "is no method"),
        (lambda p: p.measure("attendances", by="sex", standardise="direct"), "already by age or sex"),
        (lambda p: p.funnel("mean_age"), "A funnel shows shares and rates"),
        (lambda p: p.inequality("patient_activation"), "recorded and not computed"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_with_the_nearest(
    village: Population, ask: object, said: str
) -> None:
    with pytest.raises(UsageError) as raised:
        ask(village)  # type: ignore[operator]
    assert said in str(raised.value)


def test_a_funnel_is_drawn_around_everybody(village: Population) -> None:
    found = village.funnel("attendances", by="practice")
    assert found.column("practice") == ["Y00001", "Y00002", "Y00003"]
    assert len(set(found.column("centre"))) == 1
    assert found.column("place_in_funnel")[1] == "low, beyond 95%" or found.column("value")[1] == 0


def test_a_control_chart_names_the_month_that_is_special(village: Population) -> None:
    found = {row["month"]: row for row in village.control_chart("admissions")}
    assert found[date(2025, 11, 30)]["special_cause"] == "outside_limits"
    assert found[date(2025, 11, 30)]["verdict"] == "concern"
    assert found[date(2025, 11, 30)]["centre"] == pytest.approx(
        found[date(2025, 11, 30)]["value"] / 27, rel=0.2
    )


def test_life_expectancy_needs_enough_people(village: Population) -> None:
    (row,) = list(village.life_expectancy())
    assert row["value"] is None
    assert row["deaths"] == 3


def test_a_new_outcome_in_an_overlay_is_computed_back_through_time(village: Population) -> None:
    grid = {row["key_result"]: row for row in village.outcomes(segment="3")}
    one = grid["attendances"]
    assert one["value"] == pytest.approx(2)
    assert one["status"] == "tracked"
    assert (one["target"], one["assurance"]) == (0.5, "fail")
    series = village.outcome_series("attendances")
    months = series.column("month")
    assert (len(months), months[-1]) == (27, AS_AT)
    assert series.column("value")[-1] == pytest.approx(20 / (10 / 12))  # both attendances fell in March
    assert series.column("value")[-2] == 0


def test_what_is_not_collected_is_said_and_never_nought(village: Population) -> None:
    grid = {row["key_result"]: row for row in village.outcomes(segment="all")}
    assert grid["staff_vacancy_rate"]["value"] is None
    assert grid["staff_vacancy_rate"]["status"] == "not collected yet"


def test_readings_beside_the_builds_are_shown(tmp_path: Path) -> None:
    store = a_store(tmp_path / "store", VILLAGE)
    folder = store / "readings"
    folder.mkdir()
    head = "measure,period,place,segment,numerator,denominator\n"
    rows = "".join(f"staff_vacancy_rate,2025-{m:02d}-28,,,{80 + m},1000\n" for m in (2,))
    (folder / "workforce.csv").write_text(head + rows + "staff_vacancy_rate,2026-03-31,,,90,1000\n", "utf-8")
    with open_in_scope(store, EVERYBODY) as opened:
        grid = {row["key_result"]: row for row in opened.outcomes(segment="all")}
        assert grid["staff_vacancy_rate"]["value"] == pytest.approx(0.09)
        assert grid["staff_vacancy_rate"]["year_before"] == pytest.approx(0.082)
        assert grid["staff_vacancy_rate"]["status"] == "tracked"


def test_all_problems_of_a_readings_file_are_said_at_once(tmp_path: Path) -> None:
    store = a_store(tmp_path / "store", VILLAGE)
    folder = store / "readings"
    folder.mkdir()
    (folder / "finance.csv").write_text(
        "measure,period,place,segment,numerator,denominator\nfinancial_balence,2026-03-30,,,x,1\n", "utf-8"
    )
    with open_in_scope(store, EVERYBODY) as opened, pytest.raises(DefinitionError) as raised:
        opened.outcomes(segment="all")
    said = str(raised.value)
    for part in ("write 'financial_balance'", "this is no month end", "this is no number"):
        assert part in said


def test_a_scope_sees_its_own_people_only(store: Path) -> None:
    with open_in_scope(store, EVERYBODY.at_place("Y00002")) as practice:
        assert values(practice.measure("population", by="practice")) == {"Y00002": 8}
