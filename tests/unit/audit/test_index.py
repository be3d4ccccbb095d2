"""The index of a log finds what reading every line would, and follows the file whatever befalls it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from openphm.audit import AuditLog, LogIndex
from openphm.audit.chain import Checkpoint, Entry

ODD = 'an "odd" \\ ,"event":"x","hash":" näme'


def written(path: Path, number: int) -> list[Entry]:
    """A log whose events, actors and details repeat, some with all that could mislead a reader of bytes."""
    made: list[Entry] = []
    head = Checkpoint()
    for n in range(number):
        made.append(
            Entry.after(
                head,
                at=f"2026-0{1 + n * 6 // number}-15T12:00:00.000+00:00",
                event=("access.refused", "release.file", ODD)[n % 3],
                actor=("ann", "bob", ODD, "cy")[n % 4],
                detail={"at": "1999-01-01", "event": "not.this", "said": ODD, "n": n},
            )
        )
        head = made[-1].head
    path.write_bytes(b"".join(one.line() for one in made))
    return made


@pytest.mark.parametrize("event", ["", "release.file", ODD, "not.this"])
@pytest.mark.parametrize("actor", ["", ODD])
@pytest.mark.parametrize("since", [None, date(2026, 3, 15), date(2026, 3, 16)])
def test_a_page_holds_what_reading_every_line_would_give(
    tmp_path: Path, event: str, actor: str, since: date | None
) -> None:
    held = written(tmp_path / "audit.jsonl", 60)
    like = [
        (one.sequence, one)
        for one in reversed(held)
        if event in ("", one.event) and actor in ("", one.actor) and one.at[:10] >= str(since or "")
    ]
    index = LogIndex(tmp_path / "audit.jsonl")
    for number in (1, 2, 9):
        page = index.page(number, 7, event=event, actor=actor, since=since)
        assert page.matching == len(like)
        assert list(page.entries) == like[(number - 1) * 7 : number * 7]


def test_what_is_written_later_is_found_and_counted(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    index = LogIndex(log.path)
    assert (len(index), index.page(1, 5).entries) == (0, ())
    log.append("a", actor="ann")
    assert index.events == {"a": 1}
    log.append("b", actor="ann")
    log.append("b", actor="bob")
    assert list(index.events.items()) == [("b", 2), ("a", 1)]
    assert index.actors == {"ann": 2, "bob": 1}
    with log.path.open("ab") as file:
        file.write(b'{"actor":"half')
    assert len(index) == 3  # the last is still being written


def test_a_damaged_line_is_counted_and_shown_as_one_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    held = written(path, 3)
    path.write_bytes(held[0].line() + b"\xff not an entry\n" + held[2].line())
    index = LogIndex(path)
    assert [entry for _, entry in index.page(1, 5).entries] == [held[2], None, held[0]]
    assert index.events["(cannot be read)"] == 1


def test_another_file_or_a_shorter_one_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    written(path, 12)
    index = LogIndex(path)
    assert len(index) == 12
    written(path, 6)
    assert len(index) == 6
    path.unlink()
    assert len(index) == 0
    (tmp_path / "new").write_bytes(b"")
    written(tmp_path / "new", 30)
    (tmp_path / "new").rename(path)
    assert len(index) == 30
