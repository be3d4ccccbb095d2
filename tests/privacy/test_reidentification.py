"""The battery RI-01 to RI-20: what somebody might try at the re-identification desk, and what must happen.

The numbers are those of docs/governance/batteries.md. The same threats over HTTP are in
test_reidentification_service.py.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openphm.core import CustodianRefused
from openphm.custodian import Vault
from openphm.custodian.reidentification import Refused, Users, folder_of, open_sealed, seal_list
from tests.support.reidentifying import LISTED, PRACTICE_KEY, SUITE_KEY, Room


def code_of(call: object) -> str:
    """The reason code a call is refused with."""
    with pytest.raises(Refused) as refused:
        call()  # type: ignore[operator]
    return refused.value.code


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


def monthly(room: Room, first: str, months: int) -> str:
    room.later(days=30)
    room.object(listed=room.now.date())
    room.move([], "X80001", room.now.date())
    return room.send(room.request(kind="standing", standing=first, runs=12, as_at=room.now.date())).state


def test_ri_12_a_standing_request_is_checked_each_month_and_ends_after_twelve_runs(room: Room) -> None:
    room.with_agreement(ends=date(2028, 3, 31))
    first = room.released(room.request(kind="standing", runs=12))
    room.desk.collect(room.account("dr.amber"), first)
    assert code_of(lambda: room.send(room.request(kind="standing", standing=first, runs=12))) == "Q_STANDING"
    assert [monthly(room, first, month) for month in range(11)] == ["released"] * 11
    assert code_of(lambda: monthly(room, first, 12)) == "Q_STANDING"


def test_ri_12_a_run_after_the_agreement_ended_is_refused(room: Room) -> None:
    first = room.released(room.request(kind="standing", runs=12))
    room.with_agreement(ends=date(2026, 5, 1))
    assert code_of(lambda: monthly(room, first, 1)) == "Q_AGREEMENT"
    told = room.desk.visible(room.account("dr.amber"))[0]
    assert (told.state, told.refused_for) == ("refused", "Q_AGREEMENT")


def test_ri_12_a_run_with_other_criteria_or_after_the_approval_was_ended_is_refused(room: Room) -> None:
    first = room.released(room.request(kind="standing", runs=12))
    room.later(days=30)
    room.object(listed=room.now.date())
    room.move([], "X80001", room.now.date())
    wider = room.request(
        kind="standing", standing=first, runs=12, criteria={"attribute": "age", "at_least": 18}
    )
    assert room.refusal(wider) == "Q_STANDING"
    room.desk.end_standing(room.account("guardian"), first)
    assert room.refusal(room.request(kind="standing", standing=first, runs=12)) == "Q_STANDING"


def test_ri_13_the_suites_key_alone_gives_no_identity(room: Room) -> None:
    """Whoever holds zone P's key can ask, and no more: what comes back holds no identity, ever."""
    answers = [room.send(room.request())]
    forged = Ed25519PrivateKey.generate()
    assert code_of(lambda: room.desk.submit(room.sealed(room.request(), forged))) == "Q_SIGNATURE"
    assert code_of(lambda: room.desk.submit(room.sealed(room.request(), name="suite-2"))) == "Q_SIGNATURE"
    room.desk.approve(room.account("guardian"), answers[0].request_id)
    room.desk.release(room.account("clerk"), answers[0].request_id)
    answers.append(room.status(answers[0].request_id))
    said = repr(answers)
    assert not [one for _, one, _ in room.people if one in said]
    tampered = json.loads(room.sealed(room.request()))
    tampered["body"]["person_ids"] = tampered["body"]["person_ids"][:-1]
    assert code_of(lambda: room.desk.submit(json.dumps(tampered).encode())) == "Q_SIGNATURE"


