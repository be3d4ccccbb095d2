"""Life stages: a site may cut life differently, and a cut that leaves ages out is refused."""

from __future__ import annotations

import pytest

from openphm.definitions import load
from openphm.definitions.entry import Entry
from openphm.definitions.problems import Problems
from openphm.definitions.reference import LifeStage, read_life_stages
from openphm.population.life_stage_definition import stages_of


def read(*ages: int) -> tuple[list[LifeStage], Problems]:
    problems = Problems()
    stages = [{"stage": f"stage_{age}", "name": f"From {age}", "from": age} for age in ages]
    return read_life_stages(Entry({"life_stages": stages}, "stages.yaml", problems)), problems


def test_stages_are_read_in_order() -> None:
    stages, problems = read(0, 18, 65)
    assert [stage.age_from for stage in stages] == [0, 18, 65]
    assert not len(problems)


@pytest.mark.parametrize("ages", [(1, 18), (0, 65, 18), (0, 18, 18)])
def test_ages_that_are_left_out_or_mixed_are_refused(ages: tuple[int, ...]) -> None:
    _, problems = read(*ages)
    with pytest.raises(Exception, match="do not begin at 0 and rise"):
        problems.raise_if_any()


def test_the_shipped_stages_begin_at_birth() -> None:
    stages = stages_of(load())
    assert stages[0].age_from == 0
    assert len({stage.id for stage in stages}) == len(stages)
