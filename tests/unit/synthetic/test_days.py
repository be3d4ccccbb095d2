"""Days, months and drawing days."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openphm.synthetic.clock import Calendar, Clock, add_months, to_day

DAYS = st.integers(to_day(date(1950, 1, 1)), to_day(date(2060, 1, 1)))


def day(text: str) -> np.ndarray:
    return np.array([to_day(date.fromisoformat(text))], dtype=np.int32)


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2026-03-31", -12, "2025-03-31"),
        ("2024-02-29", -12, "2023-02-28"),
        ("2026-04-01", -48, "2022-04-01"),
    ],
)
def test_months_are_added_as_the_calendar_does(start: str, months: int, expected: str) -> None:
    assert add_months(day(start), months).tolist() == day(expected).tolist()


@given(DAYS, st.integers(-60, 60))
def test_adding_months_never_moves_the_order_of_days(first: int, months: int) -> None:
    pair = add_months(np.array([first, first + 1], dtype=np.int32), months)
    assert pair[0] <= pair[1]


def test_the_history_is_whole_years_to_the_as_at_date() -> None:
    clock = Clock(date(2026, 3, 31), 4)
    assert clock.start == to_day(date(2022, 4, 1))
    assert clock.labels[0] == "2022-04"
    assert clock.labels[-1] == "2026-03"
    assert [clock.month_of(day(text)).tolist()[0] for text in ("2022-03-31", "2022-04-01", "2026-03-31")] == [
        -1,
        0,
        47,
    ]
    assert clock.year_ends() == [to_day(date(year, 3, 31)) for year in (2026, 2025, 2024, 2023)]


@given(DAYS, st.integers(1, 900))
def test_drawn_days_lie_within_their_bounds(first: int, length: int) -> None:
    calendar = Calendar(first, first + length, weekend=0.01, winter=0.2, holidays=0.02)
    start = np.full(50, first, dtype=np.int32)
    drawn = calendar.draw(start, start + length, np.random.default_rng(1))
    assert drawn.min() >= first
    assert drawn.max() < first + length


def test_offices_are_closed_at_the_weekend() -> None:
    first = to_day(date(2025, 1, 6))  # a Monday
    calendar = Calendar(first, first + 364, weekend=0.01, winter=0.0)
    start = np.full(20_000, first, dtype=np.int32)
    drawn = calendar.draw(start, start + 364, np.random.default_rng(1))
    assert np.mean((drawn - first) % 7 >= 5) < 0.01
