"""NHS England's artificial HES: every row but one is loaded, and all of it belongs to nobody registered.

One episode has a code of the shipped list of restricted codes, and is withheld with the person it was about.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.real_input.running import account, asked, asked_one, built, counted, read_csv

pytestmark = [pytest.mark.shared_data, pytest.mark.slow]

FILES = {
    "artificial_hes_ae_0708_truncated.csv": ("hes_ae_attendance", 1_000, 1_000, 0),
    "artificial_hes_apc_0102_truncated.csv": ("hes_apc_episode", 2_075, 2_074, 1),
    "artificial_hes_op_0304_truncated.csv": ("hes_op_appointment", 1_000, 1_000, 0),
}
PEOPLE, WITHHELD = 1_935, 1
# Loaded, and no activity; the reasons are those of `openphm check`.
NOT_ACTIVITY = {
    ("hes_ae_attendance", "department without a meaning"): 1_000,
    ("hes_apc_episode", "admission method and class without a meaning"): 2,
    ("hes_apc_episode", "no admission date"): 1,
    ("hes_op_appointment", "kind of attendance without a meaning"): 22,
    ("hes_op_appointment", "not attended"): 182,
}
# The files are of three years: the 12 months to each year's end, and the events in them.
YEARS = {"2002-03-31": 2_002, "2004-03-31": 796}


@pytest.fixture(scope="module", params=list(YEARS))
def year(request: pytest.FixtureRequest, hes: Path, place: Path) -> tuple[str, Path]:
    """The end of a year that has activity, and a build as at that day."""
    return request.param, built(hes, place / "hes_store", request.param)


@pytest.fixture(scope="module")
def hes_store(hes: Path, place: Path) -> Path:
    """A build as at the day that the build chooses itself."""
    return built(hes, place / "hes_store_now")


def test_every_row_is_loaded_but_one_with_a_restricted_code(hes: Path) -> None:
    assert account(hes) == FILES
    assert [row["reason_code"] for row in counted(hes, "quarantine")] == ["R_WITHHELD"]


def test_values_that_do_not_fit_are_left_out_and_counted(hes: Path) -> None:
    """The row stays. & is how HES says not known, and is no wrong value."""
    wrong = {
        (row["record"], row["column_name"]): row["rows_present"] - row["rows_valid"]
        for row in counted(hes, "completeness")
        if row["rows_present"] != row["rows_valid"]
    }
    assert wrong == {
        ("hes_ae_attendance", "lsoa11_code"): 5,
        ("hes_apc_episode", "diagnosis_01_code"): 1,
        ("hes_apc_episode", "diagnosis_02_code"): 1,
        ("hes_apc_episode", "diagnosis_06_code"): 1,
        ("hes_op_appointment", "lsoa11_code"): 5,
    }


def test_every_row_names_its_provider(hes: Path) -> None:
    rows = [row for row in counted(hes, "completeness") if row["column_name"] == "provider_code"]
    assert len(rows) == 3
    assert all(row["rows_valid"] == row["rows"] for row in rows)


def test_a_person_is_the_same_in_the_three_files(hes_store: Path, data: Path) -> None:
    files = sorted((data / "synthetic_patients").glob("artificial_hes_*.csv"))
    assert len({row["PSEUDO_HESID"] for file in files for row in read_csv(file)}) == PEOPLE
    assert asked_one(hes_store, "SELECT COUNT(*) AS n FROM person.person") == PEOPLE - WITHHELD


def test_nobody_is_registered(hes_store: Path) -> None:
    for table in ("person.registration", "segments.window", "segments.history", "person.snapshot"):
        assert asked_one(hes_store, f"SELECT COUNT(*) AS n FROM {table}") == 0, table


def test_every_loaded_row_is_an_event_or_is_counted_as_none(hes_store: Path) -> None:
    events = asked(
        hes_store, "SELECT source_record AS record, COUNT(*) AS n FROM activity.event GROUP BY source_record"
    )
    aside = asked(
        hes_store, "SELECT record, reason, SUM(n_rows) AS n FROM quality.not_activity GROUP BY record, reason"
    )
    assert {(row["record"], row["reason"]): int(row["n"]) for row in aside} == NOT_ACTIVITY
    for record, _, loaded, _ in FILES.values():
        made = sum(row["n"] for row in events if row["record"] == record)
        assert made + sum(int(row["n"]) for row in aside if row["record"] == record) == loaded, record


def test_the_build_speaks_as_at_the_end_of_the_last_file(hes_store: Path) -> None:
    assert asked_one(hes_store, "SELECT as_at FROM build.parameters") == date(2008, 3, 31)


def test_all_activity_of_a_year_is_unattributed(year: tuple[str, Path]) -> None:
    as_at, store = year
    (row,) = asked(store, "SELECT subsegment_code, n_people, n_events, cost_gbp FROM quality.attribution")
    assert row["subsegment_code"] == "unattributed"
    assert (row["n_people"], row["n_events"]) == (0, YEARS[as_at])
    cost = asked_one(
        store,
        "SELECT SUM(cost_gbp) AS cost FROM costs.event_cost AS c CROSS JOIN build.parameters AS b "
        "WHERE c.event_date BETWEEN b.window_start AND b.as_at",
    )
    assert row["cost_gbp"] == cost > 0


def test_pounds_are_called_by_a_year_that_has_a_deflator(year: tuple[str, Path]) -> None:
    """No deflator reaches back to 2001/02, so pounds are told in prices of the first year that has one."""
    _, store = year
    assert asked_one(store, "SELECT price_year FROM build.parameters") == "2010/11"
