"""Sessions end by themselves and when told; limits hold and let go; the demo stays on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from openphm.access import Purpose
from openphm.core.errors import DefinitionError, UsageError
from openphm.web.asking import local_path
from openphm.web.limits import Limits, TooMany
from openphm.web.provider_file import ProviderFile, read_provider_file
from openphm.web.sessions import IDLE, LONGEST, MOST_AT_ONCE, Sessions
from openphm.web.settings import Settings


@dataclass
class Clock:
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def test_a_session_ends_when_it_is_not_used_and_at_the_latest_after_ten_hours() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    token = sessions.begin("ann")
    clock.now += IDLE + timedelta(seconds=1)
    assert sessions.of(token) is None
    token = sessions.begin("ann")
    begun = clock.now
    while clock.now - begun + IDLE <= LONGEST:
        clock.now += IDLE
        assert sessions.of(token) is not None
    clock.now = begun + LONGEST + timedelta(seconds=1)
    assert sessions.of(token) is None


def test_the_oldest_of_too_many_sessions_of_one_person_ends() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    tokens = []
    for _ in range(MOST_AT_ONCE + 1):
        tokens.append(sessions.begin("ann"))
        clock.now += timedelta(seconds=1)
    other = sessions.begin("bob")
    assert [sessions.of(token) is not None for token in tokens] == [False, True, True, True]
    assert sessions.of(other) is not None


def test_a_session_knows_its_forms_and_its_purpose_and_keeps_no_cookie() -> None:
    sessions = Sessions()
    token = sessions.begin("ann")
    session = sessions.of(token)
    assert session is not None
    assert session.accepts(session.form_token)
    assert not session.accepts("")
    assert token not in repr(session)
    sessions.say_why(session, Purpose.PLANNING)
    assert sessions.of(token).purpose is Purpose.PLANNING  # type: ignore[union-attr]  # it was there before
    sessions.end(session.key)
    assert sessions.of(token) is None


def test_a_limit_holds_and_fills_again() -> None:
    time = [0.0]
    limits = Limits(lambda: time[0])
    for _ in range(30):
        limits.take("ann", 30)
    with pytest.raises(TooMany) as refused:
        limits.take("ann", 30)
    assert refused.value.seconds == 2
    limits.take("bob", 30)
    time[0] += 2
    limits.take("ann", 30)


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.1", "suite.example", "::"])  # noqa: S104 - refused
def test_a_demo_answers_this_machine_alone(host: str) -> None:
    with pytest.raises(UsageError, match="this machine alone"):
        Settings(Path("store"), host, is_demo=True).check()


def test_a_suite_without_sign_in_or_beyond_this_machine_without_tls_does_not_start() -> None:
    with pytest.raises(UsageError, match="nothing says who may come in"):
        Settings(Path("store")).check()
    plain = ProviderFile("https://login.example", "openphm", "http://127.0.0.1:8420")
    with pytest.raises(UsageError, match="unencrypted"):
        Settings(Path("store"), "10.0.0.1", sign_in=plain).check()
    safe = ProviderFile("https://login.example", "openphm", "https://phm.example")
    made = Settings(Path("store"), "10.0.0.1", sign_in=safe)
    made.check()
    assert made.is_tls
    assert "phm.example" in made.hosts


def test_a_sign_in_file_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "sign-in.yaml"
    path.write_text("issuer: http://login.example\nclient_id: openphm\npublic_url: ftp://x\nmore: 1\n")
    with pytest.raises(DefinitionError) as wrong:
        read_provider_file(path)
    assert len(wrong.value.problems) == 3
    path.write_text("issuer: https://login.example\nclient_id: openphm\npublic_url: https://phm.example/\n")
    assert read_provider_file(path).return_url == "https://phm.example/sign-in/return"


@pytest.mark.parametrize(
    "text", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "javascript:x", ""]
)
def test_nobody_is_sent_elsewhere(text: str) -> None:
    assert local_path(text) == "/overview"


def test_a_path_of_ours_is_kept_with_its_query() -> None:
    assert local_path("/segments/matrix?by=pcn&place=U99001") == "/segments/matrix?by=pcn&place=U99001"
