from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openphm.core import FinancialYear, Month, Window
from openphm.core.money import Pounds
from openphm.core.periods import age_at, is_month_end, month_end, month_ends

DAYS = st.dates(date(1900, 3, 1), date(2100, 12, 31))


def test_financial_year_turns_on_1_april() -> None:
    assert FinancialYear.containing(date(2024, 3, 31)) == FinancialYear(2023)
    assert FinancialYear.containing(date(2024, 4, 1)) == FinancialYear(2024)
    assert str(FinancialYear(1999)) == "1999/00"


@pytest.mark.parametrize("text", ["2023/24", "2023-24", "2023/2024", " 2023/24 "])
def test_financial_year_is_read_in_its_usual_forms(text: str) -> None:
    assert FinancialYear.parse(text) == FinancialYear(2023)


@pytest.mark.parametrize("text", ["2023", "2023/25"])
def test_financial_year_that_does_not_add_up_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="2023/24"):
        FinancialYear.parse(text)


def test_month_knows_its_days_and_neighbours() -> None:
    february = Month(2024, 2)
    assert (february.start, february.end) == (date(2024, 2, 1), date(2024, 2, 29))
    assert february.plus(-2) == Month(2023, 12)
    assert february.plus(11) == Month(2025, 1)
    assert Month.parse("2024-02") == february
    assert str(february) == "2024-02"
    with pytest.raises(ValueError, match="1 to 12"):
        Month(2024, 13)


def test_month_ends_include_both_ends_only_when_they_are_month_ends() -> None:
    assert month_ends(date(2026, 1, 31), date(2026, 3, 30)) == [date(2026, 1, 31), date(2026, 2, 28)]


@given(DAYS)
def test_month_end_is_in_the_same_month_and_is_one(day: date) -> None:
    end = month_end(day)
    assert (end.year, end.month) == (day.year, day.month)
    assert is_month_end(end)


def test_window_of_twelve_months_to_a_month_end_is_whole_months() -> None:
    window = Window.twelve_months_to(date(2026, 3, 31))
    assert (window.start, window.stop, window.days) == (date(2025, 4, 1), date(2026, 4, 1), 365)
    assert window.last_day in window
    assert window.stop not in window


def test_window_to_28_february_of_a_leap_year_is_a_year() -> None:
    window = Window.twelve_months_to(date(2024, 2, 28))
    assert window.start == date(2023, 3, 1)


def test_window_that_stops_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        Window(date(2026, 1, 2), date(2026, 1, 1))


@given(DAYS, st.integers(0, 40_000))
def test_age_never_falls_and_rises_on_the_birthday(birth: date, days: int) -> None:
    day = date.fromordinal(min(birth.toordinal() + days, date.max.toordinal() - 1))
    assert 0 <= age_at(birth, day) <= age_at(birth, date.fromordinal(day.toordinal() + 1))


def test_age_of_somebody_born_on_29_february() -> None:
    assert age_at(date(2000, 2, 29), date(2001, 2, 28)) == 0
    assert age_at(date(2000, 2, 29), date(2001, 3, 1)) == 1


def test_pounds_of_two_price_years_are_not_added() -> None:
    old, new = Pounds(Decimal("10.005"), FinancialYear(2020)), Pounds(Decimal(1), FinancialYear(2025))
    with pytest.raises(ValueError, match="cannot be added"):
        old + new
    lifted = old.at_prices_of(FinancialYear(2025), factor=Decimal("1.2"))
    assert str(lifted + new) == "£13.01 (2025/26 prices)"
