"""Two pages of headline numbers beside each other: a difference is said only where there is one."""

from __future__ import annotations

from datetime import date

import pytest

from openphm.pages.page import Record
from openphm.reports.headlines import Change, compared, headline, most_changed, twelve_months_before


def of(measure: str, value: float | None, lower: float | None = None, upper: float | None = None) -> Record:
    return {"measure": measure, "value": value, "lower": lower, "upper": upper, "unit": "per_1000"}


def test_intervals_that_meet_make_no_clear_difference() -> None:
    now = [of("ed_attendances_pppy", 450, 440, 460), of("emergency_admissions_pppy", 110, 105, 115)]
    before = [of("ed_attendances_pppy", 435, 425, 445), of("emergency_admissions_pppy", 100, 95, 104)]
    found = compared(now, before)
    assert not found["ed_attendances_pppy"].is_clear
    assert found["emergency_admissions_pppy"] == Change("100.0", pytest.approx(0.1), True)
    assert most_changed(found) == (
        "Emergency admissions per 1,000 person-years rose most in twelve months, by 10% from 100.0."
    )


def test_what_is_hidden_or_nought_is_not_compared() -> None:
    now = [of("ed_attendances_pppy", None), of("gp_contacts_pppy", 5), of("multimorbidity", 1)]
    before = [of("ed_attendances_pppy", 4), of("gp_contacts_pppy", 0), of("multimorbidity", None)]
    found = compared(now, before)
    assert [one.share for one in found.values()] == [None, None, None]
    assert found["multimorbidity"].other == ""
    assert most_changed(found) == ""


def test_more_people_are_no_change_of_what_happens_to_them() -> None:
    found = compared([of("population", 200), of("cost_total_gbp", 9)], [of("population", 100)])
    assert found["population"].share == pytest.approx(1)
    assert most_changed(found) == ""


def test_a_fall_is_a_fall_and_hardly_anything_is_nothing() -> None:
    assert "fell most in twelve months, by 20%" in most_changed({"gp_contacts_pppy": Change("5.0", -0.2)})
    assert most_changed({"gp_contacts_pppy": Change("5.0", -0.001)}) == ""


def test_the_sentence_says_no_more_than_is_shown() -> None:
    assert headline([of("population", None)]) == "There are too few people here to say anything about them."
    assert headline([of("population", 1200)]) == "1,200 people are registered."


@pytest.mark.parametrize(
    ("as_at", "before"),
    [
        (date(2026, 3, 31), date(2025, 3, 31)),
        (date(2025, 2, 28), date(2024, 2, 29)),
        (date(2024, 2, 29), date(2023, 2, 28)),
    ],
)
def test_twelve_months_before_a_month_end_is_a_month_end(as_at: date, before: date) -> None:
    assert twelve_months_before(as_at) == before
