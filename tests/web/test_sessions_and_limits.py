"""Sessions end by themselves and when told; limits hold and let go; the demo stays on this machine."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from openphm.access import Purpose, Role
from openphm.core.errors import DefinitionError, StoreError, UsageError
from openphm.web.asking import local_path
from openphm.web.limits import Limits, TooMany
from openphm.web.provider_file import ProviderFile, read_provider_file
from openphm.web.sessions import FILE, IDLE, LONGEST, LONGEST_SIGN_IN, MOST_AT_ONCE, SELDOM, Sessions
from openphm.web.settings import Settings


@dataclass
class Clock:
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(tmp_path: Path, clock: Clock) -> Iterator[Sessions]:
    made = Sessions(tmp_path / FILE, clock)
    yield made
    made.close()


def test_a_session_ends_when_it_is_not_used_and_at_the_latest_after_ten_hours(
    sessions: Sessions, clock: Clock
) -> None:
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


def test_the_oldest_of_too_many_sessions_of_one_person_ends(sessions: Sessions, clock: Clock) -> None:
    tokens = []
    for _ in range(MOST_AT_ONCE + 1):
        tokens.append(sessions.begin("ann"))
        clock.now += timedelta(seconds=1)
    other = sessions.begin("bob")
    assert [sessions.of(token) is not None for token in tokens] == [False, True, True, True]
    assert sessions.of(other) is not None


def test_a_session_knows_its_forms_and_its_purpose_and_keeps_no_cookie(sessions: Sessions) -> None:
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


def test_a_session_outlives_a_restart_and_is_the_same_in_another_process(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path / FILE)
    token, other = sessions.begin("ann", Role.ICB_ANALYST, Purpose.PLANNING), sessions.begin("ann")
    before = sessions.of(token)
    sessions.close()
    again = Sessions(tmp_path / FILE)
    assert again.of(token) == before
    elsewhere = (
        "import sys; from pathlib import Path; from openphm.web.sessions import Sessions, key_of\n"
        "own = Sessions(Path(sys.argv[1])); found = own.of(sys.argv[2]); own.end(key_of(sys.argv[3]))\n"
        "print(found.name, found.role, found.purpose, found.form_token, own.begin('bob'))"
    )
    words = [sys.executable, "-c", elsewhere, str(tmp_path / FILE), token, other]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    assert before is not None
    assert said[:-1] == ["ann", "icb_analyst", "planning", before.form_token]
    assert again.of(other) is None  # ended there, ended here
    assert again.of(said[-1]) is not None  # begun there, known here
    again.end_all("ann")
    assert again.of_person("ann") == []
    again.close()


def test_processes_that_begin_at_once_all_open_the_file(tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as threads:
        opened = list(threads.map(lambda _: Sessions(tmp_path / FILE), range(6)))
        tokens = list(threads.map(lambda one: one.begin("ann"), opened))
    assert sum(opened[0].of(token) is not None for token in tokens) == MOST_AT_ONCE
    for one in opened:
        one.close()


def test_the_file_is_for_its_owner_alone_and_a_copy_gives_nobody_a_cookie(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path / FILE)
    token = sessions.begin("ann")
    session = sessions.of(token)
    sessions.leave("a-ticket-of-the-way-to-the-provider", "/overview")
    assert session is not None
    assert session.accepts(session.form_token)
    assert not sessions.of_person("ann")[0].accepts("")  # a list of sessions opens no form
    for path in tmp_path.glob(f"{FILE}*"):
        assert path.stat().st_mode & 0o777 == 0o600, path.name
        held = path.read_bytes()
        for secret in (token, session.form_token, "a-ticket-of-the-way"):
            assert secret.encode() not in held, path.name
    assert sessions.of(session.key) is None  # what is kept is no cookie
    sessions.close()


def test_use_is_written_down_once_a_minute_and_ended_rows_are_swept(
    sessions: Sessions, clock: Clock, tmp_path: Path
) -> None:
    token = sessions.begin("ann")
    begun = clock.now
    clock.now += SELDOM / 2
    assert sessions.of(token) is not None
    assert sessions.of_person("ann")[0].used == begun
    clock.now += SELDOM
    assert sessions.of(token) is not None
    assert sessions.of_person("ann")[0].used == clock.now
    clock.now += IDLE + SELDOM
    sessions.begin("bob")
    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        assert file.execute("SELECT name FROM session").fetchall() == [("bob",)]


def test_the_way_to_the_provider_is_taken_back_once_in_time_and_by_any_process(
    sessions: Sessions, clock: Clock, tmp_path: Path
) -> None:
    sessions.leave("one", "/segments")
    sessions.leave("late", "/segments")
    other = Sessions(tmp_path / FILE, clock)
    assert other.come_back("another") is None
    assert other.come_back("one") == "/segments"
    assert sessions.come_back("one") is None
    clock.now += LONGEST_SIGN_IN
    assert sessions.come_back("late") is None
    other.close()


def test_a_file_that_cannot_be_kept_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database, and long enough to be looked at as one" * 20)
    with pytest.raises(StoreError, match="may be deleted"):
        Sessions(tmp_path / FILE)


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
