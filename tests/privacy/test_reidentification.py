"""The battery RI-01 to RI-11: who may ask for whom, and what each answer gives away.

The numbers are those of docs/governance/batteries.md. RI-12 to RI-20 are in test_reidentification_lists.py;
the same threats over HTTP in test_reidentification_service.py.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import time
from datetime import date, timedelta

import pytest

from openphm.custodian.reidentification import folder_of
from tests.support.reidentifying import LISTED, SUITE_KEY, Room, code_of


def test_the_whole_way_ends_with_the_practice_having_its_list_once(room: Room) -> None:
    people = room.of("X80001")[:20]
    handover = room.collected(room.request(people=people))
    assert {row[0].replace(" ", "") for row in handover.rows()} == {room.number_of(one) for one in people}
    assert all(row[1].startswith("Ottoline Quill") and row[2] == "X80001" for row in handover.rows())
    assert room.status(handover.case.request_id).state == "collected"
    assert room.status(handover.case.request_id).released == 20
    moves = ["submit", "check", "approve", "vault_opened", "release", "collect"]
    logged = [
        one.event.split(".")[1] for one in room.desk.log.entries() if one.event != "reidentification.denied"
    ]
    assert logged == moves


def test_ri_01_somebody_elses_request_is_unknown(room: Room) -> None:
    request_id = room.released()
    other, colleague = room.account("dr.birch"), room.account("phm.cedar")
    for actor in (other, colleague):
        assert code_of(lambda a=actor: room.desk.look(a, request_id)) == "Q_UNKNOWN"
        assert code_of(lambda a=actor: room.desk.collect(a, request_id)) == "Q_UNKNOWN"
        assert code_of(lambda a=actor: room.desk.revoke(a, request_id)) == "Q_UNKNOWN"
        assert not room.desk.visible(actor)
    assert code_of(lambda: room.desk.look(other, "0" * 32)) == "Q_UNKNOWN"
    assert [one["reason"] for one in room.events("denied")] == ["Q_UNKNOWN"] * 7


def test_ri_02_unknown_and_not_yours_are_told_alike(room: Room) -> None:
    unknown = ["p" + f"{n:026d}".translate(str.maketrans("0123456789", "abcdefghij")) for n in range(499)]
    theirs = room.of("X80003")
    mine = room.of("X80001")[:1]
    room.with_register(limits={"requests_a_user_a_day": 1000})
    first = room.send(room.request(people=mine + unknown))
    second = room.send(room.request(people=mine + unknown[: 499 - len(theirs)] + theirs))
    third = room.send(room.request(people=unknown + theirs[:1]))
    answers = [(one.state, one.reason, one.released, one.dropped) for one in (first, second, third)]
    assert answers == [("checked", "", None, None)] * 3
    flags = {
        one: room.desk.look(room.account("guardian"), one.request_id).flags for one in (first, second, third)
    }
    assert all("few_left" in found and "many_failed" in found for found in flags.values())


def test_ri_02_unknown_and_not_yours_take_the_same_time(room: Room) -> None:
    unknown = ["p" + f"{n:026d}".translate(str.maketrans("0123456789", "abcdefghij")) for n in range(60)]
    theirs = room.of("X80002")
    at = room.desk.situation()
    from openphm.custodian.reidentification.checks import eligible

    taken: dict[int, list[float]] = {0: [], 1: []}
    for turn in range(60):
        begun = time.process_time()
        assert not eligible(theirs if turn % 2 else unknown, "dsa-2026-01", "X80001", at)
        taken[turn % 2].append(time.process_time() - begun)
    ratio = statistics.median(taken[0]) / max(statistics.median(taken[1]), 1e-9)
    assert 1 / 3 < ratio < 3


def test_ri_03_a_second_list_that_differs_by_one_person_waits_for_an_approver(room: Room) -> None:
    people = room.of("X80001")
    room.released(room.request(people=people[:30]))
    answer = room.send(room.request(people=people[:31]))
    case = room.desk.look(room.account("guardian"), answer.request_id)
    assert case.flags == ("near_duplicate",)
    assert code_of(lambda: room.desk.approve(room.account("guardian"), answer.request_id)) == "Q_FLAGS"
    room.desk.approve(room.account("guardian"), answer.request_id, ["near_duplicate"])
    room.desk.release(room.account("clerk"), answer.request_id)
    assert room.status(answer.request_id).released is None


def test_ri_04_a_request_and_a_list_are_used_once(room: Room) -> None:
    request = room.request()
    sent = room.sealed(request)
    answer = room.desk.submit(sent)
    assert code_of(lambda: room.desk.submit(sent)) == "Q_REPLAYED"
    again = {**request.plain(), "nonce": "f" * 32}
    from openphm.core.reidentification import signed

    same_id = json.dumps(signed("request", again, "suite-1", SUITE_KEY)).encode()
    assert code_of(lambda: room.desk.submit(same_id)) == "Q_REPLAYED"
    room.desk.approve(room.account("guardian"), answer.request_id)
    room.desk.release(room.account("clerk"), answer.request_id)
    assert code_of(lambda: room.desk.release(room.account("clerk"), answer.request_id)) == "Q_STATE"
    room.desk.collect(room.account("dr.amber"), answer.request_id)
    assert code_of(lambda: room.desk.collect(room.account("dr.amber"), answer.request_id)) == "Q_STATE"
    assert len(room.events("collect")) == 1


def test_ri_05_a_person_who_moved_is_not_given(room: Room) -> None:
    people = room.of("X80001")[:20]
    answer = room.send(room.request(people=people))
    room.desk.approve(room.account("guardian"), answer.request_id)
    room.move(people[:3], "X80002")
    assert room.desk.release(room.account("clerk"), answer.request_id).released == 17
    room.move(people[:4], "X80002")
    handover = room.desk.collect(room.account("dr.amber"), answer.request_id)
    assert len(handover.entries) == 16
    assert not {one.person_id for one in handover.entries} & set(people[:4])
    assert room.status(answer.request_id).dropped == 3


def test_ri_06_an_old_list_of_registrations_stops_everything(room: Room) -> None:
    waiting = room.send(room.request())
    room.desk.approve(room.account("guardian"), waiting.request_id)
    room.now = room.now.replace(year=LISTED.year, month=LISTED.month, day=LISTED.day) + timedelta(days=36)
    room.object(listed=room.now.date())
    assert room.refusal(room.request()) == "Q_OLD_LIST"
    assert room.status(waiting.request_id).state == "expired"
    room.now -= timedelta(days=1)
    room.object()
    assert room.refusal(room.request()) == ""


@pytest.mark.parametrize("name", ["approved_by", "approver", "state", "kept", "released"])
def test_ri_07_a_field_more_is_refused(room: Room, name: str) -> None:
    from openphm.core.reidentification import signed

    body = {**room.request().plain(), name: "dr.amber"}
    sent = json.dumps(signed("request", body, "suite-1", SUITE_KEY)).encode()
    assert code_of(lambda: room.desk.submit(sent)) == "Q_FORM"


@pytest.mark.parametrize(
    "claimed",
    [
        {"role": "practice_phm"}, {"role": "approver"}, {"recipient": "X80002"},
        {"requester": "phm.cedar"}, {"requester": "guardian", "role": "clinician"}, {"requester": "nobody"},
    ],
)  # fmt: skip
def test_ri_07_the_suite_cannot_give_a_role(room: Room, claimed: dict[str, str]) -> None:
    assert room.refusal(room.request(**claimed)) == "Q_ROLE"


@pytest.mark.parametrize("role", ["dr.amber", "phm.cedar", "clerk"])
def test_ri_07_only_an_approver_approves(room: Room, role: str) -> None:
    answer = room.send(room.request())
    assert code_of(lambda: room.desk.approve(room.account(role), answer.request_id)) == "Q_NOT_ALLOWED"


def test_ri_08_nobody_approves_their_own_request(room: Room) -> None:
    answer = room.send(room.request())
    other_account = room.account("amber.as.guardian")
    assert code_of(lambda: room.desk.approve(other_account, answer.request_id)) == "Q_SELF_APPROVAL"
    path = folder_of(room.home) / "ledger.sqlite"
    for approver, subject in (("dr.amber", "somebody"), ("amber.as.guardian", "dr.amber")):
        with sqlite3.connect(path) as connection, pytest.raises(sqlite3.IntegrityError):
            connection.execute(
                "UPDATE request SET approver = ?, approver_subject = ? WHERE request_id = ?",
                [approver, subject, answer.request_id],
            )
        connection.close()


@pytest.mark.parametrize("purpose", ["planning", "evaluation", "finance", "data_quality", "research"])
def test_ri_09_only_direct_care(room: Room, purpose: str) -> None:
    assert room.refusal(room.request(purpose=purpose)) == "Q_PURPOSE"


def test_ri_10_a_network_reaches_only_practices_that_signed_and_are_still_members(room: Room) -> None:
    people = room.of("X80001")[:10] + room.of("X80002")[:10] + room.of("X80003")[:10]
    request = {"people": people, "recipient": "U80001"}
    assert room.desk.look(room.account("guardian"), room.send(room.request(**request)).request_id).kept == 20
    left = {"X80001": {}, "X80002": {"until": date(2026, 4, 19)}}
    room.with_register(networks={"U80001": {"members": left}})
    assert room.desk.look(room.account("guardian"), room.send(room.request(**request)).request_id).kept == 10
    room.with_agreement(practices=["X80002"])
    assert room.desk.look(room.account("guardian"), room.send(room.request(**request)).request_id).kept == 10
    room.with_agreement(practices=["X80003"])
    room.later(days=2)
    assert room.refusal(room.request(**request)) == "Q_AGREEMENT"


def test_ri_11_an_objection_after_the_request_still_holds(room: Room) -> None:
    people = room.of("X80001")[:20]
    answer = room.send(room.request(people=people))
    room.desk.approve(room.account("guardian"), answer.request_id)
    room.object({people[0]})
    assert room.desk.release(room.account("clerk"), answer.request_id).released == 19
    room.object({people[0], people[1]})
    handover = room.desk.collect(room.account("dr.amber"), answer.request_id)
    assert {one.person_id for one in handover.entries} == set(people[2:])


def test_ri_11_old_opt_out_lists_stop_everything(room: Room) -> None:
    room.object(listed=LISTED - timedelta(days=60))
    assert room.refusal(room.request()) == "Q_OLD_OPT_OUTS"
