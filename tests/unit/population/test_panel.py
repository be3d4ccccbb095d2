"""Risk sets, person-time and monthly amounts of a service in a hand-made store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from openphm.access import Scope
from openphm.core.errors import PlanError
from openphm.criteria import parse
from openphm.population import Population, open_in_scope
from openphm.population.panel import PanelQuestion, PanelRows, panel
from openphm.population.panel_amounts import Amount
from openphm.population.panel_covariates import Covariate
from openphm.population.person_time import DIED as ENDED_BY_DEATH
from openphm.population.person_time import LEFT as ENDED_BY_LEAVING
from openphm.population.risk_set import Offer, RiskSetQuestion
from tests.support.service import (
    DIED,
    LEFT,
    N_CONTROLS,
    N_TREATED,
    OFFERED,
    service_offers,
    service_people,
    service_plan,
)
from tests.support.store import a_store, person_id

ED = Amount("ed", "activity", ("ed_attendance",))
COST = Amount("cost", "cost", ("ed_attendance",))


@pytest.fixture(scope="module")
def ics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Population]:
    store = a_store(Path(tmp_path_factory.mktemp("panel")) / "store", service_people())
    with open_in_scope(store, Scope.whole_system()) as population:
        yield population


def asked(ics: Population, offers: tuple[Offer, ...], **changes: object) -> PanelRows:
    rule = parse(service_plan()["eligibility"], ics.known)
    people = RiskSetQuestion(rule, offers, look_back=12, **changes)  # type: ignore[arg-type]
    covariates = (Covariate("age", "age_years"), Covariate("female", "female"))
    return panel(ics, PanelQuestion(people, 12, (ED, COST), covariates))


@pytest.fixture(scope="module")
def rows(ics: Population) -> PanelRows:
    return asked(ics, service_offers())


def test_both_sides_meet_the_rule_on_the_day_before_and_controls_live_elsewhere(rows: PanelRows) -> None:
    assert int(rows.treated.sum()) == N_TREATED + 1  # and the one who died
    assert int((~rows.treated).sum()) == N_CONTROLS + 1  # and the one who left
    areas = np.array(rows.area_names)[rows.area]
    assert set(areas[rows.treated]) == {"U10001"}
    assert set(areas[~rows.treated]) == {"U10002"}
    assert rows.funnel.eligible == rows.funnel.offered - 1


def test_before_and_after_are_parted_by_the_index_date(rows: PanelRows) -> None:
    assert rows.before["ed"].shape == (len(rows.treated), 12)
    assert rows.before["ed"][rows.treated].sum(axis=1).min() >= 7
    lived = rows.treated & (rows.ended_by != ENDED_BY_DEATH)
    assert set(rows.after["ed"][lived].sum(axis=1)) == {2.0, 3.0}
    assert set(rows.after["ed"][~rows.treated & (rows.ended_by != ENDED_BY_LEAVING)].sum(axis=1)) == {
        4.0,
        5.0,
    }
    np.testing.assert_allclose(rows.after["cost"], 200 * rows.after["ed"])


def test_person_time_ends_at_death_and_at_leaving(rows: PanelRows) -> None:
    died, left = rows.person == DIED, rows.person == LEFT
    assert rows.ended_by[died].tolist() == [ENDED_BY_DEATH]
    assert rows.months[died][0] == pytest.approx((date(2025, 7, 1) - OFFERED).days / 30.4375)
    assert rows.ended_by[left].tolist() == [ENDED_BY_LEAVING]
    assert rows.months[~died & ~left].min() > 11.9


def test_an_event_on_the_index_date_is_after_it_whatever_day_of_the_month(ics: Population) -> None:
    # The first attendance after 1 April of person 1 is on 6 April: an offer on that day counts it after.
    on_the_day = asked(ics, (Offer(person_id(1), date(2025, 4, 6)),))
    mine = on_the_day.treated
    day_after = asked(ics, (Offer(person_id(1), date(2025, 4, 7)),))
    assert on_the_day.after["ed"][mine].sum() == day_after.after["ed"][day_after.treated].sum() + 1
    assert (
        on_the_day.before["ed"][mine][:, -1].sum() + 1
        == day_after.before["ed"][day_after.treated][:, -1].sum()
    )


def test_somebody_offered_it_later_is_a_control_until_then(ics: Population) -> None:
    offers = (Offer(person_id(1), OFFERED), Offer(person_id(2), date(2025, 5, 1)))
    rows = asked(ics, offers, controls=("anywhere",))
    second = rows.person == 2
    assert sorted(zip(rows.index_month[second], rows.treated[second], strict=True)) == [
        (2025 * 12 + 4, False), (2025 * 12 + 5, True),
    ]  # fmt: skip
    assert rows.months[second & ~rows.treated][0] == pytest.approx(30 / 30.4375)
    first = rows.person == 1
    assert rows.treated[first].tolist() == [True]


def test_only_the_first_offer_counts_and_unknown_people_are_counted(ics: Population) -> None:
    again = (*service_offers(), Offer(person_id(1), date(2025, 6, 1)), Offer("pnobody", OFFERED))
    funnel = asked(ics, again).funnel
    assert (funnel.repeated, funnel.unknown) == (1, 1)


@pytest.mark.parametrize(
    ("day", "said"), [(date(2024, 6, 1), "before 2025-01-01"), (date(2026, 5, 1), "after 2026-03-31")]
)
def test_dates_outside_the_data_are_refused_with_what_to_do(ics: Population, day: date, said: str) -> None:
    with pytest.raises(PlanError) as caught:
        asked(ics, (Offer(person_id(1), day),))
    assert said in str(caught.value) and person_id(1) not in str(caught.value)


def test_no_control_and_a_strange_place_are_refused(ics: Population) -> None:
    with pytest.raises(PlanError, match="no eligible control"):
        asked(ics, service_offers(), controls=("Y00002",))
    with pytest.raises(PlanError, match="no place"):
        asked(ics, service_offers(), controls=("U99999",))


def test_a_narrower_scope_sees_its_own_people_alone(tmp_path: Path) -> None:
    store = a_store(tmp_path / "store", service_people())
    narrowed = Scope.whole_system().at_place("U10001")
    with open_in_scope(store, narrowed) as narrow, pytest.raises(PlanError, match="no eligible control"):
        asked(narrow, service_offers())


def test_events_of_a_measure_are_counted_in_the_months_they_happened(ics: Population) -> None:
    deaths = Amount("deaths", "events", ("death_date",))
    rule = parse(service_plan()["eligibility"], ics.known)
    people = RiskSetQuestion(rule, service_offers(), look_back=12)
    rows = panel(ics, PanelQuestion(people, 12, (deaths,)))
    assert rows.before["deaths"].sum() == 0
    died = rows.ended_by == ENDED_BY_DEATH
    assert rows.after["deaths"].sum() == died.sum() == 1
    assert rows.after["deaths"][died, 3].sum() == 1  # on 1 July, in the fourth month from 1 April


def test_a_criterion_counts_the_months_at_whose_end_it_held(ics: Population) -> None:
    rule = parse(service_plan()["eligibility"], ics.known)
    often = parse({"activity": "ed_attendance", "count_at_least": 1, "within_months": 1}, ics.known)
    held = Amount("held", "people", criterion=often)
    people = RiskSetQuestion(rule, service_offers(), look_back=12)
    rows = panel(ics, PanelQuestion(people, 12, (ED, held)))
    # Attended within the month up to its last day: exactly the months with an attendance, while all of it was
    # followed; index dates are the first of a month.
    whole = rows.months >= 11.9
    assert (rows.before["held"] == (rows.before["ed"] > 0)).all()
    assert (rows.after["held"][whole] == (rows.after["ed"][whole] > 0)).all()
    assert rows.after["held"].max() <= 1


def test_people_with_events_count_in_the_months_at_whose_end_they_had_enough_of_them(tmp_path: Path) -> None:
    """Each attendance led to a night: attendances by month say when there had been enough nights."""
    people = [
        one.using("emergency_admission", *(event.day for event in one.events), bed_days=1)
        for one in service_people()
    ]
    once = Amount("once", "people", ("night_away",), at_least=1, within_months=1)
    twice = Amount("twice", "people", ("night_away",), at_least=2, within_months=3)
    with open_in_scope(a_store(tmp_path / "store", people), Scope.whole_system()) as nights:
        rule = parse(service_plan()["eligibility"], nights.known)
        question = RiskSetQuestion(rule, service_offers(), look_back=12)
        rows = panel(nights, PanelQuestion(question, 12, (ED, once, twice)))
    ed, one, two = (
        np.hstack([rows.before[name], rows.after[name]])[rows.months >= 11.9]
        for name in ("ed", "once", "twice")
    )
    assert (one == (ed > 0)).all()
    assert (two[:, 2:] == (ed[:, 2:] + ed[:, 1:-1] + ed[:, :-2] >= 2)).all()
    assert 0 < two.mean() < 1


def test_what_an_amount_is_can_be_written_down_for_a_hash(ics: Population) -> None:
    some = Amount("a", "events", ("admission",), ({"column": "bed_days", "at_least": 1},), "bed_days")
    assert some.plain() == ["events", "admission", [{"column": "bed_days", "at_least": 1}], "bed_days"]
    assert ED.plain() == ["activity", "ed_attendance"]
    criterion = parse({"condition": "diabetes"}, ics.known)
    assert Amount("b", "people", criterion=criterion).plain() == ["people", criterion.plain()]
    some = Amount("c", "people", ("admission",), at_least=2, within_months=6)
    assert some.plain() == ["people", "admission", 2, 6]
    with pytest.raises(ValueError, match="no dated rows"):
        Amount("b", "people", criterion=criterion).dated_sql()
