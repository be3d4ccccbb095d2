"""On a whole made-up build: measures from the wide snapshot are those from the tables, to the last figure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from openphm.access import Scope
from openphm.cli.main import run
from openphm.core.results import Result
from openphm.population import MEASURES, Population, open_in_scope
from openphm.population.measuring import tally as tallying

pytestmark = pytest.mark.slow

WHERE = {
    "all": [
        {"attribute": "age", "at_least": 18},
        {"attribute": "imd_decile", "at_most": 8},
        {"condition": ["hypertension", "diabetes", "asthma", "depression"]},
        {"not": {"attribute": "care_home"}},
        {
            "at_least": 1,
            "of": [{"attribute": "obesity"}, {"attribute": "multimorbidity_count", "at_least": 1}],
        },
        {"any": [{"attribute": "sex", "any_of": ["2"]}, {"activity": "ed_attendance", "within_months": 12}]},
    ]
}
GROUPS = [
    "subsegment",
    ("pcn", "segment"),
    "imd_quintile",
    "ethnic_group",
    ("age_band", "sex"),
    "ltla",
    "lsoa21",
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("ics") / "demo"
    asked = ["demo", "--people", "400", "--years", "2", "--home", str(home), "--no-serve", "--no-progress"]
    assert run(asked) == 0
    return home / "store"


@pytest.fixture
def population(store: Path) -> Iterator[Population]:
    with open_in_scope(store, Scope.whole_system(), memory_limit="1GB", threads=1) as opened:
        yield opened


def same(first: Result, second: Result) -> None:
    assert len(first) == len(second)
    for one, other in zip(first.values(), second.values(), strict=True):
        for left, right in zip(one, other, strict=True):
            if isinstance(left, float):
                assert left == pytest.approx(right, abs=1e-9), one
            else:
                assert left == right, one


@pytest.mark.parametrize("by", GROUPS)
@pytest.mark.parametrize("where", [None, WHERE])
def test_the_fast_form_and_the_general_one_agree(
    population: Population, by: str, where: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast = population.measures(MEASURES, by=by, where=where)  # type: ignore[arg-type]
    monkeypatch.setattr(tallying, "snapshot_dates", lambda asked: frozenset())
    general = population.measures(MEASURES, by=by, where=where)  # type: ignore[arg-type]
    assert len(fast) > 0
    same(fast, general)


def test_both_agree_for_one_practice_and_at_an_earlier_year_end(
    store: Path, population: Population, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = sorted(tallying.snapshot_dates(population))[0]
    code = next(place.code for place in population.places if place.kind == "pcn")
    with open_in_scope(store, Scope.whole_system().at_place(code)) as network:
        asked = [(network, network.as_at), (population, earlier)]
        fast = [one.measures(MEASURES, by="segment", as_at=day) for one, day in asked]
        monkeypatch.setattr(tallying, "snapshot_dates", lambda asked: frozenset())
        for (one, day), held in zip(asked, fast, strict=True):
            same(held, one.measures(MEASURES, by="segment", as_at=day))


def test_every_computed_measure_and_key_result_runs_on_a_build(population: Population) -> None:
    computed = [m.id for m in population.definitions.contents.measures.values() if not m.is_recorded]
    result = population.measures(computed)
    assert {row["measure"] for row in result} == set(computed)
    grid = population.outcomes()
    status = grid.column("status")
    assert status.count("not collected yet") == 17
    assert status.count("this build does not hold it") == 0
