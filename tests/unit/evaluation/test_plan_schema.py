"""The JSON schema of a plan says what the loader does: every case is judged by both."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from openphm.core.errors import PlanError
from openphm.definitions import Definitions, load
from openphm.definitions.evaluation_schema import evaluation_schema
from openphm.definitions.evaluations import read_plan
from openphm.definitions.frozen import thaw
from tests.support.json_schema import is_valid

WHOLE: dict[str, Any] = {
    "id": "evaluations/whole",
    "version": "1",
    "title": "Every key",
    "note": "for the test",
    "eligibility": {"condition": "diabetes"},
    "exclusions": [{"attribute": "care_home"}],
    "index_dates": {"enrolments": "evaluations/whole"},
    "control_geography": ["Y00001", "Y00002"],
    "look_back_months": 24,
    "follow_up_months": 12,
    "planning_effect": -0.2,
    "outcomes": [
        {"id": "ed", "title": "A&E", "role": "primary", "activity": ["ed_attendance"]},
        {"id": "nights", "bed_days": "emergency_admission"},
        {"id": "pounds", "role": "secondary", "cost": ["total"]},
        {"id": "held", "role": "negative_control", "measure": "falls_share"},
    ],
    "covariates": [
        {"of": "age_years", "prognostic": True},
        {"id": "mental_health", "criteria": {"attribute": "mental_health_flag"}},
        {"id": "gp", "activity": ["gp_encounter"]},
    ],
    "costs": {
        "programme_gbp": 80000, "period_months": 12, "outcome": "pounds", "cash_releasing_share": 0.35,
        "people": 100,
    },
}  # fmt: skip

WRONG: list[tuple[tuple[str | int, ...], Any]] = [
    (("eligibility",), None),
    (("eligibility",), "diabetes"),
    (("stray",), 1),
    (("index_dates", "file"), "offers.csv"),
    (("index_dates",), {}),
    (("index_dates", "stray"), "x"),
    (("look_back_months",), 11),
    (("look_back_months",), 61),
    (("follow_up_months",), 0),
    (("planning_effect",), -1),
    (("planning_effect",), -20),
    (("outcomes", 1, "role"), "primary"),
    (("outcomes", 0, "role"), "secondary"),
    (("outcomes", 0, "role"), "main"),
    (("outcomes", 0, "cost"), ["total"]),
    (("outcomes", 0, "activity"), []),
    (("outcomes", 0, "stray"), 1),
    (("outcomes", 0, "id"), None),
    (("covariates", 0, "of"), "height"),
    (("covariates", 1, "id"), None),
    (("covariates", 1, "of"), "female"),
    (("covariates", 2, "activity"), []),
    (("covariates", 0, "prognostic"), "very"),
    (("covariates", 0, "stray"), 1),
    (("costs", "programme_gbp"), 0),
    (("costs", "period_months"), -1),
    (("costs", "outcome"), None),
    (("costs", "cash_releasing_share"), 1.5),
    (("costs", "people"), 0),
    (("costs", "stray"), 1),
]
RIGHT: list[tuple[tuple[str | int, ...], Any]] = [
    (("control_geography",), "elsewhere"),
    (("look_back_months",), 12),
    (("follow_up_months",), 60),
    (("exclusions",), None),
    (("covariates",), None),
    (("costs",), None),
    (("planning_effect",), 0.5),
    (("outcomes", 0, "activity"), "ed_attendance"),
]


def changed(path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """The whole plan with one value changed; None takes the key away."""
    plan = deepcopy(WHOLE)
    at: Any = plan
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    if value is None:
        del at[path[-1]]
    return plan


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    return load()


def loader_takes(plan: dict[str, Any], definitions: Definitions) -> bool:
    try:
        read_plan(plan, definitions.contents.names)
    except PlanError:
        return False
    return True


def test_the_whole_plan_is_taken_by_both_and_uses_every_key(definitions: Definitions) -> None:
    schema = evaluation_schema()
    assert is_valid(schema, WHOLE)
    assert loader_takes(WHOLE, definitions)
    unused = set(schema["properties"]) - set(WHOLE)
    assert unused == {
        "status", "source", "licence", "owner", "date_reviewed", "date_next_review", "based_on", "parameters"
    }  # fmt: skip
    for name in ("outcomes", "covariates"):
        used = {key for one in WHOLE[name] for key in one}
        assert used == set(schema["properties"][name]["items"]["properties"])
    assert set(WHOLE["costs"]) == set(schema["properties"]["costs"]["properties"])


@pytest.mark.parametrize(("path", "value"), WRONG)
def test_what_the_loader_refuses_the_schema_refuses(
    definitions: Definitions, path: tuple[str | int, ...], value: Any
) -> None:
    plan = changed(path, value)
    assert not loader_takes(plan, definitions)
    assert not is_valid(evaluation_schema(), plan)


@pytest.mark.parametrize(("path", "value"), RIGHT)
def test_what_the_loader_takes_the_schema_takes(
    definitions: Definitions, path: tuple[str | int, ...], value: Any
) -> None:
    plan = changed(path, value)
    assert loader_takes(plan, definitions)
    assert is_valid(evaluation_schema(), plan)


def test_every_plan_that_is_shipped_fits_the_schema(definitions: Definitions) -> None:
    shipped = definitions.all("evaluations")
    assert shipped
    for one in shipped:
        assert is_valid(evaluation_schema(), thaw(one.body)), one.id
