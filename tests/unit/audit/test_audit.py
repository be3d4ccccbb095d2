import multiprocessing
from pathlib import Path

import pytest

from openphm.audit import AuditLog, Checkpoint
from openphm.cli.main import run
from openphm.core import StoreError


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    log = AuditLog(tmp_path / "store" / "audit.jsonl")
    for number in range(5):
        log.append("build.published", actor="analyst", detail={"number": number})
    return log


def _edit(log: AuditLog, change: "list[bytes]") -> None:
    log.path.write_bytes(b"".join(change))


def _lines(log: AuditLog) -> list[bytes]:
    return log.path.read_bytes().splitlines(keepends=True)


def test_log_that_nobody_touched_is_intact(log: AuditLog) -> None:
    found = log.verify(witness=log.checkpoint())
    assert found.is_intact
    assert found.head.sequence == 5
    assert [entry.detail["number"] for entry in log.entries()] == [0, 1, 2, 3, 4]


def test_log_that_is_not_there_is_empty_and_intact(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "none.jsonl")
    assert log.verify().is_intact
    assert log.checkpoint() == Checkpoint()


def test_changed_text_is_found_at_its_line(log: AuditLog) -> None:
    lines = _lines(log)
    _edit(log, [*lines[:2], lines[2].replace(b"analyst", b"another"), *lines[3:]])
    found = log.verify()
    assert (found.is_intact, found.first_bad, found.reason) == (False, 3, "the line was changed")


def test_removed_and_swapped_lines_are_found(log: AuditLog) -> None:
    lines = _lines(log)
    _edit(log, lines[:1] + lines[2:])
    assert log.verify().first_bad == 2
    _edit(log, [lines[0], lines[2], lines[1], *lines[3:]])
    assert log.verify().first_bad == 2


def test_lines_cut_off_the_end_are_found_by_the_witness(log: AuditLog) -> None:
    witness = log.checkpoint()
    _edit(log, _lines(log)[:3])
    assert log.verify().is_intact
    found = log.verify(witness)
    assert not found.is_intact
    assert "shorter" in found.reason


def test_log_written_anew_is_found_by_the_witness(log: AuditLog) -> None:
    witness = log.checkpoint()
    log.path.unlink()
    for _ in range(6):
        log.append("build.published", actor="somebody else")
    assert log.verify().is_intact
    assert "written anew" in log.verify(witness).reason


def test_half_written_line_is_cut_and_remembered(log: AuditLog) -> None:
    with log.path.open("ab") as file:
        file.write(b'{"actor":"an')
    assert not log.verify().is_intact
    log.append("build.rolled_back", actor="analyst")
    assert log.verify().is_intact
    assert [entry.event for entry in log.entries()][-2:] == ["audit.torn_line", "build.rolled_back"]


def test_log_with_a_damaged_end_is_not_written_on(log: AuditLog) -> None:
    _edit(log, [*_lines(log), b"not an entry\n"])
    with pytest.raises(StoreError, match="damaged"):
        log.append("build.published", actor="analyst")


def test_log_that_cannot_be_written_stops_the_action(tmp_path: Path) -> None:
    (tmp_path / "audit.jsonl").mkdir()
    with pytest.raises(StoreError, match="could not be written"):
        AuditLog.beside(tmp_path).append("release.export", actor="analyst")


def test_long_entries_and_line_ends_stay_one_line(log: AuditLog) -> None:
    log.append("query", actor="x", detail={"text": 'a\n{"actor":"root"}\0' + "b" * 100_000})
    log.append("query", actor="x", detail={"list": ["a" * 900] * 30})
    log.append("query", actor="x")
    assert log.verify().is_intact
    assert len(_lines(log)) == 8


@pytest.mark.parametrize("text", ["9990000018", "person 999 000 0018 was seen"])
def test_nhs_number_is_refused(log: AuditLog, text: str) -> None:
    with pytest.raises(ValueError, match="NHS number"):
        log.append("query", actor="x", detail={"deep": [{"text": text}]})
    assert len(_lines(log)) == 5


def _append_many(path: Path) -> None:
    for _ in range(25):
        AuditLog(path).append("query", actor="worker")


def test_two_writers_at_once_make_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_append_many, args=(path,)) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    found = AuditLog(path).verify()
    assert found.is_intact
    assert found.head.sequence == 50


def test_the_suites_log_is_signed_and_a_shorter_or_new_one_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, store, kept = tmp_path / "suite.key", tmp_path / "store", tmp_path / "kept.jsonl"
    store.mkdir()
    assert run(["reidentify", "key", str(key)]) == 0
    public = f"suite-1={capsys.readouterr().out.strip()}"
    log = AuditLog.beside(store)
    for number in range(5):
        log.append("tests.written", actor="a", detail={"number": number})
    assert run(["audit", "checkpoint", "--store", str(store), "--key", str(key)]) == 0
    said = capsys.readouterr()
    assert public in said.err
    kept.write_text(said.out)
    words = ["audit", "verify", "--store", str(store), "--checkpoints", str(kept)]
    assert run(words) == 2, "a checkpoint without a key to check it with says nothing"
    assert run([*words, "--public-key", public]) == 0
    assert "1 signed checkpoints hold" in capsys.readouterr().out
    assert run(["audit", "verify", "--store", str(store), "--public-key", public]) == 0
    lines = log.path.read_text().splitlines(keepends=True)
    log.path.write_text("".join(lines[:-1]))
    assert run([*words, "--public-key", public]) != 0
    log.path.unlink()
    for number in range(9):
        AuditLog.beside(store).append("tests.written", actor="b", detail={"number": number})
    assert run(["audit", "verify", "--store", str(store)]) == 0, "a log written anew adds up by itself"
    assert run([*words, "--public-key", public]) != 0
    kept.write_text(kept.read_text().replace('"sequence": 5', '"sequence": 4'))
    assert run([*words, "--public-key", public]) != 0
    key.chmod(0o644)
    assert run(["audit", "checkpoint", "--store", str(store), "--key", str(key)]) == 14
