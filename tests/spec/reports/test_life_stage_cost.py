"""Cost by life stage: pounds to the penny, parts that make the whole, and sexes beside each other."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from openphm.access import Scope
from openphm.core.errors import UsageError
from openphm.population.strata import CATEGORIES
from openphm.release import NONE, secondary_use
from openphm.reports import opened
from openphm.reports.life_stage_cost import charts, headline, life_stage_cost
from tests.support.answers import ROUND_5
from tests.support.store import a_store
from tests.support.villages import COST, VILLAGE

EVERYBODY = Scope.whole_system()
PARTS = [f"cost_{name}_gbp" for name in CATEGORIES]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_store(tmp_path_factory.mktemp("village") / "store", VILLAGE)


def test_every_pound_is_in_one_stage_and_one_setting(store: Path) -> None:
    with opened(store, EVERYBODY) as population:
        found = {(r["life_stage"], r["measure"]): r["value"] for r in population.life_stage_cost()}
        stages = [stage.id for stage in population.life_stages]
    whole = sum(COST.values()) - COST["unattributed"]
    assert found["all", "cost_total_gbp"] == whole
    assert sum(found[stage, "cost_total_gbp"] for stage in stages) == whole
    for stage in [*stages, "all"]:
        assert sum(found[stage, part] for part in PARTS) == found[stage, "cost_total_gbp"]
    assert found["oldest_age", "cost_social_care_gbp"] == Decimal(64000)
    assert found["oldest_age", "cost_pppy_social_care"] == 8000
    assert sum(found[stage, "population"] for stage in stages) == found["all", "population"] == 84


def test_sexes_add_up_to_all(store: Path) -> None:
    with opened(store, EVERYBODY) as population:
        result = population.life_stage_cost(by="sex")
        found = {(r["sex"], r["life_stage"], r["measure"]): r["value"] for r in result}
        with pytest.raises(UsageError, match="Allowed: sex"):
            population.life_stage_cost(by="moon")
    sexes = {sex for sex, _, _ in found} - {"all"}
    assert sexes == {"male", "female"}
    for stage, measure in {(stage, measure) for _, stage, measure in found}:
        if measure.endswith("_gbp") or measure == "population":
            assert sum(found[sex, stage, measure] for sex in sexes) == found["all", stage, measure]


@pytest.mark.parametrize("rule", [ROUND_5, NONE], ids=lambda rule: rule.id)
@pytest.mark.parametrize("by", [None, "sex"])
def test_the_page_is_said_and_drawn_from_released_figures(store: Path, rule: object, by: str | None) -> None:
    with opened(store, EVERYBODY) as population:
        page = life_stage_cost(population, by=by)
        names = {stage.id: stage.name for stage in population.life_stages}
    records = list(secondary_use(page.result, rule).records())  # type: ignore[arg-type]
    said = headline(records, names)
    assert said.startswith("Oldest age (85 and over): 69% of the £92,1"), said
    assert "Oldest age (85 and over) costs most: £8,000" in said
    assert len(charts(records, names)) == 2


def test_too_few_people_are_told_so() -> None:
    assert "too few" in headline([], {"infancy": "Under 1"})
