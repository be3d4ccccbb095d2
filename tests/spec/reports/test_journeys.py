"""Journeys: contacts around an event in the right step, orders as they were, and one timeline for care."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from openphm.access import Granularity, Purpose, Scope
from openphm.core.errors import AccessRefused, UsageError
from openphm.criteria import Condition
from openphm.population.journeys import Journey
from openphm.release import NONE, secondary_use
from openphm.reports import opened
from openphm.reports.journeys import charts, headline, journeys
from tests.support.answers import ROUND_5
from tests.support.builder import Person, a_person
from tests.support.store import a_store

EVERYBODY = Scope.whole_system()
EVENT = date(2025, 6, 10)
ASKED = Journey("ed_attendance", months=2)


def around(*days: tuple[str, int]) -> Person:
    """A person who attended on the day, with other contacts so many days from it."""
    person = a_person().using("ed_attendance", EVENT, cost="280")
    for point, offset in days:
        person = person.using(point, EVENT + timedelta(days=offset), cost="100")
    return person


SEEN = around(("outpatient_first", -20), ("gp_encounter", -5), ("gp_prescription", -4), ("gp_encounter", 30))
SEEN = SEEN.with_condition("copd")
NOT_SEEN = around(("nhs111_call", 31))
DIED = around(("gp_encounter", -40)).who_died(EVENT + timedelta(days=30))
PEOPLE = [*[SEEN] * 10, *[NOT_SEEN] * 9, *[DIED] * 8, *[a_person()] * 20]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_store(tmp_path_factory.mktemp("journeys") / "store", PEOPLE)


def held(store: Path, asked: Journey = ASKED) -> dict[tuple[object, object, object], object]:
    with opened(store, EVERYBODY) as population:
        return {(r["part"], r["subject"], r["step"]): r["value"] for r in population.journeys(asked=asked)}


def test_contacts_are_in_the_step_of_their_day(store: Path) -> None:
    found = held(store)
    people = 27
    assert found["people", "all", "people"] == people
    assert found["steps", "emergency_department", "0"] == pytest.approx(100)
    assert found["steps", "general_practice", "-1"] == pytest.approx(100 * 10 / people), (
        "items are no contact"
    )
    assert found["steps", "general_practice", "-2"] == pytest.approx(100 * 8 / people)
    assert found["steps", "general_practice", "1"] == pytest.approx(100 * 10 / people), "day 30 is in step 1"
    # Those who died on day 30 are no longer there in step 2, so the others are the base.
    assert found["steps", "urgent_care", "2"] == pytest.approx(100 * 9 / 19)
    assert found["people", "died", "people"] == 8
    assert found["people", "again", "people"] == 0


def test_orders_and_last_contacts_count_everybody_once(store: Path) -> None:
    found = held(store)
    assert found["order", "outpatient_and_other > general_practice", "people"] == 10
    assert found["order", "none", "people"] == 9
    assert found["order", "general_practice", "people"] == 8
    assert found["last_gp_contact", "1_to_7_days", "people"] == 10
    assert found["last_gp_contact", "31_to_90_days", "people"] == 8
    assert found["last_gp_contact", "none", "people"] == 9
    for part in ("order", "last_gp_contact"):
        parts = [v for (p, subject, _), v in found.items() if p == part and subject != "all"]
        assert sum(parts) == found[part, "all", "people"] == 27  # type: ignore[arg-type]


def test_a_cohort_and_an_onset_can_be_asked(store: Path, tmp_path: Path) -> None:
    found = held(store, Journey("ed_attendance", Condition(("copd",)), 2))
    assert found["people", "all", "people"] == 10
    began = [around(("gp_encounter", 3)).with_condition("copd", since=EVENT)] * 9
    new = a_store(tmp_path / "store", began)
    found = held(new, Journey("onset:copd", months=2))
    assert found["people", "all", "people"] == 9
    assert ("people", "again", "people") not in found
    assert found["steps", "general_practice", "1"] == pytest.approx(100)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (Journey("ed_attendence", months=2), "did you mean 'ed_attendance'"),
        (Journey("onset:coppd", months=2), "did you mean 'onset:copd'"),
        (Journey("offset:copd", months=2), "not an event"),
        (Journey("ed_attendance", months=24), "more than this build's history"),
    ],
)
def test_what_cannot_be_asked_is_told(store: Path, asked: Journey, message: str) -> None:
    with opened(store, EVERYBODY) as population, pytest.raises(UsageError, match=message):
        population.journeys(asked=asked)


def test_the_page_is_said_and_drawn_from_released_figures(store: Path) -> None:
    with opened(store, EVERYBODY) as population:
        page = journeys(population, event="ed_attendance", months=2)
    in_full = list(secondary_use(page.result, NONE).records())
    said = page.headline(in_full)
    assert said.startswith("27 people had this event: Emergency department attendance")
    assert "37% had a GP contact in the 7 days before." in said
    assert len(page.charts(in_full)) == 3
    released = list(secondary_use(page.result, ROUND_5).records())
    assert page.charts(released)
    assert "Too few" in headline([], "x")
    assert charts([], "x", 2) == []


def test_a_timeline_is_for_direct_care_alone(store: Path) -> None:
    with opened(store, EVERYBODY) as population, pytest.raises(AccessRefused, match="purpose"):
        population.timeline("P1")
    totals = Scope(Purpose.DIRECT_CARE, Granularity.AGGREGATE)
    with opened(store, totals) as population, pytest.raises(AccessRefused):
        population.timeline("P1")


def test_a_timeline_holds_the_events_of_one_person_in_order(store: Path) -> None:
    care = Scope(Purpose.DIRECT_CARE, Granularity.PERSON, practices=frozenset({"Y00001"}))
    with opened(store, care) as population:
        person = "JOIN person.person AS person ON person.person_key = p.person_key WHERE p.person_key = 1"
        rows = population.ask(f"SELECT person.person_id FROM people AS p {person}", population.as_at)
        result = population.timeline(rows[0]["person_id"])
        with pytest.raises(UsageError, match="nobody in your scope"):
            population.timeline("x'; DROP TABLE person.person; --")
        page = journeys(population, person=rows[0]["person_id"])
    assert result.grain == "person"
    assert result.column("event_date") == sorted(result.column("event_date"))  # type: ignore[type-var]
    assert result.column("point_of_delivery")[0] == "outpatient_first"
    assert len(result) == 5
    assert page.title == "Timeline of one person"
    elsewhere = Scope(Purpose.DIRECT_CARE, Granularity.PERSON, practices=frozenset({"Y00003"}))
    with opened(store, elsewhere) as population, pytest.raises(UsageError, match="nobody in your scope"):
        population.timeline(rows[0]["person_id"])
