"""python -m tests.bench.audit FOLDER: durable appends and verified events a second, and a page of a long log.

Durable: `append` returns when the entry was forced to the disk (fsync). How many forces a second the disk
itself does is measured next to it: one writer alone cannot be faster, many share a force.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from pathlib import Path

from openphm.audit import AuditLog, Checkpoint, Entry, LogIndex

DETAIL = {"request": "a" * 32, "move": "b" * 16, "state": "checked", "recipient": "X80001", "kept": 20}
EVENTS = 200_000


def forces_a_second(folder: Path, times: int = 300) -> float:
    """fsync after 400 bytes, again and again."""
    with (folder / "forced").open("ab") as file:
        begun = time.perf_counter()
        for _ in range(times):
            file.write(b"x" * 400)
            file.flush()
            os.fsync(file.fileno())
        return times / (time.perf_counter() - begun)


def appends_a_second(path: Path, writers: int, each: int) -> float:
    """Durable appends of so many threads at once."""
    log = AuditLog(path)

    def work() -> None:
        for _ in range(each):
            log.append("reidentification.check", actor="dr.amber", detail={**DETAIL})

    threads = [threading.Thread(target=work) for _ in range(writers)]
    begun = time.perf_counter()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return writers * each / (time.perf_counter() - begun)


def verified_a_second(path: Path, events: int) -> tuple[float, float]:
    """A log of so many events, made without forcing, then verified: by the clock, and by time of the core."""
    head = Checkpoint()
    with path.open("wb") as file:
        for _ in range(events):
            entry = Entry.after(
                head, at="2026-04-20T12:00:00.000+00:00", event="reidentification.check", actor="dr.amber",
                detail={**DETAIL},
            )  # fmt: skip
            head = entry.head
            file.write(entry.line())
    begun, worked = time.perf_counter(), time.process_time()
    assert AuditLog(path).verify(head).is_intact
    return events / (time.perf_counter() - begun), events / (time.process_time() - worked)


def seconds_of_a_page(path: Path) -> dict[str, float]:
    """What the suite's page of a log asks its index: the first time in a process, and then each time."""
    index, taken = LogIndex(path), {}
    for name in ("first page of the log", "next page of the log"):
        begun = time.perf_counter()
        assert index.events
        assert index.actors
        assert index.page(1, 100, actor="dr.amber").matching == EVENTS
        taken[name] = time.perf_counter() - begun
    return taken


def main() -> None:
    parent = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory(dir=parent) as made:
        folder = Path(made)
        print(f"forces of the disk       {forces_a_second(folder):>10,.0f} a second")
        for writers, each in ((1, 300), (16, 60), (64, 40)):
            rate = appends_a_second(folder / f"{writers}.jsonl", writers, each)
            print(f"durable appends, {writers:>2} at once {rate:>8,.0f} a second")
        rate, alone = verified_a_second(folder / "big.jsonl", EVENTS)
        print(f"verified                 {rate:>10,.0f} a second, of {EVENTS:,} events")
        print(f"verified                 {alone:>10,.0f} a second of a core")
        for name, seconds in seconds_of_a_page(folder / "big.jsonl").items():
            print(f"{name:<24} {seconds * 1000:>10,.0f} ms, of {EVENTS:,} events")


if __name__ == "__main__":
    main()
