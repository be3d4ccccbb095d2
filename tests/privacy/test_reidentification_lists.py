"""The battery RI-12 to RI-20: standing requests, releases, quotas, emergencies and lists past their time.

The numbers are those of docs/governance/batteries.md; RI-01 to RI-11 are in test_reidentification.py.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openphm.core import CustodianRefused
from openphm.custodian import Vault
from openphm.custodian.reidentification import Refused, Users, folder_of, open_sealed, seal_list
from tests.support.reidentifying import PRACTICE_KEY, Room, code_of


def monthly(room: Room, first: str) -> str:
    """The state of the next month's run, with every list as new as it must be."""
    room.later(days=30)
    room.object(listed=room.now.date())
    room.move([], "X80001", room.now.date())
    return room.send(room.request(kind="standing", standing=first, runs=12, as_at=room.now.date())).state


def test_ri_12_a_standing_request_is_checked_each_month_and_ends_after_twelve_runs(room: Room) -> None:
    room.with_agreement(ends=date(2028, 3, 31))
    first = room.released(room.request(kind="standing", runs=12))
    room.desk.collect(room.account("dr.amber"), first)
    assert code_of(lambda: room.send(room.request(kind="standing", standing=first, runs=12))) == "Q_STANDING"
    assert [monthly(room, first) for _ in range(11)] == ["released"] * 11
    assert code_of(lambda: monthly(room, first)) == "Q_STANDING"


def test_ri_12_a_run_after_the_agreement_ended_is_refused(room: Room) -> None:
    first = room.released(room.request(kind="standing", runs=12))
    room.with_agreement(ends=date(2026, 5, 1))
    assert code_of(lambda: monthly(room, first)) == "Q_AGREEMENT"
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


def test_ri_18_an_emergency_list_may_be_sent_sealed_and_is_reviewed_all_the_same(room: Room) -> None:
    why = {"kind": "break_glass", "reason": "The surgery's lines are down; oxygen must be delivered today."}
    answer = room.send(room.request(people=room.of("X80001")[:3], **why))
    own = room.account("amber.as.guardian")
    assert code_of(lambda: room.desk.deliver(own, answer.request_id)) == "Q_SELF_APPROVAL"
    sealed = room.desk.deliver(room.account("clerk"), answer.request_id)
    assert len(open_sealed(sealed, PRACTICE_KEY).splitlines()) == 3 + 1
    assert room.desk.look(room.account("guardian"), answer.request_id).state == "in_review"
    assert code_of(lambda: room.desk.deliver(room.account("clerk"), answer.request_id)) == "Q_STATE"
    assert code_of(lambda: room.desk.collect(room.account("dr.amber"), answer.request_id)) == "Q_STATE"
    reviewed = room.desk.review(room.account("guardian"), answer.request_id, "not_justified")
    assert (reviewed.state, reviewed.refused_for) == ("reviewed", "not_justified")


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
