"""Areas: observed against expected for age and sex, and the limits of chance for runs of contacts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from openphm.access import Scope
from openphm.core.errors import UsageError
from openphm.release import NONE, secondary_use
from openphm.reports import opened
from openphm.reports.areas import areas, charts, headline
from openphm.statistics import ratio_funnel
from tests.support.answers import ROUND_5
from tests.support.builder import a_person
from tests.support.store import a_store

EVERYBODY = Scope.whole_system()
YOUNG, OLD = a_person().aged(30), a_person().aged(80)
# The old attend twice, the young once, everywhere: a practice with more old people is as expected.
PEOPLE = [
    *[YOUNG.attending_ed(1).registered_at("Y00001")] * 30,
    *[OLD.attending_ed(2).registered_at("Y00001")] * 10,
    *[YOUNG.attending_ed(1).registered_at("Y00002")] * 10,
    *[OLD.attending_ed(2).registered_at("Y00002")] * 30,
]
BUSY = [*PEOPLE, *[YOUNG.attending_ed(12).registered_at("Y00003")] * 40]


def held(store: Path, by: str | None = None) -> dict[tuple[object, object], dict[str, object]]:
    with opened(store, EVERYBODY) as population:
        return {(r["area_code"], r["measure"]): r for r in population.areas(by=by)}  # type: ignore[misc]


def test_a_place_with_older_people_is_as_expected(tmp_path: Path) -> None:
    found = held(a_store(tmp_path / "store", PEOPLE))
    for code, observed in (("Y00001", 50), ("Y00002", 70), ("U10001", 120)):
        row = found[code, "ed_attendances"]
        assert row["observed"] == observed
        assert row["expected"] == pytest.approx(observed)
        assert row["value"] == pytest.approx(1.0)


def test_the_limits_are_those_of_runs(tmp_path: Path) -> None:
    """120 attendances: 40 people with one, 40 with two. Σy²/Σy = (40 + 160)/120."""
    row = held(a_store(tmp_path / "store", PEOPLE), "practice")["Y00001", "ed_attendances"]
    funnel = ratio_funnel(np.array(50 / (200 / 120)))
    assert row["upper_998"] == pytest.approx(float(funnel.outer_upper))
    assert row["lower_95"] == pytest.approx(float(funnel.inner_lower))


def test_a_place_outside_is_named_and_drawn(tmp_path: Path) -> None:
    store = a_store(tmp_path / "store", BUSY)
    with opened(store, EVERYBODY) as population:
        page = areas(population, by="practice")
        with pytest.raises(UsageError, match="not a kind of place"):
            population.areas(by="village")
    records = list(secondary_use(page.result, NONE).records())
    said = headline(records)
    assert "Harbour (ED attendances" in said
    assert "outside the 99.8% limits" in said
    assert any("Harbour" in drawn and "polygon" in drawn for drawn in charts(records))


def test_places_with_few_people_are_hidden_and_not_drawn(tmp_path: Path) -> None:
    few = [YOUNG.attending_ed(3).registered_at("Y00003")] * 4
    store = a_store(tmp_path / "store", [*PEOPLE, *few])
    with opened(store, EVERYBODY) as population:
        page = areas(population)
    records = list(secondary_use(page.result, ROUND_5).records())
    row = next(r for r in records if (r["area_code"], r["measure"]) == ("Y00003", "ed_attendances"))
    assert row["value"] is None
    assert row["observed"] is None
    assert not any("Harbour" in drawn for drawn in charts(records))
    assert "too few people" in headline([])
