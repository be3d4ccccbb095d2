"""What reports say in words, and that they say no more than the table shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from openphm.access import Scope
from openphm.core.errors import UsageError
from openphm.population import MEASURES
from openphm.release import secondary_use
from openphm.reports import data_quality, opened, segments
from openphm.reports.segments import ROWS, headline
from tests.support.answers import ROUND_5
from tests.support.store import a_store
from tests.support.villages import VILLAGE

EVERYBODY = Scope.whole_system()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_store(tmp_path_factory.mktemp("village") / "store", VILLAGE)


def test_every_measure_has_a_row_with_a_title() -> None:
    assert list(ROWS) == list(MEASURES)


def test_the_headline_is_computed_from_what_is_released(store: Path) -> None:
    with opened(store, EVERYBODY) as population:
        page = segments(population)
        released = secondary_use(page.result, ROUND_5)
    said = page.headline(list(released.records()))
    assert said.startswith("85 people are registered.")  # 84, rounded
    assert "High Need and End of Life hold 11.8% of them and 69% of the £92,100" in said


def test_the_headline_of_too_few_people_says_so(store: Path) -> None:
    assert "too few people" in headline(
        [{"subsegment_code": "all", "measure": "population", "value": None}], {}
    )
    records = [
        {"subsegment_code": "all", "measure": "population", "value": 20},
        {"subsegment_code": "all", "measure": "cost_total_gbp", "value": None},
    ]
    assert headline(records, {"4a": "High Need"}) == "20 people are registered."


def test_by_place_there_is_a_table_for_each(store: Path) -> None:
    with opened(store, EVERYBODY) as population:
        page = segments(population, by="pcn")
        released = secondary_use(page.result, ROUND_5)
    assert page.layout is not None
    assert page.layout.split == "place_name"
    assert page.headline(list(released.records())) == "2 places, each with its own table."


def test_a_place_must_be_in_the_build(store: Path) -> None:
    with opened(store, EVERYBODY, "U10002") as population:
        assert segments(population).result.values()
    with pytest.raises(UsageError, match="for example --place Y00003"):
        opened(store, EVERYBODY, "Y00009")


def test_check_accounts_for_every_row_and_says_what_needs_a_look(store: Path) -> None:
    with opened(store, EVERYBODY) as population:
        page = data_quality(population)
        records = list(secondary_use(page.result, ROUND_5).records())
    said = page.headline(records)
    assert "150 rows were delivered: 147 loaded and 3 set aside with a reason." in said
    assert "Missing: RBB, 2026-03-31, sus_op." in said
    assert "Least linked: sus_op, 98.6% of rows." in said
    assert "made by the rule registered_from_birth; no source delivered them." in said
    assert "1 definitions are drafts" in said
    lights = {(r["check"], r["subject"], r["measure"]): r["light"] for r in records}
    assert lights["coverage", "sus_op", "months_missing"] == "look"
    assert lights["reconciliation", "sus_op", "files_not_reconciled"] == "ok"
    assert lights["attribution", "difference", "cost_gbp"] == "ok"
    assert lights["rules", "registered_from_birth", "n_registrations"] == "look"
    made = next(r["value"] for r in records if r["check"] == "rules")
    assert made == 10, "registrations are people, so their number is rounded"
