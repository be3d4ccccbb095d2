"""The battery AU-01 to AU-10: what somebody might do to the audit log, and that it is found.

The numbers are those of docs/governance/batteries.md.
"""

from __future__ import annotations

import dataclasses
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openphm.audit import (
    AuditLog,
    Checkpoint,
    Entry,
    checkpoints_beside,
    read_checkpoints,
    sign_checkpoint,
    verify_signed,
)
from openphm.cli.main import run
from openphm.custodian.reidentification.reconciling import reconcile
from tests.support.reidentifying import Room

SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = {"e1": SIGNER.public_key().public_bytes_raw()}
ENTRIES = 12


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    path = tmp_path / "home" / "audit.jsonl"
    path.parent.mkdir()
    head = Checkpoint()
    with path.open("wb") as file:
        for number in range(ENTRIES):
            at = datetime(2026, 4, 20, 12, number, tzinfo=UTC).isoformat(timespec="milliseconds")
            entry = Entry.after(head, at=at, event="query", actor="analyst", detail={"number": number})
            head = entry.head
            file.write(entry.line())
    return AuditLog(path)


def lines_of(log: AuditLog) -> list[bytes]:
    return log.path.read_bytes().splitlines(keepends=True)


def rewrite(log: AuditLog, lines: list[bytes]) -> None:
    log.path.write_bytes(b"".join(lines))


@pytest.mark.parametrize("place", range(0, 40, 3))
def test_au_01_a_flipped_byte_is_found_at_its_line(log: AuditLog, place: int) -> None:
    lines = lines_of(log)
    at = place * len(lines[5]) // 40
    lines[5] = lines[5][:at] + bytes([lines[5][at] ^ 1]) + lines[5][at + 1 :]
    rewrite(log, lines)
    found = log.verify()
    assert (found.is_intact, found.fault) == (False, "changed")
    assert found.first_bad == 6


def test_au_02_lines_cut_off_the_end_are_found_by_a_witness(log: AuditLog) -> None:
    witness = log.checkpoint()
    for cut in (1, 3, ENTRIES):
        rewrite(log, lines_of(log)[: ENTRIES - cut])
        found = log.verify(witness)
        assert (found.is_intact, found.fault) == (False, "cut_off")


def test_au_03_a_line_taken_out_of_the_middle_is_found(log: AuditLog) -> None:
    lines = lines_of(log)
    for gone in (0, 1, 5, 10):
        rewrite(log, lines[:gone] + lines[gone + 1 :])
        found = log.verify()
        assert (found.is_intact, found.first_bad) == (False, gone + 1)


def test_au_04_two_lines_that_changed_places_are_found(log: AuditLog) -> None:
    lines = lines_of(log)
    rewrite(log, [*lines[:3], lines[4], lines[3], *lines[5:]])
    assert log.verify().first_bad == 4


def written_anew(log: AuditLog) -> None:
    """The whole chain again, one actor replaced, every hash right."""
    head = Checkpoint()
    lines = []
    for old in list(log.entries()):
        entry = Entry.after(head, at=old.at, event=old.event, actor="nobody", detail=old.detail)
        head = entry.head
        lines.append(entry.line())
    rewrite(log, lines)


def test_au_05_a_chain_written_anew_is_found_by_a_signed_checkpoint(log: AuditLog) -> None:
    kept = [sign_checkpoint(log, "e1", SIGNER)]
    assert verify_signed(log, kept, KEYS).is_intact
    written_anew(log)
    assert log.verify().is_intact
    assert verify_signed(log, kept, KEYS).fault == "written_anew"


def test_au_05_a_forged_checkpoint_has_no_signature(log: AuditLog) -> None:
    kept = sign_checkpoint(log, "e1", SIGNER)
    written_anew(log)
    head = log.checkpoint()
    forged = dataclasses.replace(kept, hash=head.hash, log=next(log.entries()).hash)
    assert verify_signed(log, [forged], KEYS).fault == "signature"
    other = sign_checkpoint(log, "e1", Ed25519PrivateKey.generate())
    assert verify_signed(log, [other], KEYS).fault == "signature"
    assert verify_signed(log, [dataclasses.replace(other, key="e9")], KEYS).fault == "signature"


def test_au_06_an_old_backup_put_back_is_found(log: AuditLog, tmp_path: Path) -> None:
    shutil.copy(log.path, tmp_path / "backup.jsonl")
    for _ in range(3):
        log.append("query", actor="analyst")
    sign_checkpoint(log, "e1", SIGNER)
    kept = tmp_path / "kept elsewhere.jsonl"
    shutil.copy(checkpoints_beside(log), kept)
    shutil.copy(tmp_path / "backup.jsonl", log.path)
    assert log.verify().is_intact
    assert verify_signed(log, read_checkpoints(kept), KEYS).fault == "cut_off"


def test_au_07_a_clock_that_went_back_is_written_down(log: AuditLog) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="milliseconds")
    entry = Entry.after(log.checkpoint(), at=later, event="query", actor="analyst", detail={})
    rewrite(log, [*lines_of(log), entry.line()])
    behind = log.append("query", actor="analyst", detail={"number": 1})
    assert 3500 < int(str(behind.detail["clock_back_seconds"])) <= 3600
    found = log.verify()
    assert (found.is_intact, found.clock_back) == (True, 1)


