"""Locks of plans: the first moment counts, and a changed plan is another lock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from openphm.core.records import Enrolment, PlanLock
from openphm.recording import Register

LOCK = PlanLock(
    "evaluations/a", "1" * 64, {"id": "evaluations/a"}, "2" * 64, 40, "b1", "ann",
    datetime(2026, 1, 1, tzinfo=UTC),
)  # fmt: skip


def test_a_plan_locked_twice_keeps_its_first_moment(tmp_path: Path) -> None:
    with Register.beside(tmp_path) as register:
        assert register.plans.lock(LOCK) == LOCK
        again = replace(LOCK, locked_at=datetime(2026, 6, 1, tzinfo=UTC), locked_by="bob")
        assert register.plans.lock(again) == LOCK


def test_a_changed_plan_has_a_lock_of_its_own(tmp_path: Path) -> None:
    with Register.beside(tmp_path) as register:
        register.plans.lock(LOCK)
        assert register.plans.find(LOCK.plan_id, "3" * 64) is None
        other = replace(LOCK, sha256="3" * 64, locked_at=datetime(2026, 2, 1, tzinfo=UTC))
        register.plans.lock(other)
        assert register.plans.of(LOCK.plan_id) == [LOCK, other]


def test_a_list_of_offers_is_taken_once(tmp_path: Path) -> None:
    offers = [Enrolment(f"p{n}", "evaluations/a", "Y00001", date(2025, 4, 1)) for n in range(3)]
    with Register.beside(tmp_path) as register:
        assert register.enrolments.take([*offers, offers[0]]) == 3
        assert register.enrolments.take(offers) == 0
        assert register.enrolments.of("evaluations/a") == offers
