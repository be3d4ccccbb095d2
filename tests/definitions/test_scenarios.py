"""What is wrong with a scenario is said at once, and ends with the exit code of a plan."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from openphm.core.errors import PlanError
from openphm.definitions.scenarios import read_scenario, read_scenario_file

SOUND: dict[str, Any] = {
    "horizon_years": 5,
    "baseline": {"people": 100, "activities": {"stay": {"rate": 0.3, "unit_cost_gbp": 2000}}},
    "interventions": [{"id": "n", "effects": {"stay": -0.2}, "cost": {"yearly_gbp": 10}}],
}


def refused(body: dict[str, Any]) -> PlanError:
    with pytest.raises(PlanError) as told:
        read_scenario(body)
    assert told.value.exit_code == 15
    return told.value


def changed(**paths: Any) -> dict[str, Any]:
    """The sound scenario with the intervention's keys replaced."""
    body = deepcopy(SOUND)
    body["interventions"][0] |= paths
    return body


@pytest.mark.parametrize(
    ("paths", "said"),
    [
        ({"effects": {"stay": -1.2}}, "a change of -120% is more than all of the activity"),
        ({"reach": -0.1}, "-0.1 in year 1 is not a share"),
        ({"ramp": [0.5, 1.5]}, "1.5 in year 2 is not a share"),
        ({"people": 101}, "the cohort has 101 people, the population 100"),
        ({"effects": {"sty": -0.1}}, "'sty' is not a known activity"),
        ({"cost": None}, "nothing stands here"),
        ({"effects": {"stay": {"change": {"value": 0, "p10": 0.2, "p90": 0.1}}}}, "do not rise"),
        ({"ramps": 1}, "'ramps' is not a known key"),
    ],
)
def test_a_wrong_intervention_is_refused(paths: dict[str, Any], said: str) -> None:
    assert said in str(refused(changed(**paths)))


def test_a_missing_unit_cost_and_too_long_a_horizon_are_said_together() -> None:
    body = deepcopy(SOUND)
    body["horizon_years"] = 21
    del body["baseline"]["activities"]["stay"]["unit_cost_gbp"]
    found = refused(body)
    assert len(found.problems) == 2
    assert "the unit cost is missing" in str(found)
    assert "21 is more than 20" in str(found)


def test_a_sound_scenario_is_read_from_json(tmp_path: Path) -> None:
    import json

    file = tmp_path / "plan.json"
    file.write_text(json.dumps(SOUND), encoding="utf-8")
    assert read_scenario_file(file).interventions[0].effects[0].change.value == -0.2
