"""A build is seen whole or not at all, whatever happens while it is made, published or removed."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from openphm.core.errors import StoreError
from openphm.store import Builds, DuckDBEngine
from openphm.store.durable import sha256_of
from tests.unit.store.small_build import make, rows_live


@pytest.fixture
def builds(tmp_path: Path) -> Builds:
    return Builds(tmp_path / "store")


def test_two_builds_at_once_then_the_second_is_refused_by_name_of_the_first(
    tmp_path: Path, builds: Builds
) -> None:
    with builds.new():
        other = Builds(tmp_path / "store")
        with pytest.raises(StoreError, match=f"process {os.getpid()}"), other.new():
            pass
        with pytest.raises(StoreError, match="another process"):
            other.rollback()
    make(other, 5)


def _run(script: str, store: Path) -> subprocess.Popen[bytes]:
    text = f"""
        import sys, time
        from pathlib import Path
        from openphm.store import Builds, DuckDBEngine
        from tests.unit.store.small_build import make
        builds = Builds(Path(sys.argv[1]))
        {script}
    """
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(text), str(store)], stdout=subprocess.PIPE)


def test_lock_of_a_dead_process_is_free_and_its_folder_is_wiped(tmp_path: Path, builds: Builds) -> None:
    process = _run(
        "with builds.new() as new: (new.folder / 'x').write_text('x'); print(flush=True); time.sleep(60)",
        builds.store,
    )
    assert process.stdout is not None
    process.stdout.readline()
    with pytest.raises(StoreError, match=f"process {process.pid}"), builds.new():
        pass
    assert [folder.suffix for folder in builds.folder.iterdir()] == [".building"]
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert make(builds, 5).state == "live"
    assert len(list(builds.folder.iterdir())) == 1


@pytest.mark.slow
def test_killed_at_any_moment_then_what_is_live_is_whole(builds: Builds) -> None:
    make(builds, 1000)
    for step in range(12):
        process = _run("print(flush=True)\n        for n in range(1000, 1100): make(builds, n)", builds.store)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.03 + 0.04 * step)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        live = builds.current()
        assert live.alarm == ""
        assert builds.verify(live.id, tables=True) == ()
        assert all(build.state in {"live", "kept"} for build in builds.list())
        assert rows_live(builds) >= 1000
    assert make(builds, 7).state == "live"
    builds.prune(1)
    assert len(list(builds.folder.iterdir())) == 1


def test_readers_see_one_build_each_while_builds_are_published(builds: Builds) -> None:
    ids = {make(builds, rows).id: rows for rows in (5, 6)}
    wrong: list[object] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                with builds.open_current(threads=1) as engine:
                    counts = {engine.count_rows("person.person") for _ in range(3)}
                if counts not in ({5}, {6}):
                    wrong.append(counts)
            except StoreError as error:
                wrong.append(error)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for turn in range(25):
        builds.publish(sorted(ids)[turn % 2])
    done.set()
    for reader in readers:
        reader.join()
    assert wrong == []


def test_bit_flip_is_found_and_not_published(builds: Builds) -> None:
    first, _ = make(builds, 5), make(builds, 6)
    with first.database.open("r+b") as file:
        file.seek(first.database.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))
    assert "SHA-256" in builds.verify(first.id)[0]
    with pytest.raises(StoreError, match="has changed since it was made"):
        builds.publish(first.id)
    with pytest.raises(StoreError, match="no sound build before"):
        builds.rollback()
    assert rows_live(builds) == 6


def test_changed_rows_are_found_even_when_the_manifest_hides_the_bytes(builds: Builds) -> None:
    build = make(builds, 5)
    with DuckDBEngine(build.database) as engine:
        engine.create_table("person.person", "SELECT CAST(range + 1 AS INTEGER) AS person_key FROM range(5)")
    said = json.loads((build.folder / "manifest.json").read_text())
    said |= {"database_sha256": sha256_of(build.database), "database_bytes": build.database.stat().st_size}
    (build.folder / "manifest.json").write_text(json.dumps(said))
    assert builds.verify(build.id) == ()
    assert builds.verify(build.id, tables=True) == ("person.person has other rows than when it was made",)


@pytest.mark.parametrize("damage", ["", "\0\0", "../../etc", "20990101-000000000-aaaaaa\n", None])
def test_pointer_lost_or_damaged_then_the_newest_sound_build_answers_with_an_alarm(
    builds: Builds, damage: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    make(builds, 5)
    newest = make(builds, 6)
    pointer = builds.store / "CURRENT"
    pointer.unlink()
    if damage is not None:
        pointer.write_text(damage)
    now = builds.current()
    assert now.id == newest.id
    assert "CURRENT" in now.alarm
    assert "answers in its place" in caplog.text
    builds.publish(newest.id)
    assert builds.current().alarm == ""


@pytest.mark.parametrize("name", ["openphm.duckdb", "manifest.json"])
def test_live_build_loses_a_file_then_the_one_before_answers(builds: Builds, name: str) -> None:
    make(builds, 5)
    live = make(builds, 6)
    (live.folder / name).unlink()
    assert rows_live(builds) == 5
    assert builds.get(live.id).state == "damaged"


def _build_with_little_room(store: Path, answer: multiprocessing.Queue[str]) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
    try:
        make(Builds(store), 2_000_000)
        answer.put("built")
    except StoreError as error:
        answer.put(str(error))


def test_disk_too_small_then_a_clear_error_and_the_old_build_stays(builds: Builds) -> None:
    make(builds, 5)
    context = multiprocessing.get_context("spawn")
    answer = context.Queue()
    process = context.Process(target=_build_with_little_room, args=(builds.store, answer))
    process.start()
    said = answer.get(timeout=60)
    process.join()
    assert "StoreError" in said
    assert rows_live(builds) == 5
    assert len(list(builds.folder.iterdir())) == 1
