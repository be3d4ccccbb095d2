"""What holds for any projection: no effect changes nothing, drivers add up, each unit is avoided once."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openphm.definitions import load
from openphm.definitions.scenarios import Scenario, read_scenario
from openphm.population.transitions import GROUPS, Movements
from openphm.projections import project
from openphm.projections.mitigation import created
from openphm.projections.people import Rates, banded, moved_people, targets
from openphm.projections.states import Flow, project_states

CONTENTS = load().contents
changes = st.floats(-1, 0)


def scenario(*effects: dict[str, float], growth: float = 0.01, prices: str = "nominal") -> Scenario:
    """Two activities, one intervention for each mapping of effects."""
    return read_scenario(
        {
            "horizon_years": 4,
            "prices": prices,
            "inflation": {"all": 0.02},
            "baseline": {
                "people": 1000,
                "population_growth": 0.02,
                "activities": {
                    "stay": {"rate": 0.3, "growth": growth, "unit_cost_gbp": 2000, "bed_days": 5},
                    "visit": {"rate": 2, "growth": 0.0, "unit_cost_gbp": 50},
                },
            },
            "interventions": [
                {"id": f"n{n}", "effects": one, "cost": {"yearly_gbp": 1000}} for n, one in enumerate(effects)
            ],
            "simulation": {"runs": 200},
        }
    )


def test_a_scenario_without_effect_is_the_unmitigated_one_to_the_penny() -> None:
    worked = project(scenario({"stay": 0.0, "visit": 0.0}), CONTENTS.projection)
    nothing = project(scenario(), CONTENTS.projection)
    assert np.array_equal(worked.plan.cost_mitigated, worked.plan.cost)
    assert np.array_equal(worked.plan.cost_mitigated, nothing.plan.cost)
    assert np.array_equal(worked.runs.cost_mitigated, worked.runs.cost)


@given(growth=st.floats(-0.05, 0.05), prices=st.sampled_from(["real", "nominal"]))
@settings(max_examples=20, deadline=None)
def test_drivers_sum_to_the_change(growth: float, prices: str) -> None:
    worked = project(scenario({"stay": -0.1}, growth=growth, prices=prices), CONTENTS.projection)
    added = sum(worked.unmitigated_change.values())
    assert worked.base_cost + added == pytest.approx(worked.plan.cost, abs=1e-6)
    taken = sum(worked.mitigated_change.values())
    assert worked.plan.cost + taken == pytest.approx(worked.plan.cost_mitigated, abs=1e-6)


@given(first=changes, second=changes)
@settings(max_examples=40, deadline=None)
def test_each_unit_is_avoided_once(first: float, second: float) -> None:
    worked = project(scenario({"stay": first}, {"stay": second}), CONTENTS.projection)
    left = worked.plan.units_mitigated[1:, 0] / worked.plan.units[1:, 0]
    assert left == pytest.approx((1 + first) * (1 + second), abs=1e-12)
    assert (worked.plan.units_mitigated >= 0).all()


def test_substitution_creates_so_many_units_for_each_avoided() -> None:
    plan = scenario({"stay": -0.5})
    rule = {"avoided": "stay", "created": "visit", "units": 2}
    body = replace(plan.interventions[0], substitutions=())
    with_rule = read_scenario(
        {
            "horizon_years": 2,
            "baseline": {
                "people": 100,
                "activities": {
                    "stay": {"rate": 1, "unit_cost_gbp": 10},
                    "visit": {"rate": 1, "unit_cost_gbp": 1},
                },
            },
            "interventions": [
                {"id": "n", "effects": {"stay": -0.5}, "substitutions": [rule], "cost": {"yearly_gbp": 0}}
            ],
        }
    )
    worked = project(with_rule, CONTENTS.projection)
    assert worked.plan.units_mitigated[1] == pytest.approx([50, 200])
    assert worked.plan.saving[1] == pytest.approx(500 - 100)
    assert created([], np.zeros((1, 2)), worked.path, [], []).sum() == 0
    assert body.substitutions == ()


def counted(seed: int) -> tuple[np.ndarray, Movements]:
    """People of three segments, and movements of a year."""
    rng = np.random.default_rng(seed)
    people = rng.poisson(20, (3, 91, 2)).astype(float)
    k = len(GROUPS)
    moves = Movements(
        rng.poisson(30, (k, 3, 3)).astype(float), rng.poisson(2, (k, 3)).astype(float),
        rng.poisson(4, (k, 3)).astype(float), np.vstack([[9.0, 1, 0], np.zeros((k - 1, 3))]),
        rng.poisson(5, (k, 3)).astype(float),
    )  # fmt: skip
    return people, moves


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_segments_sum_to_the_projection(seed: int) -> None:
    people, moves = counted(seed)
    published = np.random.default_rng(seed + 1).uniform(50, 150, (6, 91, 2))
    target = targets(people, published)
    assert target is not None
    path = moved_people(people, Rates.of(moves), 5, target).people
    assert banded(path.sum(axis=1)) == pytest.approx(target, rel=1e-9)
    assert (path >= 0).all()


def test_births_deaths_and_migration_explain_every_change_of_the_list() -> None:
    people, moves = counted(3)
    flows = moved_people(people, Rates.of(moves), 6, None)
    totals = flows.people.sum(axis=(1, 2, 3))
    change = flows.births - flows.deaths + flows.migration
    assert np.diff(totals) == pytest.approx(change, abs=1e-6)


def test_states_keep_everybody() -> None:
    share = np.array([0.5, 0.5])
    found = project_states(
        [100, 50], [[0.9, 0.1], [0.2, 0.8]], Flow(np.full(5, 4.0), share), Flow(np.full(5, 1.0), share),
        Flow(np.full(5, 3.0), share),
    )  # fmt: skip
    assert found.people.sum(axis=1) + found.dead == pytest.approx(150 + 5 * np.arange(6))
