"""A small made-up service: people offered it in one network, and people like them in another.

Everybody attended eight times in the year before 1 April 2025. Those offered the service then attended twice
in the year after, the others four times.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from openphm.population.risk_set import Offer
from tests.support.builder import Person, a_person
from tests.support.store import person_id

OFFERED = date(2025, 4, 1)
NETWORK, ELSEWHERE = "Y00001", "Y00003"
N_TREATED, N_CONTROLS = 40, 80


def attended(person: Person, before: int, after: int, offset: int = 0) -> Person:
    """So many attendances in the year before the offer and in the year from it on."""
    days = [OFFERED - timedelta(days=20 + offset % 5 + 30 * n) for n in range(before)]
    days += [OFFERED + timedelta(days=5 + offset % 5 + 60 * n) for n in range(after)]
    return person.using("ed_attendance", *days, cost="200")


def service_people() -> list[Person]:
    """The offered first, then the controls; then one who died, one who left, one who never met the rule."""
    people = [_one(n, NETWORK, 2) for n in range(N_TREATED)] + [
        _one(n, ELSEWHERE, 4) for n in range(N_CONTROLS)
    ]
    died = attended(a_person(), 8, 0).who_died(date(2025, 7, 1))
    left = attended(a_person().registered_at(ELSEWHERE, end=date(2025, 10, 1)), 8, 1)
    return [*people, died, left, attended(a_person(), 2, 0)]


DIED, LEFT, NEVER_MET = N_TREATED + N_CONTROLS + 1, N_TREATED + N_CONTROLS + 2, N_TREATED + N_CONTROLS + 3


def _one(number: int, practice: str, after: int) -> Person:
    person = a_person().aged(30 + number % 40).registered_at(practice)
    return attended(person if number % 2 else person.male(), 7 + number % 3, after + number % 2, number)


def service_offers() -> tuple[Offer, ...]:
    """Everybody of the network was offered it on the same day, whoever they are."""
    keys = [*range(1, N_TREATED + 1), DIED, NEVER_MET]
    return tuple(Offer(person_id(key), OFFERED) for key in keys)


def service_plan(**changes: Any) -> dict[str, Any]:
    """The plan of the service, as plain data."""
    plan: dict[str, Any] = {
        "id": "evaluations/test_service",
        "title": "A service",
        "eligibility": {"activity": "ed_attendance", "count_at_least": 7, "within_months": 12},
        "index_dates": {"enrolments": "evaluations/test_service"},
        "look_back_months": 12,
        "follow_up_months": 12,
        "planning_effect": -0.2,
        "outcomes": [
            {"id": "ed", "title": "ED attendances", "role": "primary", "activity": ["ed_attendance"]},
            {"id": "ed_cost", "cost": ["ed_attendance"]},
        ],
        "covariates": [{"of": "age_years"}, {"of": "female"}],
        "costs": {"programme_gbp": 12000, "period_months": 6, "outcome": "ed_cost"},
    }
    return {**plan, **changes}
