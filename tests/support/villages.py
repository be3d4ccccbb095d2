"""A small made-up population with somebody in most subsegments, for tests of reports and commands."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.support.builder import Person, a_person

CHILD = a_person().aged(9).male().living_in("E01000002")
ADULT = a_person().aged(40).using("gp_encounter", date(2026, 1, 5))
AT_RISK = a_person().aged(50).with_attribute("obesity").with_attribute("imd_decile", 2)
ADMITTED = a_person().aged(30).using("emergency_admission", date(2025, 11, 5), cost="2500.50", bed_days=4)
BIG_SIX = a_person().aged(66).with_condition("copd").with_attribute("multimorbidity_count", 1).attending_ed(2)
FRAIL = (
    a_person()
    .aged(85)
    .with_attribute("frailty", "severe")
    .with_condition("hypertension")
    .using("social_care_residential", date(2025, 6, 1), date(2025, 7, 1), cost="4000")
)
DYING = a_person().aged(70).with_condition("palliative").who_died(date(2025, 12, 1))
LEFT = a_person().aged(25).registered_at("Y00002", end=date(2025, 10, 1))
ELSEWHERE = Person(registrations=()).using("day_case", date(2025, 8, 1), cost="900")

VILLAGE = [
    *[CHILD] * 20,
    *[ADULT] * 25,
    *[AT_RISK.registered_at("Y00003")] * 12,
    *[ADMITTED] * 9,
    *[BIG_SIX] * 10,
    *[FRAIL.registered_at("Y00002")] * 8,
    *[DYING] * 3,
    *[LEFT] * 4,
    *[ELSEWHERE] * 9,
]

COST = {
    "2a": 9 * Decimal("2500.50"),
    "3b": 10 * 2 * Decimal(280),
    "4a": 8 * 2 * Decimal(4000),
    "unattributed": 9 * Decimal(900),
}
