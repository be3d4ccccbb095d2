"""The form of a study plan says what the YAML says, to the same hash of what decides the answer."""

from __future__ import annotations

from typing import Any

import pytest

from openphm.definitions import load
from openphm.definitions.evaluations import read_plan
from openphm.definitions.frozen import thaw
from openphm.web.screens.evaluations_form import PlanRead, fields_of


def shipped() -> dict[str, Any]:
    return dict(thaw(load().get("evaluations/demo_high_intensity").body))


def test_form_of_a_plan_gives_the_plan_again() -> None:
    body, names = shipped(), load().contents.names
    read = PlanRead(fields_of(body), names, body["id"])
    assert read.problems == {}
    assert read_plan(read.body, names).sha256 == read_plan(body, names).sha256


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("follow_up_months", "61", "it is 61"),
        ("planning_effect", "-150", "a change as a share"),
        ("o0.role", "secondary", "0 outcomes are primary"),
        ("cohort", "", "nothing stands here"),
        ("look_back_months", "soon", "'soon' is not a number"),
    ],
)
def test_a_problem_stands_at_its_field(field: str, text: str, said: str) -> None:
    read = PlanRead({**fields_of(shipped()), field: text}, load().contents.names, "evaluations/test")
    at = "o0.title" if field == "o0.role" else field
    assert said.lower() in " ".join(read.problems.get(at, [])).lower()