def _append(path: Path, name: str) -> None:
    for number in range(10):
        AuditLog(path).append("query", actor=name, detail={"number": number})


def test_au_08_threads_and_processes_make_one_chain_without_gap(log: AuditLog) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_append, args=(log.path, f"process {n}")) for n in range(2)]
    threads = [threading.Thread(target=_append, args=(log.path, f"thread {n}")) for n in range(16)]
    for one in (*processes, *threads):
        one.start()
    for one in (*processes, *threads):
        one.join()
    found = log.verify()
    assert (found.is_intact, found.head.sequence) == (True, ENTRIES + 180)
    by_actor: dict[str, list[int]] = {}
    for entry in log.entries():
        by_actor.setdefault(entry.actor, []).append(int(str(entry.detail["number"])))
    assert all(numbers == sorted(numbers) for numbers in by_actor.values())


WRITER = """
import sys, threading
from pathlib import Path
from openphm.audit import AuditLog
log = AuditLog(Path(sys.argv[1]))
def work():
    while True:
        entry = log.append("query", actor="writer", detail={"x": "y" * 200})
        sys.stdout.write(f"{entry.sequence}\\n")
        sys.stdout.flush()
for _ in range(16):
    threading.Thread(target=work, daemon=True).start()
threading.Event().wait()
"""


def killed(script: str, *arguments: str, after: float) -> list[str]:
    """Run a script, kill it (SIGKILL) some seconds after its first line; answers its whole lines."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, text=True, env={**os.environ}
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read()
    process.wait()
    process.stdout.close()
    return (first + rest).split("\n")[:-1]


def test_au_09_every_confirmed_entry_is_there_after_a_kill(log: AuditLog) -> None:
    for _ in range(3):
        confirmed = killed(WRITER, str(log.path), after=random.uniform(0.05, 0.4))
        log.append("after.kill", actor="test")
        found = log.verify()
        assert found.is_intact
        there = {entry.sequence for entry in log.entries() if entry.actor == "writer"}
        assert {int(line) for line in confirmed} <= there


ASKER = """
import sys, json
from pathlib import Path
from tests.support.reidentifying import Room
folder = Path(sys.argv[1])
room = Room(folder, [tuple(one) for one in json.loads((folder / "people.json").read_text())])
print("begun", flush=True)
while True:
    print(room.released(), flush=True)
"""


def test_au_09_a_kill_between_log_and_action_is_noted_and_nothing_is_lost(room: Room) -> None:
    room.with_register(limits={"requests_a_user_a_day": 10_000, "people_a_recipient_a_month": 10_000})
    for _ in range(4):
        confirmed = killed(ASKER, str(room.folder), after=random.uniform(0.1, 1.0))[1:]
        desk = room.open_desk()
        assert desk.log.verify().is_intact
        assert not reconcile(desk)
        for request_id in confirmed:
            assert desk.look(room.account("guardian"), request_id).state == "released"


def test_au_09_a_move_that_only_the_log_has_is_noted_once(room: Room) -> None:
    room.send(room.request())
    detail = {"request": "0" * 32, "move": "ab" * 8, "state": "released"}
    room.desk.log.append("reidentification.release", actor="clerk", detail={**detail})
    assert "the log has a move that the ledger has not" in " ".join(reconcile(room.desk))
    desk = room.open_desk()
    assert [one["move"] for one in room.events("outcome_unknown")] == ["ab" * 8]
    assert not reconcile(desk)
    room.open_desk()
    assert len(room.events("outcome_unknown")) == 1


def test_au_10_what_is_put_into_an_entry_stays_in_it(log: AuditLog) -> None:
    bad = 'a\n{"actor":"root","at":"x"}\r\0' + "b" * 1_000_000
    log.append(bad, actor=bad, detail={"text": bad, bad: [bad, {"deep": bad}]})
    log.append("query", actor="analyst", detail={"quote": '","hash":"' + "0" * 64})
    assert len(lines_of(log)) == ENTRIES + 2
    assert max(map(len, lines_of(log))) < 10_000
    assert log.verify().is_intact
    assert [entry.actor for entry in log.entries()].count("root") == 0


def test_the_custodians_verify_tells_each_fault_with_exit_code_13(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["custodian", "verify", "--home", str(room.folder)]
    room.released()
    assert run([*words, "--sign"]) == 0
    checkpoint = json.loads(capsys.readouterr().out.splitlines()[1])
    log = room.desk.log
    whole = log.path.read_bytes()
    log.path.write_bytes(whole.replace(b"clerk", b"c1erk", 1))
    assert run(words) == 13
    assert "[changed]" in capsys.readouterr().err
    log.path.write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    assert run([*words, "--witness", f"{checkpoint['sequence']}:{checkpoint['hash']}"]) == 13
    assert "[cut_off]" in capsys.readouterr().err
    log.path.write_bytes(whole)
    assert run(words) == 0
