"""The register keeps questions, versions and enrolments, and forgets what was asked after 30 days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from openphm.core.errors import StoreError, UsageError
from openphm.core.records import Enrolment
from openphm.recording import DAYS_KEPT, Register
from openphm.recording.schema import MIGRATIONS, table_names

OLD = {"attribute": "age", "at_least": 65}
MARCH = date(2026, 3, 31)


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with Register.beside(tmp_path) as opened:
        yield opened


def test_a_register_is_made_on_first_use_and_opened_again(tmp_path: Path) -> None:
    with Register.beside(tmp_path) as first:
        first.cohorts.save("cohorts/old", OLD, owner="a")
        assert table_names(first.engine) == [
            "enrolment", "fingerprint", "job", "kept", "plan_lock", "register_version", "saved_cohort",
            "token",
        ]  # fmt: skip
    with Register.beside(tmp_path) as again:
        assert again.cohorts.get("cohorts/old").definition == OLD
        with again.engine.connect() as connection:
            versions = connection.execute(text("SELECT version FROM register_version")).scalars().all()
        assert versions == list(range(1, len(MIGRATIONS) + 1))


def test_a_register_of_a_later_version_is_not_touched(tmp_path: Path) -> None:
    with Register.beside(tmp_path) as register, register.engine.begin() as connection:
        connection.execute(text("INSERT INTO register_version VALUES (99)"))
    with pytest.raises(StoreError, match="version 99"):
        Register.beside(tmp_path)


def test_a_place_that_cannot_be_written_is_said_without_its_url(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened") as refused:
        Register.beside(tmp_path / "nowhere")
    assert "nowhere" not in str(refused.value)
    with pytest.raises(StoreError) as refused:
        Register("nothing://user:secret@host/name")
    assert "secret" not in str(refused.value)


def test_a_changed_cohort_is_a_new_version_and_the_old_one_stays(register: Register) -> None:
    saved = register.cohorts.save("cohorts/old", OLD, owner="a")
    assert saved.version == 1
    assert register.cohorts.save("cohorts/old", dict(reversed(OLD.items())), owner="a").version == 1
    assert register.cohorts.save("cohorts/old", {**OLD, "at_least": 75}, owner="a").version == 2
    assert [one.definition["at_least"] for one in register.cohorts.versions("cohorts/old")] == [65, 75]
    assert register.cohorts.get("cohorts/old").version == 2
    assert register.cohorts.get("cohorts/old", 1).definition == OLD
    assert [(one.id, one.version) for one in register.cohorts.all()] == [("cohorts/old", 2)]
    assert saved.created_at.tzinfo is UTC


def test_a_cohort_has_one_owner_and_an_unknown_one_gets_the_nearest_name(register: Register) -> None:
    register.cohorts.save("cohorts/old", OLD, owner="a")
    with pytest.raises(UsageError, match="somebody else"):
        register.cohorts.save("cohorts/old", OLD, owner="b")
    with pytest.raises(UsageError, match="cohorts/old"):
        register.cohorts.get("cohorts/odl")


def test_what_was_asked_is_remembered_30_days_and_each_question_once(register: Register) -> None:
    now = datetime.now(UTC)
    for days in (40, 29, 3, 1):
        register.fingerprints.add("a", OLD, as_at=MARCH, build="b1", asked_at=now - timedelta(days=days))
    register.fingerprints.add("a", {**OLD, "at_least": 66}, as_at=MARCH, build="b1")
    register.fingerprints.add("b", OLD, as_at=MARCH, build="b1")
    recent = register.fingerprints.recent("a")
    assert [one.criteria["at_least"] for one in recent] == [65, 66]
    assert recent[0].asked_at == now - timedelta(days=1)
    assert register.fingerprints.recent("a", at=now + timedelta(days=DAYS_KEPT + 1)) == []
    with register.engine.connect() as connection:
        oldest = connection.execute(text("SELECT MIN(asked_at) FROM fingerprint")).scalar()
    assert str(oldest)[:10] >= str(now - timedelta(days=DAYS_KEPT + 1))[:10]


def test_an_enrolment_is_offered_started_and_ended(register: Register) -> None:
    offer = Enrolment("abc", "interventions/link_worker", "Y00001", MARCH)
    register.enrolments.offer(offer)
    with pytest.raises(UsageError, match="already"):
        register.enrolments.offer(offer)
    started = register.enrolments.start(offer, MARCH + timedelta(days=3))
    ended = register.enrolments.end(started, MARCH + timedelta(days=90))
    assert register.enrolments.of("interventions/link_worker") == [ended]
    assert register.enrolments.of("interventions/link_worker", practices=frozenset({"Y00002"})) == []
    assert register.enrolments.of("interventions/other") == []


def test_an_enrolment_out_of_order_or_with_identity_is_refused(register: Register) -> None:
    offer = Enrolment("abc", "interventions/link_worker", "Y00001", MARCH)
    with pytest.raises(UsageError, match="no such offer"):
        register.enrolments.start(offer, MARCH)
    register.enrolments.offer(offer)
    with pytest.raises(ValueError, match="starts"):
        register.enrolments.start(offer, MARCH - timedelta(days=1))
    with pytest.raises(ValueError, match="ends"):
        register.enrolments.end(offer, MARCH - timedelta(days=1))
    with pytest.raises(UsageError, match="NHS number"):
        register.enrolments.offer(Enrolment("999 000 0018", "i", "Y00001", MARCH))
