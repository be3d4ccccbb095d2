"""Which date a build speaks about, from what was delivered."""

from __future__ import annotations

from datetime import date

import pytest

from openphm.core.errors import BuildCheckFailed, UsageError
from openphm.core.periods import Month
from openphm.dataset.dates import MOST_MONTHS, choose_dates


def months(first: str, last: str, rows: int = 100) -> dict[Month, int]:
    return dict.fromkeys(Month.parse(first).until(Month.parse(last)), rows)


def test_the_last_month_delivered_as_usual_is_the_as_at_date() -> None:
    found = choose_dates(months("2022-04", "2026-03"), None)
    assert found.as_at == date(2026, 3, 31)
    assert len(found.months) == 48


def test_a_few_rows_in_the_future_do_not_move_the_date() -> None:
    rows = months("2022-04", "2026-03") | {Month(2062, 3): 2, Month(2026, 4): 20}
    assert choose_dates(rows, None).as_at == date(2026, 3, 31)


def test_a_few_rows_of_long_ago_are_no_history() -> None:
    rows = months("1900-01", "1900-12", rows=1) | months("2022-04", "2026-03")
    assert choose_dates(rows, None).months[0] == Month(2022, 4)


def test_a_date_that_was_asked_for_is_taken() -> None:
    found = choose_dates(months("2022-04", "2026-03"), date(2025, 3, 31))
    assert found.as_at == date(2025, 3, 31)
    assert found.months[-1] == Month(2025, 3)


def test_history_is_at_least_the_window_and_at_most_five_years() -> None:
    assert len(choose_dates(months("2026-01", "2026-03"), None).months) == 12
    assert len(choose_dates(months("2010-01", "2026-03"), None).months) == MOST_MONTHS


def test_a_day_within_a_month_is_refused_with_the_month_end() -> None:
    with pytest.raises(UsageError, match="2026-03-31"):
        choose_dates(months("2022-04", "2026-03"), date(2026, 3, 15))


def test_a_delivery_without_a_dated_row_cannot_be_built() -> None:
    with pytest.raises(BuildCheckFailed, match="no dated row"):
        choose_dates({}, None)


def test_year_ends_are_the_as_at_date_and_three_before_it_within_history() -> None:
    four = choose_dates(months("2022-04", "2026-03"), None)
    assert [day.year for day in four.year_ends] == [2026, 2025, 2024, 2023]
    short = choose_dates(months("2024-10", "2026-03"), None)
    assert [day.year for day in short.year_ends] == [2026, 2025]


def test_the_window_is_the_twelve_months_to_the_date() -> None:
    found = choose_dates(months("2022-04", "2026-03"), None)
    assert (found.window.start, found.window.days) == (date(2025, 4, 1), 365)
    assert found.price_year == "2025/26"