def test_ri_14_every_opening_of_the_vault_is_counted(room: Room) -> None:
    from openphm.custodian.reidentification.reconciling import reconcile

    request_id = room.released()
    opened = [(one["request"], one["people"]) for one in room.events("vault_opened")]
    assert opened == [(request_id, 20)]
    assert not reconcile(room.desk)
    with sqlite3.connect(folder_of(room.home) / "ledger.sqlite") as connection:
        connection.execute(
            "INSERT INTO opening VALUES ('00', ?, '2026-04-20T12:00:00+00:00', 7)", [request_id]
        )
    connection.close()
    assert "vault" in " ".join(reconcile(room.desk))
    assert room.home.vault_path.stat().st_mode & 0o077 == 0
    assert folder_of(room.home).stat().st_mode & 0o077 == 0


def test_ri_15_a_malicious_name_stays_text(room: Room) -> None:
    for name in ("two\nlines", "bell\x07", "carriage\rreturn", "line\u2028separator", ""):
        with pytest.raises(Refused, match="Q_FORM"):
            room.send(room.request(cohort=name))
    handover = room.collected(room.request(cohort='=HYPERLINK("http://example.org")'))
    text = handover.csv().decode()
    assert "\"'=HYPERLINK(" in text
    assert ",=HYPERLINK" not in text


def test_ri_16_a_role_taken_away_between_approval_and_release_counts(room: Room) -> None:
    answer = room.send(room.request())
    room.desk.approve(room.account("guardian"), answer.request_id)
    Users(folder_of(room.home)).switch_off("dr.amber")
    assert code_of(lambda: room.desk.release(room.account("clerk"), answer.request_id)) == "Q_ROLE"
    assert room.status(answer.request_id).state == "refused"
    assert not room.events("vault_opened")


def test_ri_16_a_role_taken_away_before_collection_counts(room: Room) -> None:
    actor = room.account("dr.amber")
    request_id = room.released()
    Users(folder_of(room.home)).switch_off("dr.amber")
    assert code_of(lambda: room.desk.collect(actor, request_id)) == "Q_ROLE"
    assert not room.desk.parcels.waiting()


def test_ri_17_at_the_edge_of_the_quota_one_of_two_succeeds(room: Room) -> None:
    for _ in range(2):
        room.send(room.request())
    sent = [room.sealed(room.request()) for _ in range(2)]

    def submit(one: bytes) -> str:
        try:
            return room.open_desk().submit(one).state
        except Refused as refused:
            return refused.code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(submit, sent)) == ["Q_RATE", "checked"]


def test_ri_18_an_emergency_is_small_explained_and_reviewed_before_the_next(room: Room) -> None:
    people = room.of("X80001")
    why = {
        "kind": "break_glass",
        "reason": "Carbon monoxide alarm in a block of flats; checking who is at risk.",
    }
    assert room.refusal(room.request(people=people[:6], **why)) == "Q_SIZE"
    assert room.refusal(room.request(people=people[:2], kind="break_glass", reason="urgent")) == "Q_REASON"
    room.later(days=1)
    answer = room.send(room.request(people=people[:5], **why))
    assert answer.state == "emergency"
    assert room.events("break_glass")[0]["alert"]
    assert room.refusal(room.request(people=people[5:7], **why)) == "Q_OPEN_REVIEW"
    assert len(room.desk.collect(room.account("dr.amber"), answer.request_id).entries) == 5
    assert room.refusal(room.request(people=people[5:7], **why)) == "Q_OPEN_REVIEW"
    case = room.desk.look(room.account("guardian"), answer.request_id)
    assert case.state == "in_review"
    assert case.due_at is not None and (case.due_at - room.now).days <= 4
    own = room.account("amber.as.guardian")
    assert code_of(lambda: room.desk.review(own, answer.request_id, "justified")) == "Q_SELF_APPROVAL"
    room.desk.review(room.account("guardian"), answer.request_id, "justified")
    room.later(days=1)
    assert room.send(room.request(people=people[5:7], **why)).state == "emergency"


def test_ri_18_only_a_clinician_breaks_the_glass(room: Room) -> None:
    lead = {"requester": "phm.cedar", "role": "practice_phm", "kind": "break_glass", "reason": "x" * 30}
    assert room.refusal(room.request(people=room.of("X80001")[:2], **lead)) == "Q_ROLE"


