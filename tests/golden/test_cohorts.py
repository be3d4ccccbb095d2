"""The shipped cohorts on the made-up ICS, end to end: the people planted in it are found again."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from openphm.access import Scope
from openphm.core.results import Result
from openphm.population import open_in_scope
from openphm.population.asking import Asking
from openphm.population.cohorts import Cohort
from tests.golden.conftest import openphm
from tests.golden.recovered import one, opened


@pytest.mark.parametrize("name", ["high_intensity_use", "fuel_poverty_respiratory", "msk_hub"])
def test_each_case_study_finds_people(demo_home: Path, name: str) -> None:
    said = openphm(
        "cohort",
        "attrition",
        name,
        "--store",
        demo_home / "store",
        "--disclosure",
        "none",
        "--format",
        "json",
    )
    rows = json.loads(said)["rows"]
    remaining = [row[2] for row in rows]
    assert remaining[0] > 19_000
    assert remaining == sorted(remaining, reverse=True)
    assert remaining[-1] >= 10


def test_high_intensity_use_is_who_has_seven_attendances_and_no_end_of_life(demo_home: Path) -> None:
    said = openphm(
        "cohort", "count", "high_intensity_use", "--store", demo_home / "store", "--disclosure", "none",
        "--format", "json",
    )  # fmt: skip
    found = json.loads(said)["rows"][0][2]
    with opened(demo_home) as connection:
        counted = one(connection, BY_HAND)
    assert found == counted > 0


def test_people_planted_in_the_service_had_seven_attendances(demo_home: Path) -> None:
    """Everybody in the planted service was in the cohort by their index date: the records say so."""
    with opened(demo_home) as connection:
        planted, often = connection.execute(PLANTED).fetchone()  # type: ignore[misc]
    assert planted > 0
    assert often / planted >= 0.85


BY_HAND = """
SELECT COUNT(*) FROM (
    SELECT e.person_key
    FROM build.activity.event AS e
    JOIN build.segments.window AS w ON w.person_key = e.person_key AND w.is_registered_as_at
    WHERE e.point_of_delivery = 'ed_attendance' AND e.event_date > DATE '2025-03-31'
        AND e.event_date <= DATE '2026-03-31' AND e.is_start
        AND NOT EXISTS (
            SELECT 1 FROM build.attributes.person_attribute AS a
            WHERE a.person_key = e.person_key AND a.attribute_id = 'end_of_life'
                AND a.from_date <= DATE '2026-03-31'
                AND (a.to_date IS NULL OR a.to_date > DATE '2026-03-31')
        )
    GROUP BY e.person_key HAVING COUNT(*) >= 7
)"""

PLANTED = """
WITH planted AS (
    SELECT s.index_date, p.person_key
    FROM truth.planted_service AS s
    JOIN truth.identity AS i USING (nhs_number)
    JOIN build.person.person AS p ON p.person_id = i.person_id
)
SELECT COUNT(*), COUNT(CASE WHEN attendances >= 7 THEN 1 END) FROM (
    SELECT planted.person_key, COUNT(e.event_id) AS attendances
    FROM planted LEFT JOIN build.activity.event AS e
        ON e.person_key = planted.person_key AND e.point_of_delivery = 'ed_attendance'
        AND e.event_date <= planted.index_date AND e.event_date > planted.index_date - INTERVAL 12 MONTH
    GROUP BY planted.person_key, planted.index_date
)"""


@pytest.mark.parametrize("name", ["high_intensity_use", "fuel_poverty_respiratory", "msk_hub"])
def test_the_wide_row_and_the_dated_tables_say_the_same(demo_home: Path, name: str) -> None:
    """Both forms answer every question about a cohort alike, at the build's date and a year before."""
    with open_in_scope(demo_home / "store", Scope.whole_system()) as population:
        wide, dated = population.cohort(name), Cohort(_WithoutWideRows(population), name)
        for day in (population.as_at, population.month_ends[-13]):
            assert population.snapshot_at(day) is not None
            for question in ("count", "attrition", "near_misses", "profile"):
                assert _rounded(getattr(wide, question)(day)) == _rounded(getattr(dated, question)(day))


class _WithoutWideRows(Asking):
    """The same build, as if it kept no wide rows."""

    def __init__(self, of: Asking) -> None:
        super().__init__(of.build, of._engine, of.scope)

    def snapshot_at(self, as_at: date) -> None:
        return None


def _rounded(result: Result) -> list[tuple[object, ...]]:
    """Values to ten figures: sums in another order differ in the last ones of a float."""
    return [
        tuple(float(f"{one:.10g}") if isinstance(one, float) else one for one in row)
        for row in result.values()
    ]
