"""What the custodian is asked wrongly, one test for each: its reason, its exit code, its entry in the log.

No answer and no entry holds a number, a name or a pseudonym, and none tells which person failed (that they
take the same time as well: RI-02).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from openphm.audit import AuditLog
from openphm.cli.main import run
from openphm.core.reidentification import Request
from openphm.custodian import Home
from openphm.custodian.reidentification.reasons import Refused
from tests.faults.deliveries import Raw, a_gp_event, nhs_number
from tests.support.reidentifying import Room, code_of


@pytest.fixture
def raw(tmp_path: Path) -> Raw:
    made = Raw(tmp_path / "raw", Home.make(tmp_path / "home", environment={}), tmp_path / "out")
    made.write("gp_event", [a_gp_event(place) for place in range(3)])
    return made


def events(home: Home, name: str) -> list[dict[str, Any]]:
    """The details of the log's entries of a kind."""
    return [dict(one.detail) for one in home.log.entries() if one.event == name]


def another_key(raw: Raw) -> None:
    other = Home.make(raw.folder.parent / "other", environment={})
    shutil.copy(other.folder / "keys" / "e1.key", raw.home.folder / "keys" / "e1.key")


def no_key(raw: Raw) -> None:
    (raw.home.folder / "keys" / "e1.key").unlink()


def open_key(raw: Raw) -> None:
    (raw.home.folder / "keys" / "e1.key").chmod(0o644)


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        pytest.param(another_key, "not the key", id="wrong key"),
        pytest.param(no_key, "no key file", id="missing key"),
        pytest.param(open_key, "other users", id="key file readable by others"),
    ],
)
@pytest.mark.parametrize("command", ["pseudonymise", "rotate", "export-key"])
def test_a_key_that_is_not_right_ends_with_14_a_reason_and_an_entry(
    raw: Raw, capsys: pytest.CaptureFixture[str], harm: Callable[[Raw], None], reason: str, command: str
) -> None:
    harm(raw)
    words = {
        "pseudonymise": [str(raw.folder), str(raw.out)],
        "rotate": [],
        "export-key": ["XA1", str(raw.out)],
    }
    assert run(["custodian", command, *words[command], "--home", str(raw.home.folder)]) == 14
    said = capsys.readouterr()
    assert reason in said.err and "To mend" in said.err
    assert not raw.out.exists()
    [entry] = events(raw.home, "custodian.key_refused")
    assert entry["epoch"] == "e1" and reason in str(entry["found"])


def test_a_home_that_others_may_enter_ends_with_14_and_an_entry(raw: Raw) -> None:
    raw.home.folder.chmod(0o755)
    assert run(["custodian", "rotate", "--home", str(raw.home.folder)]) == 14
    assert len(events(raw.home, "custodian.home_refused")) == 1


def test_what_was_done_and_what_was_refused_stands_in_the_log_without_a_number(raw: Raw) -> None:
    assert raw.pseudonymise().error is None
    raw.path("mystery.csv").write_text("a,b\n1,2\n")
    assert raw.pseudonymise().error is not None
    [done] = events(raw.home, "custodian.pseudonymised")
    assert done == {"epoch": "e1", "rows_delivered": 3, "rows_loaded": 3, "rows_quarantined": 0}
    assert events(raw.home, "custodian.pseudonymise_refused") == [{"error": "ExtractRejected", "problems": 1}]
    written = raw.home.log.path.read_text()
    assert not [place for place in range(3) if nhs_number(place) in written]
    assert AuditLog(raw.home.log.path).verify().is_intact


def expired(room: Room) -> Request:
    request = room.request()
    room.later(minutes=17)
    return request


def replayed(room: Room) -> Request:
    request = room.request()
    room.send(request)
    return request


def anothers(room: Room) -> Request:
    return room.request(people=room.of("X80002"))


def moved(room: Room) -> Request:
    room.move(room.of("X80001")[:1], "X80002")
    return room.request(people=room.of("X80001")[:1])


def opted_out(room: Room) -> Request:
    room.object(room.of("X80001")[:1])
    return room.request(people=room.of("X80001")[:1])


def too_many(room: Room) -> Request:
    return room.request(people=room.of("X80001")[:501])


def not_allowed(room: Room) -> Request:
    return room.request(criteria={"condition": ["depression"]})


@pytest.mark.parametrize(
    ("make", "reason", "status"),
    [
        pytest.param(expired, "Q_EXPIRED", 403, id="expired request"),
        pytest.param(replayed, "Q_REPLAYED", 409, id="replayed request"),
        pytest.param(too_many, "Q_SIZE", 422, id="a cohort of 501"),
        pytest.param(not_allowed, "Q_CRITERIA", 403, id="criteria the agreement does not allow"),
    ],
)
def test_a_request_that_is_not_right_is_refused_with_a_reason_and_an_entry(
    room: Room, make: Callable[[Room], Request], reason: str, status: int
) -> None:
    request = make(room)
    with pytest.raises(Refused) as refused:
        room.send(request)
    assert (refused.value.code, refused.value.status, refused.value.exit_code) == (reason, status, 14)
    assert room.events("denied")[-1]["reason"] == reason
    told = str(refused.value) + json.dumps(room.events("denied"))
    assert not [one for one in request.person_ids if one in told]


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(anothers, id="another practice's patients"),
        pytest.param(moved, id="a person who has moved"),
        pytest.param(opted_out, id="an opted-out person"),
    ],
)
def test_a_request_that_leaves_nobody_is_refused_at_release_and_zone_p_learns_no_reason(
    room: Room, make: Callable[[Room], Request]
) -> None:
    request = make(room)
    answer = room.send(request)
    assert (answer.state, answer.reason, answer.released, answer.dropped) == ("checked", "", None, None)
    guardian, clerk = room.account("guardian"), room.account("clerk")
    flags = room.desk.look(guardian, answer.request_id).flags
    assert set(flags) == {"few_left", "many_failed"}
    room.desk.approve(guardian, answer.request_id, flags)
    assert code_of(lambda: room.desk.release(clerk, answer.request_id)) == "Q_NOBODY"
    assert room.events("denied")[-1]["reason"] == "Q_NOBODY"
    later = room.status(answer.request_id)
    assert (later.state, later.reason, later.released, later.dropped) == ("refused", "", None, None)
    assert not room.events("vault_opened")


@pytest.mark.parametrize("make", [anothers, moved, opted_out])
def test_one_who_failed_among_others_is_told_as_a_count_and_nothing_more(
    room: Room, make: Callable[[Room], Request]
) -> None:
    failing = make(room).person_ids[:1]
    others = room.of("X80001")[1:20]
    room.later(seconds=1)
    request_id = room.released(room.request(people=[*others, *failing]))
    told = room.status(request_id)
    assert (told.released, told.dropped) == (len(others), 1)
    assert failing[0] not in room.desk.log.path.read_text()


def test_a_list_of_registrations_of_last_month_but_one_is_refused(room: Room) -> None:
    room.move([], None, room.now.date() - timedelta(days=36))
    assert room.refusal(room.request()) == "Q_OLD_LIST"
    assert room.events("denied")[-1]["reason"] == "Q_OLD_LIST"
