"""The published inputs of the Bristol Dynamic Population Model, projected here and a second time."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from openphm.projections.states import Flow, project_states

FOLDER = os.environ.get("OPENPHM_SHARED_DATA", "")
SHARED = Path(FOLDER) if FOLDER else Path(__file__).parents[3] / "shared" / "data"
INPUTS = SHARED / "segmentation"
pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not INPUTS.is_dir(), reason="the published inputs are not part of the project"),
]


def rows(name: str) -> list[dict[str, str]]:
    with (INPUTS / f"dpm_v1_{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def column(name: str, key: str) -> list[float]:
    return [float(row[key]) for row in rows(name)]


def test_twenty_years_agree_with_a_second_calculation_and_nobody_is_lost() -> None:
    states = [row["State"] for row in rows("inner_transition_matrix")]
    n = len(states)
    initial = column("initial_state", "Initial_pop")[:n]
    matrix = [[float(row[name]) for name in states] for row in rows("inner_transition_matrix")]
    flows = {key: column("birth_migration_death", key) for key in ("Births", "Net_Migration", "Deaths")}
    shares = {
        key: column("proportion", name)[:n]
        for key, name in (
            ("Births", "Proportion_birth"), ("Net_Migration", "Proportion_migration"),
            ("Deaths", "Proportion_death"),
        )
    }  # fmt: skip
    costs = column("outcomes", "Cost July2021-June2022")[:n]
    births, migration, deaths = (Flow(np.array(flows[key]), np.array(shares[key])) for key in flows)
    found = project_states(initial, matrix, births, migration, deaths)

    people, paths = list(initial), [list(initial)]
    for year in range(20):
        after = []
        for to in range(n):
            total = sum(people[start] * matrix[start][to] for start in range(n))
            total += flows["Births"][year] * shares["Births"][to]
            total += flows["Net_Migration"][year] * shares["Net_Migration"][to]
            after.append(total - flows["Deaths"][year] * shares["Deaths"][to])
        people = after
        paths.append(after)
    second = [sum(p * c for p, c in zip(path, costs, strict=True)) for path in paths]

    assert found.people.shape == (21, 5)
    assert found.people == pytest.approx(np.array(paths), rel=1e-9)
    assert found.totals(costs) == pytest.approx(second, rel=1e-9)
    came = np.cumsum(flows["Births"]) + np.cumsum(flows["Net_Migration"])
    alive = sum(initial) + came - np.cumsum(flows["Deaths"])
    assert found.people.sum(axis=1)[1:] == pytest.approx(alive, rel=1e-9)
    assert found.dead[1:] == pytest.approx(np.cumsum(flows["Deaths"]), rel=1e-9)
