"""Movement: everybody of either date is in one cell, and each is the cell one would expect."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from openphm.access import Scope
from openphm.core.errors import UsageError
from openphm.release import NONE, secondary_use
from openphm.reports import opened
from openphm.reports.movement import charts, headline, movement
from tests.support.answers import ROUND_5
from tests.support.builder import Registration, a_person
from tests.support.store import a_store
from tests.support.tables import PRACTICES

EVERYBODY = Scope.whole_system()
ADULT = a_person().aged(40)
PEOPLE = [
    *[ADULT] * 40,
    *[ADULT.with_condition("copd", since=date(2025, 9, 1))] * 12,
    *[ADULT.with_condition("palliative", since=date(2025, 1, 5)).who_died(date(2025, 12, 1))] * 9,
    *[ADULT.registered_at("Y00001", end=date(2025, 11, 1))] * 10,
    *[ADULT.registered_at("Y00001", start=date(2025, 6, 1))] * 11,
    *[a_person().registered_at("Y00001", start=date(2025, 8, 20))] * 8,
]
PEOPLE[-8:] = [
    type(one)(birth_month=date(2025, 8, 15), registrations=one.registrations) for one in PEOPLE[-8:]
]
# Twenty change their practice, and with it their network.
CHANGED = ADULT.registered_at("Y00001", end=date(2025, 7, 1))
CHANGED = type(CHANGED)(
    birth_month=CHANGED.birth_month,
    registrations=(*CHANGED.registrations, Registration("Y00003", date(2025, 7, 1))),
)
PEOPLE += [CHANGED] * 20


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_store(tmp_path_factory.mktemp("moves") / "store", PEOPLE)


def moves(store: Path, scope: Scope = EVERYBODY, by: str | None = None) -> dict[tuple[object, object], int]:
    with opened(store, scope) as population:
        return {(r["from_code"], r["to_code"]): r["value"] for r in population.movement(by=by)}  # type: ignore[misc]


def test_each_person_is_where_they_were_and_are(store: Path) -> None:
    found = moves(store)
    assert found["1", "1"] == 40 + 20
    assert found["1", "3"] == 12
    assert found["5", "died"] == 9
    assert found["1", "left"] == 10
    assert found["joined", "1"] == 11
    assert found["born", "1"] == 8
    assert found["all", "all"] == len(PEOPLE)


@pytest.mark.parametrize("by", ["segment", "subsegment"])
def test_the_cells_make_the_totals(store: Path, by: str) -> None:
    found = moves(store, by=by)
    rows = {was for was, _ in found} - {"all"}
    for was in rows:
        assert sum(n for (a, b), n in found.items() if a == was and b != "all") == found[was, "all"]
    assert sum(found[was, "all"] for was in rows) == found["all", "all"]


def test_seen_from_a_network_people_who_change_it_leave_and_join(store: Path) -> None:
    networks = {practice: network for practice, _, network, _ in PRACTICES}
    assert networks["Y00001"] != networks["Y00003"]
    assert moves(store, EVERYBODY.at_place("U10001"))["1", "left"] == 10 + 20
    assert moves(store, EVERYBODY.at_place("U10002"))["joined", "1"] == 20


def test_a_year_before_the_history_is_refused(store: Path) -> None:
    with opened(store, EVERYBODY) as population:
        with pytest.raises(UsageError, match="does not reach back"):
            population.movement(date(2024, 12, 31))
        assert population.movement(date(2025, 12, 31)).provenance.as_at == date(2025, 12, 31)


def test_the_page_is_said_and_drawn_from_released_figures(store: Path) -> None:
    names = {"1": "Healthy", "3": "Long Term Conditions", "5": "End of Life"}
    with opened(store, EVERYBODY) as population:
        page = movement(population)
    in_full = list(secondary_use(page.result, NONE).records())
    said = headline(in_full, names)
    assert f"{len(PEOPLE):,} people were here then or now." in said
    assert "12 people from Healthy to Long Term Conditions" in said
    assert "Healthy → 3 Long Term Conditions" in "".join(charts(in_full, names))
    hidden = list(secondary_use(page.result, ROUND_5).records())
    assert all(r["value"] is None or r["value"] == 0 or r["value"] >= 10 for r in hidden)  # type: ignore[operator]
    assert "too few" in headline([], names)
