"""python -m tests.bench.suite STORE: how long pages of the suite take, what they weigh and hold in memory.

The suite runs as a user would run it (`openphm serve --demo`), in a process of its own. Users of every role
sign in and read the pages that their navigation names: first one user alone, then all at once, one page a
second each. Only pages that were asked once before are timed; how long that first time takes is given apart.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

OPENPHM = str(Path(sys.executable).with_name("openphm"))
REST = 15.0
"""Seconds after the load, in which an unused build is closed."""
WORDS_ALONE = {"/sign-in", "/purpose", "/help", "/api", "/accessibility", "/privacy"}
"""Pages without a figure, which would make the others look quicker than they are."""
_LINK = re.compile(r'href="(/[a-z/-]+)"')
_ROLE = re.compile(r'name="role" value="(\w+)"')
_FILE = re.compile(r'(?:src|href)="(/static/[^"]+)"')


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.suite")
    parser.add_argument("store", type=Path)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=5)
    given = parser.parse_args()
    with serving(given.store) as (process, root):
        measure(process, root, given.users, given.minutes)


def measure(process: subprocess.Popen[bytes], root: str, n_users: int, minutes: float) -> None:
    """Print each figure."""
    askers = Askers(process.pid)
    askers.start()
    weigh(root)
    roles = _ROLE.findall(httpx.get(f"{root}/sign-in").text)
    users = [User(root, roles[n % len(roles)]) for n in range(n_users)]
    first = {user.role: user for user in users}
    times = [(user.read(path), path) for user in first.values() for path in user.paths]
    waits = ", ".join(f"{path} {seconds:.1f} s" for seconds, path in sorted(times, reverse=True)[:3])
    usual = statistics.median(seconds for seconds, _ in times)
    print(f"first time a page is asked: {waits}; median {usual:.2f} s")
    alone = [seconds for user in first.values() for _ in range(3) for seconds in user.read_all()]
    say("warm page, one user", alone)
    until = time.monotonic() + minutes * 60
    threads = [threading.Thread(target=user.read_until, args=(until,)) for user in users]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    together = [seconds for user in users for seconds in user.times]
    say(f"warm page, {n_users} at once, {minutes:g} min", together)
    wrong = [status for user in users for status in user.wrong]
    print(f"errors: {len(wrong)} {sorted(set(wrong))}")
    at_load = memory(process.pid, "VmRSS")
    time.sleep(REST)
    resting, peak = memory(process.pid, "VmRSS"), memory(process.pid, "VmHWM")
    askers.is_over = True
    print(
        f"memory of the process: {at_load:.0f} MB at the end of the load, {resting:.0f} MB {REST:g} s later, "
    )
    print(f"    {peak:.0f} MB at most, while pages were asked for the first time")
    print(f"processes that it asked: {askers.largest:.0f} MB at most, {askers.together:.0f} MB together")
    print(f"load of the machine: {os.getloadavg()[1]:.1f} over five minutes, {os.cpu_count()} cores")


class User:
    """Somebody with a role, their pages and how long each took."""

    def __init__(self, root: str, role: str) -> None:
        self.role = role
        self.times: list[float] = []
        self.wrong: list[int] = []
        self._client = httpx.Client(base_url=root, timeout=300, follow_redirects=True)
        page = self._client.post("/demo/sign-in", data={"role": role}).text
        linked = dict.fromkeys(_LINK.findall(page))
        self.paths = [path for path in linked if path not in WORDS_ALONE and not path.startswith("/static")]

    def read(self, path: str) -> float:
        """Seconds until the whole page is here."""
        begun = time.perf_counter()
        answer = self._client.get(path)
        seconds = time.perf_counter() - begun
        if answer.status_code != httpx.codes.OK:
            self.wrong.append(answer.status_code)
        return seconds

    def read_all(self) -> list[float]:
        return [self.read(path) for path in self.paths]

    def read_until(self, end: float) -> None:
        """One page a second, each user from another page on."""
        at = id(self) % len(self.paths)
        while time.monotonic() < end:
            begun = time.monotonic()
            self.times.append(self.read(self.paths[at % len(self.paths)]))
            at += 1
            time.sleep(max(0.0, 1 - (time.monotonic() - begun)))


class Askers(threading.Thread):
    """Looks five times a second at what the processes hold that the suite started, but its worker of jobs."""

    def __init__(self, suite: int) -> None:
        super().__init__(daemon=True)
        self._suite = suite
        self.largest = self.together = 0.0
        self.is_over = False

    def run(self) -> None:
        while not self.is_over:
            held = [size for pid in _below(self._suite) if (size := _held(pid))]
            self.largest = max([self.largest, *held])
            self.together = max(self.together, sum(held))
            time.sleep(0.2)


def _below(pid: int) -> list[int]:
    """The processes that a process started, and theirs."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text("utf-8").rpartition(")")[2].split()[1])
        except OSError:  # it has just ended
            continue
        parents.setdefault(parent, []).append(int(path.parent.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found[1:]


def _held(pid: int) -> float:
    """MB of a process; 0 for one that has ended, and for the worker of jobs."""
    try:
        is_worker = b"openphm.web.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
        return 0.0 if is_worker else memory(pid, "VmRSS")
    except (OSError, StopIteration):
        return 0.0


def weigh(root: str) -> None:
    """Bytes on the wire, compressed as a browser asks: the first page with its files, and later pages."""
    with httpx.Client(base_url=root, timeout=300, follow_redirects=True) as visitor:
        page = visitor.get("/sign-in")
        files = set(_FILE.findall(page.text))
        first = _bytes(visitor, "/sign-in") + sum(_bytes(visitor, path) for path in files)
        visitor.post("/demo/sign-in", data={"role": "executive"})
        later = {path: _bytes(visitor, path) for path in ("/overview", "/segments/matrix")}
    print(f"first visit: {first / 1000:.0f} kB in {len(files) + 1} files")
    print("later pages: " + ", ".join(f"{path} {n / 1000:.1f} kB" for path, n in later.items()))


def _bytes(visitor: httpx.Client, path: str) -> int:
    with visitor.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
        return sum(len(part) for part in answer.iter_raw())


def say(what: str, seconds: Sequence[float]) -> None:
    at = statistics.quantiles(seconds, n=100)
    print(
        f"{what}: p50 {at[49] * 1000:.0f} ms, p95 {at[94] * 1000:.0f} ms, p99 {at[98] * 1000:.0f} ms,",
        end=" ",
    )
    print(f"longest {max(seconds) * 1000:.0f} ms, {len(seconds):,} pages")


def memory(pid: int, field: str) -> float:
    """MB that the process holds (VmRSS), or held at most (VmHWM)."""
    text = Path(f"/proc/{pid}/status").read_text("utf-8")
    return next(float(line.split()[1]) for line in text.splitlines() if line.startswith(field)) / 1024


@contextmanager
def serving(store: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The suite over a store, on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([OPENPHM, "serve", "--demo", "--store", str(store), "--port", str(port)])
    root = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                httpx.get(f"{root}/healthz")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield process, root
    finally:
        process.terminate()
        process.wait(30)


if __name__ == "__main__":
    main()
