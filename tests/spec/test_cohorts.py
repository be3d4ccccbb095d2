"""What cohorts mean: the shipped ones person by person, and attrition as a table to read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from openphm.access import Scope
from openphm.core.results import Result
from openphm.population import open_in_scope
from tests.support.builder import Person, a_person
from tests.support.store import a_store

IN, OUT = True, False

CHEST = (
    a_person()
    .aged(67)
    .with_condition("copd")
    .with_attribute("frailty", "mild")
    .with_attribute("fuel_poverty_percentile", 12)
)
HIPS = a_person().aged(55).with_condition("osteoarthritis").with_attribute("statin_prescription")

CASES = [
    ("high_intensity_use", "seven attendances", a_person().attending_ed(7), IN),
    ("high_intensity_use", "six attendances", a_person().attending_ed(6), OUT),
    (
        "high_intensity_use",
        "seven, but at the end of life",
        a_person().attending_ed(7).with_attribute("end_of_life"),
        OUT,
    ),
    (
        "high_intensity_use",
        "seven at an urgent treatment centre",
        a_person().using("utc_attendance", *(date(2026, 2, day) for day in range(1, 8))),
        OUT,
    ),
    ("fuel_poverty_respiratory", "all six steps", CHEST, IN),
    ("fuel_poverty_respiratory", "40 is not over 40", CHEST.aged(40), OUT),
    ("fuel_poverty_respiratory", "41 is over 40", CHEST.aged(41), IN),
    ("fuel_poverty_respiratory", "in a care home", CHEST.with_attribute("care_home"), OUT),
    (
        "fuel_poverty_respiratory",
        "in a warmer area",
        a_person()
        .aged(67)
        .with_condition("copd")
        .with_attribute("frailty", "severe")
        .with_attribute("fuel_poverty_percentile", 15.1),
        OUT,
    ),
    (
        "fuel_poverty_respiratory",
        "fit, so not frail",
        a_person()
        .aged(67)
        .with_condition("asthma")
        .with_attribute("frailty", "fit")
        .with_attribute("fuel_poverty_percentile", 3),
        OUT,
    ),
    ("msk_hub", "osteoarthritis and a Health Check overdue", a_person().aged(55).with_condition("gout"), IN),
    ("msk_hub", "a statin, so no Health Check is due", HIPS, OUT),
    ("msk_hub", "surgery scheduled", HIPS.with_attribute("surgery_scheduled"), IN),
    ("msk_hub", "referred to physiotherapy", HIPS.with_attribute("physiotherapy_referral"), IN),
    (
        "msk_hub",
        "referred, without a condition",
        a_person().aged(30).with_attribute("surgery_scheduled"),
        OUT,
    ),
    ("nhs_health_check_overdue", "39", a_person().aged(39), OUT),
    ("nhs_health_check_overdue", "40", a_person().aged(40), IN),
    ("nhs_health_check_overdue", "74", a_person().aged(74), IN),
    ("nhs_health_check_overdue", "75", a_person().aged(75), OUT),
    ("nhs_health_check_overdue", "checked", a_person().aged(50).with_attribute("nhs_health_check"), OUT),
    ("nhs_health_check_overdue", "with diabetes", a_person().aged(50).with_condition("diabetes"), OUT),
]

TOWN = [
    *[CHEST] * 5,
    *[CHEST.with_attribute("care_home")] * 3,
    *[a_person().aged(67).with_condition("copd")] * 4,
    *[a_person().aged(20)] * 8,
]

ATTRITION = """
0  Registered in scope                                20
1  Over 40                                            12  0
2  Frailty, mild or worse                              8  0
3  Chronic respiratory condition                       8  0
4  Living in the 15% of areas with most fuel poverty   8  0
5  Not in a care home                                  5  3
6  Not on an end-of-life pathway                       5  0
"""


@pytest.fixture(scope="module")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The pseudonyms of each shipped cohort among the people of CASES, in the order of the list."""
    from openphm.access import Purpose

    store = a_store(tmp_path_factory.mktemp("cases"), [person for _, _, person, _ in CASES])
    with open_in_scope(store, Scope.whole_system(Purpose.DIRECT_CARE)) as people:
        return {
            name: set(people.cohort(name).people().column("person_id"))  # type: ignore[arg-type]
            for name in {name for name, _, _, _ in CASES}
        }


@pytest.mark.parametrize(
    ("place", "name", "person", "expected"),
    [(place, name, said, expected) for place, (name, said, _, expected) in enumerate(CASES)],
    ids=[f"{name}: {said}" for name, said, _, _ in CASES],
)
def test_who_is_in_a_shipped_cohort(
    everybody: dict[str, set[str]], place: int, name: str, person: Person, expected: bool
) -> None:
    assert (f"p{place + 1:05d}" in everybody[name]) is expected


def test_attrition_reads_step_by_step(tmp_path: Path) -> None:
    with open_in_scope(a_store(tmp_path, TOWN), Scope.whole_system()) as town:
        assert _table(town.cohort("fuel_poverty_respiratory").attrition()) == ATTRITION


def _table(result: Result) -> str:
    """The attrition as text: step, criterion, remaining, removed alone."""
    width = max(len(str(row[1])) for row in result.values())
    lines = [
        f"{step}  {criterion:<{width}}  {remaining:>2}" + ("" if alone is None else f"  {alone}")
        for step, criterion, remaining, alone in result.values()
    ]
    return "\n" + "\n".join(lines) + "\n"
