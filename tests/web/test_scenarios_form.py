"""The form of a scenario says what the definition says, and puts each problem at its field."""

from __future__ import annotations

from typing import Any

import pytest

from openphm.definitions import load
from openphm.definitions.frozen import thaw
from openphm.definitions.scenarios import read_scenario
from openphm.web.screens.scenarios_form import FormRead, fields_of


def shipped(name: str) -> dict[str, Any]:
    return dict(thaw(load().get(f"scenarios/{name}").body))


@pytest.mark.parametrize("name", ["worked_example", "high_intensity_support"])
def test_form_of_a_scenario_gives_the_scenario_again(name: str) -> None:
    body = shipped(name)
    read = FormRead(fields_of(body), body)
    assert read.problems == {}
    made, meant = read_scenario(read.body), read_scenario(body)
    for part in (
        "horizon_years",
        "stated",
        "from_build",
        "interventions",
        "prices",
        "runs",
        "seed",
        "correlation",
    ):
        assert getattr(made, part) == getattr(meant, part), part


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("horizon_years", "21", "21 is more than 20"),
        ("i0.e0.value", "-120", "more than all of the activity"),
        ("i0.e0.p10", "much", "'much' is not a number"),
        ("i0.e1.p90", "-30", "do not rise"),
        ("i0.reach", "40, 160", "not a share"),
        ("i0.set_up_gbp", "-1", "below zero"),
        ("title", "", "needs a name"),
        ("cash_releasing_share", "1e99", "too large"),
    ],
)
def test_a_problem_stands_at_its_field(field: str, text: str, said: str) -> None:
    body = shipped("high_intensity_support")
    read = FormRead({**fields_of(body), field: text}, body)
    found = " ".join(read.problems.get(field) or read.problems.get(f"{field.rpartition('.')[0]}.value") or [])
    assert said in found
