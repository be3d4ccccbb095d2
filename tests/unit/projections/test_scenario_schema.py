"""The JSON schema of a scenario says what the loader does: every case is judged by both."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from openphm.core.errors import PlanError
from openphm.definitions import load
from openphm.definitions.frozen import thaw
from openphm.definitions.scenario_schema import scenario_schema
from openphm.definitions.scenarios import read_scenario
from tests.support.json_schema import is_valid

STATED: dict[str, Any] = {
    "id": "scenarios/whole",
    "version": "1",
    "title": "Every key",
    "note": "for the test",
    "horizon_years": 5,
    "prices": "nominal",
    "inflation": {"all": 0.02, "stay": {"p10": 0.01, "p90": 0.03}},
    "discounting": "green_book",
    "cash_releasing_share": 0.5,
    "occupancy": 0.92,
    "hours_per_wte": 1545,
    "baseline": {
        "people": 2400,
        "population_growth": {"value": 0.01, "p10": 0, "p90": 0.02},
        "activities": {
            "stay": {"rate": 0.3, "growth": 0.01, "unit_cost_gbp": 2000, "bed_days": 5, "hours": 10},
            "visit": {"rate": 2, "unit_cost_gbp": 40},
        },
    },
    "interventions": [
        {
            "id": "n", "name": "A service", "people": 200, "reach": [0.5, 1], "ramp": 1,
            "effects": {"stay": -0.2, "visit": {"change": {"value": 0, "p10": -0.1, "p90": 0.1}}},
            "substitutions": [{"avoided": "stay", "created": "visit", "units": 2}],
            "cost": {
                "set_up_gbp": 1, "yearly_gbp": 2, "hours_per_year": 3, "per_person_gbp": 4,
                "optimism_bias": 0.2, "hour_gbp": {"value": 50, "p10": 45, "p90": 60},
            },
        }
    ],
    "simulation": {"runs": 500, "seed": 3, "correlation": 0.5},
}  # fmt: skip
BUILT: dict[str, Any] = {
    "horizon_years": 10,
    "baseline": {
        "from": "build", "population": "list", "movement": "fixed", "area": "E06000001",
        "growth": {"ed_attendance": 0.01}, "health_years": {"p10": 0, "p90": 0.1},
        "backlog": {"elective_admission": {"units": 100, "years": 2}},
        "waiting_list": {"weeks": 26, "years": 5},
    },
    "interventions": [
        {
            "id": "n", "cohort": {"condition": "diabetes"}, "people": 10, "cost": {},
            "effects": {"ed_attendance": {"evaluation": "found.json", "outcome": "ed"}},
        }
    ],
}  # fmt: skip
PLAN, ONE = ("interventions", 0), ("interventions", 0, "cost")
Place = tuple[str | int, ...]

WRONG: list[tuple[dict[str, Any], Place, Any]] = [
    (STATED, ("horizon_years",), 21),
    (STATED, ("horizon_years",), 0),
    (STATED, ("horizon_years",), None),
    (STATED, ("stray",), 1),
    (STATED, ("prices",), "past"),
    (STATED, ("inflation", "stay"), {"p10": 0.01}),
    (STATED, ("inflation", "stay"), {}),
    (STATED, ("cash_releasing_share",), 1.5),
    (STATED, ("occupancy",), 0),
    (STATED, ("occupancy",), 1.1),
    (STATED, ("hours_per_wte",), 0),
    (STATED, ("baseline",), None),
    (STATED, ("baseline", "people"), 0),
    (STATED, ("baseline", "people"), None),
    (STATED, ("baseline", "stray"), 1),
    (STATED, ("baseline", "activities"), {}),
    (STATED, ("baseline", "activities", "stay", "rate"), -0.1),
    (STATED, ("baseline", "activities", "stay", "rate"), None),
    (STATED, ("baseline", "activities", "stay", "unit_cost_gbp"), None),
    (STATED, ("baseline", "activities", "stay", "unit_cost_gbp"), -1),
    (STATED, ("baseline", "activities", "stay", "bed_days"), -1),
    (STATED, ("baseline", "activities", "stay", "hours"), -1),
    (STATED, ("baseline", "activities", "stay", "stray"), 1),
    (STATED, (*PLAN, "id"), None),
    (STATED, (*PLAN, "effects"), None),
    (STATED, (*PLAN, "effects"), {}),
    (STATED, (*PLAN, "effects", "stay"), -1.2),
    (STATED, (*PLAN, "effects", "visit"), {}),
    (STATED, (*PLAN, "effects", "visit", "change", "p10"), -1.1),
    (STATED, (*PLAN, "effects", "visit", "change", "p90"), None),
    (STATED, (*PLAN, "reach"), -0.1),
    (STATED, (*PLAN, "reach"), []),
    (STATED, (*PLAN, "ramp"), [0.5, 1.5]),
    (STATED, (*PLAN, "people"), 0),
    (STATED, (*PLAN, "substitutions", 0, "units"), -1),
    (STATED, (*PLAN, "substitutions", 0, "created"), None),
    (STATED, (*PLAN, "substitutions", 0, "stray"), 1),
    (STATED, ONE, None),
    (STATED, (*ONE, "set_up_gbp"), -1),
    (STATED, (*ONE, "optimism_bias"), -0.1),
    (STATED, (*ONE, "hour_gbp", "p10"), -1),
    (STATED, (*ONE, "stray"), 1),
    (STATED, ("simulation", "runs"), 99),
    (STATED, ("simulation", "runs"), 20_001),
    (STATED, ("simulation", "correlation"), 1.5),
    (BUILT, ("baseline", "from"), "paper"),
    (BUILT, ("baseline", "population"), "guessed"),
    (BUILT, ("baseline", "movement"), "none"),
    (BUILT, ("baseline", "people"), 100),
    (BUILT, ("baseline", "backlog", "elective_admission", "units"), -1),
    (BUILT, ("baseline", "backlog", "elective_admission", "years"), 0),
    (BUILT, ("baseline", "waiting_list", "weeks"), -1),
    (BUILT, ("baseline", "waiting_list", "years"), None),
    (BUILT, (*PLAN, "effects", "ed_attendance", "outcome"), None),
]
RIGHT: list[tuple[dict[str, Any], Place, Any]] = [
    (STATED, ("horizon_years",), 20),
    (STATED, ("interventions",), None),
    (STATED, ("simulation",), None),
    (STATED, (*PLAN, "people"), None),
    (STATED, (*PLAN, "reach"), 0),
    (STATED, (*PLAN, "effects", "stay"), -1),
    (BUILT, (*PLAN, "cohort"), "cohorts/high_intensity_use"),
    (BUILT, (*PLAN, "cohort"), None),
    (BUILT, ("baseline", "area"), None),
]


def changed(body: dict[str, Any], path: Place, value: Any) -> dict[str, Any]:
    """The scenario with one value changed; None takes the key away."""
    found = deepcopy(body)
    at: Any = found
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    if value is None:
        del at[path[-1]]
    return found


def loader_takes(body: dict[str, Any]) -> bool:
    try:
        read_scenario(body)
    except PlanError:
        return False
    return True


@pytest.mark.parametrize("body", [STATED, BUILT])
def test_a_scenario_with_every_key_is_taken_by_both(body: dict[str, Any]) -> None:
    assert loader_takes(body)
    assert is_valid(scenario_schema(), body)


def test_the_two_scenarios_use_every_key_of_the_schema() -> None:
    used = _names(STATED) | _names(BUILT)
    free = {"status", "source", "licence", "owner", "date_reviewed", "date_next_review", "based_on"}
    assert _keys(scenario_schema()) - used == free | {"parameters"}


@pytest.mark.parametrize(("body", "path", "value"), WRONG)
def test_what_the_loader_refuses_the_schema_refuses(body: dict[str, Any], path: Place, value: Any) -> None:
    wrong = changed(body, path, value)
    assert not loader_takes(wrong)
    assert not is_valid(scenario_schema(), wrong)


@pytest.mark.parametrize(("body", "path", "value"), RIGHT)
def test_what_the_loader_takes_the_schema_takes(body: dict[str, Any], path: Place, value: Any) -> None:
    right = changed(body, path, value)
    assert loader_takes(right)
    assert is_valid(scenario_schema(), right)


def test_every_scenario_that_is_shipped_fits_the_schema() -> None:
    shipped = load().all("scenarios")
    assert shipped
    for one in shipped:
        assert is_valid(scenario_schema(), thaw(one.body)), one.id


def test_the_schema_beside_the_manual_is_that_of_the_program(project_root: Path) -> None:
    written = project_root / "docs" / "reference" / "scenario.schema.json"
    assert json.loads(written.read_text(encoding="utf-8")) == scenario_schema()


def _keys(schema: Any) -> set[str]:
    """The names of every `properties` in a schema."""
    if isinstance(schema, list):
        return set().union(*map(_keys, schema)) if schema else set()
    if not isinstance(schema, dict):
        return set()
    own = set(schema.get("properties", {}))
    return own.union(*map(_keys, schema.values())) if schema else own


def _names(body: Any) -> set[str]:
    if isinstance(body, list):
        return set().union(*map(_names, body)) if body else set()
    return set(body).union(*map(_names, body.values())) if isinstance(body, dict) else set()