def test_ri_19_a_criterion_the_agreement_does_not_allow_is_named(room: Room) -> None:
    told = {"all": [{"attribute": "age", "at_least": 41}, {"not": {"condition": "depression"}}]}
    with pytest.raises(Refused) as refused:
        room.send(room.request(criteria=told))
    assert refused.value.code == "Q_CRITERIA"
    assert "condition: depression" in refused.value.found
    assert "attribute: age" not in refused.value.found
    assert room.refusal(room.request(criteria={"something": "new"})) == "Q_CRITERIA"
    assert room.refusal(room.request(criteria={"cohort": "cohorts/hidden"})) == "Q_CRITERIA"


def test_ri_20_after_its_time_a_list_is_gone_from_every_copy(room: Room, tmp_path: Path) -> None:
    request_id = room.released()
    everything = tmp_path / "everything"
    backup = tmp_path / "backup"
    shutil.copytree(folder_of(room.home), everything)
    tagged = {one.parent for one in folder_of(room.home).rglob("CACHEDIR.TAG")}
    shutil.copytree(
        folder_of(room.home), backup, ignore=lambda at, names: names if Path(at) in tagged else []
    )
    room.later(hours=73)
    assert room.status(request_id).state == "expired"
    assert code_of(lambda: room.desk.collect(room.account("dr.amber"), request_id)) == "Q_STATE"
    assert not room.desk.parcels.waiting()
    assert (backup / "parcels" / request_id).exists()
    assert not (backup / "parcel-keys" / request_id).exists()
    from openphm.custodian.reidentification.sealed import Parcels

    assert code_of(lambda: Parcels(backup).open(request_id)) == "Q_STATE"
    kept = b"".join(one.read_bytes() for one in folder_of(room.home).rglob("*") if one.is_file())
    numbers = [number.encode() for _, number, _ in room.people]
    assert not [one for one in numbers if one in kept]


def test_ri_20_a_sealed_list_opens_only_with_the_practices_key(room: Room) -> None:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    handover = room.collected()
    sealed = seal_list(handover.csv(), PRACTICE_KEY.public_key().public_bytes_raw(), handover.case.request_id)
    assert open_sealed(sealed, PRACTICE_KEY) == handover.csv()
    for key, damaged in ((X25519PrivateKey.generate(), sealed), (PRACTICE_KEY, sealed[:-20] + sealed[-10:])):
        with pytest.raises(CustodianRefused):
            open_sealed(damaged, key)


def test_a_cohort_of_501_is_refused(room: Room) -> None:
    assert room.refusal(room.request(people=room.of("X80001")[:501])) == "Q_SIZE"
    assert room.refusal(room.request(people=room.of("X80001")[:500])) == ""


def test_an_expired_request_and_one_from_the_future_are_refused(room: Room) -> None:
    request = room.request()
    room.later(minutes=17)
    assert room.refusal(request) == "Q_EXPIRED"
    late = room.request()
    room.later(minutes=-10)
    assert room.refusal(late) == "Q_EXPIRED"
    longer = room.request().issued(room.now, timedelta(minutes=16))
    assert room.refusal(longer) == "Q_EXPIRED"


def test_a_vault_row_that_was_swapped_stops_the_release(room: Room) -> None:
    people = room.of("X80001")[:2]
    with sqlite3.connect(room.home.vault_path) as connection:
        sealed = connection.execute("SELECT sealed FROM person WHERE person_id = ?", [people[0]]).fetchone()[
            0
        ]
        connection.execute("UPDATE person SET sealed = ? WHERE person_id = ?", [sealed, people[1]])
    connection.close()
    answer = room.send(room.request())
    room.desk.approve(room.account("guardian"), answer.request_id)
    with pytest.raises(CustodianRefused, match="moved or changed"):
        room.desk.release(room.account("clerk"), answer.request_id)
    assert room.status(answer.request_id).state == "approved"
    assert not room.desk.parcels.waiting()
    assert Vault(room.home.vault_path, room.home.key()).count() == len(room.people)
