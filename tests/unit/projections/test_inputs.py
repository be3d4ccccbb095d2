"""Inputs of a projection that come from elsewhere: a published projection, an evaluation, assumptions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from math import exp, log
from pathlib import Path

import numpy as np
import pytest

from openphm.core.errors import PlanError
from openphm.definitions import load
from openphm.definitions.scenarios import Scenario, read_scenario
from openphm.population.projected_people import people_of_rows
from openphm.projections import project
from openphm.projections.from_evaluation import range_of, with_evaluations
from openphm.projections.sliding import slid

AS_AT = date(2026, 3, 31)
FACTS = load().contents.projection
Row = dict[str, object]


def rows(last: int = 2031, areas: tuple[str, ...] = ("E06000001",), ages: int = 90) -> Iterator[Row]:
    """A published projection with every age, sex and year, in the form of the build's table."""
    for area in areas:
        for year in range(2025, last + 1):
            for sex in ("males", "females"):
                for age in range(ages + 1):
                    group = f"{age}+" if age == 90 else str(age)
                    yield {
                        "area_code": area,
                        "sex": sex,
                        "age_group": group,
                        "year": year,
                        "people": age + year,
                    }


def refused(given: list[Row], years: int = 5, area: str = "") -> str:
    with pytest.raises(PlanError) as told:
        people_of_rows(given, AS_AT, years, area)
    assert told.value.exit_code == 15
    return str(told.value)


def test_a_projection_file_is_read_from_the_year_of_the_date() -> None:
    found = people_of_rows(list(rows()), AS_AT, 5, "")
    assert found is not None
    assert found.shape == (6, 91, 2)
    assert found[0, 90, 1] == 90 + 2026
    assert found[5, 0, 0] == 2031


def test_a_build_without_a_projection_grows_as_its_list() -> None:
    assert people_of_rows([], AS_AT, 5, "") is None


def test_missing_ages_are_refused() -> None:
    assert "2 ages are missing for a sex or a year, the first of them 89" in refused(list(rows(ages=88)))


def test_a_missing_sex_is_refused() -> None:
    males = [row for row in rows() if row["sex"] == "males"]
    assert "91 ages are missing" in refused(males)


def test_a_missing_area_is_refused() -> None:
    assert "'E06000002' is not one of its areas" in refused(list(rows()), area="E06000002")


def test_several_areas_need_a_name() -> None:
    assert "it holds 2 areas, none named" in refused(list(rows(areas=("E06000001", "E06000002"))))


def test_a_horizon_beyond_the_projection_is_refused() -> None:
    assert "it ends in 2031, the horizon in 2032" in refused(list(rows()), years=6)


def test_an_unknown_discount_table_is_refused() -> None:
    with pytest.raises(PlanError, match="'gren_book' is not a known set of discount rates"):
        project(stated(discounting="gren_book"), FACTS)


def stated(**changes: object) -> Scenario:
    body = {
        "horizon_years": 3,
        "baseline": {"people": 1000, "activities": {"stay": {"rate": 1, "unit_cost_gbp": 100}}},
        "interventions": [{"id": "n", "effects": {"stay": -0.5}, "cost": {"yearly_gbp": 10_000}}],
    }
    return read_scenario({**body, **changes})


def test_nominal_prices_leave_the_present_value_as_it_is_when_all_prices_grow_alike() -> None:
    real = project(stated(), FACTS)
    nominal = project(stated(prices="nominal", inflation={"all": 0.03}), FACTS)
    assert nominal.plan.programme[3] == pytest.approx(10_000 * 1.03**3)
    assert nominal.net_present_value(nominal.plan) == pytest.approx(real.net_present_value(real.plan))


def test_a_slider_over_a_stated_scenario_answers_as_a_new_run() -> None:
    base = project(stated(), FACTS)
    other = stated(interventions=[{"id": "n", "effects": {"stay": -0.2}, "cost": {"yearly_gbp": 1}}])
    assert np.array_equal(slid(base, other).plan.net, project(other, FACTS).plan.net)


def with_file(folder: Path, outcome: str = "ed") -> Scenario:
    effects = {"stay": {"evaluation": "found.json", "outcome": outcome}}
    plan = stated(interventions=[{"id": "n", "effects": effects, "cost": {}}])
    return with_evaluations(plan, folder)


def answered(folder: Path) -> None:
    told = {"columns": ["outcome", "rate_ratio", "lower", "upper"], "rows": [["ed", 0.8, 0.7, 0.9143]]}
    (folder / "found.json").write_text(json.dumps(told), encoding="utf-8")


def test_an_effect_is_taken_from_an_evaluation_with_its_uncertainty(tmp_path: Path) -> None:
    answered(tmp_path)
    change = with_file(tmp_path).interventions[0].effects[0].change
    error = (log(0.9143) - log(0.7)) / (2 * 1.959963984540054)
    assert change.value == pytest.approx(-0.2)
    assert change.low == pytest.approx(0.8 * exp(-1.2815515655 * error) - 1)
    assert change.high == pytest.approx(0.8 * exp(1.2815515655 * error) - 1)
    drawn = project(with_file(tmp_path), FACTS).runs
    assert np.quantile(drawn.saving[:, 1], 0.1) < 0.2 * 1000 * 100 < np.quantile(drawn.saving[:, 1], 0.9)


def test_an_effect_of_an_evaluation_is_at_most_twice_as_much() -> None:
    assert range_of(3.0, 1.5, 6.0).high == 1.0


def test_an_outcome_that_the_evaluation_lacks_and_a_file_that_is_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"'found.json' is not the result of an evaluation"):
        with_file(tmp_path)
    answered(tmp_path)
    with pytest.raises(PlanError, match="it has no outcome 'edd'"):
        with_file(tmp_path, "edd")


def test_a_cohort_of_a_stated_baseline_and_too_few_people_of_a_build_are_refused() -> None:
    one = {"id": "n", "effects": {"stay": -0.1}, "cost": {}}
    with pytest.raises(PlanError, match="no people to find a cohort among"):
        stated(interventions=[{**one, "cohort": "cohorts/high_intensity_use"}])
    with pytest.raises(PlanError, match="9 people are too few"):
        stated(baseline={"from": "build"}, interventions=[{**one, "people": 9}])


def test_the_smallest_cohort_stands_behind_every_figure_of_a_plan() -> None:
    base = project(stated(), FACTS)
    planned = base.planned[0]
    small = replace(planned, cohort=replace(planned.cohort, n_people=5))
    held = replace(base, path=replace(base.path, n_people=1000), planned=(planned, small))
    assert held.n_people == 0
    assert replace(held, planned=(small,)).n_people == 5
