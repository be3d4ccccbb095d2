"""python -m tests.bench --people 100000: run the stages as a user would, and measure each.

Each stage is a process of its own, as in `openphm demo`. Time is by the clock; memory is the largest
resident size of the process and of those it started, as the kernel reports it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

# The console script of the environment this bench runs in.
OPENPHM = str(Path(sys.executable).with_name("openphm"))


@dataclass(frozen=True)
class Measured:
    stage: str
    seconds: float
    peak_gb: float
    disk_gb: float


def measure(stage: str, arguments: list[str], made: Path) -> Measured:
    """Run one command to its end; stop the bench when it fails."""
    started = time.perf_counter()
    process = subprocess.Popen([OPENPHM, *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{stage} failed: openphm {' '.join(arguments)}")
    return Measured(stage, seconds, usage.ru_maxrss / 1024**2, _size_gb(made))


def _size_gb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1024**3


def run(home: Path, *, people: int, years: int, seed: int) -> list[Measured]:
    raw, keys, extracts, store = (home / name for name in ("raw", "custodian", "extracts", "store"))
    size = ["--people", str(people), "--years", str(years), "--seed", str(seed)]
    stages = [
        ("synthesise", ["synthesise", str(raw), *size], raw),
        ("custodian init", ["custodian", "init", "--home", str(keys)], keys),
        (
            "pseudonymise",
            ["custodian", "pseudonymise", str(raw), str(extracts), "--home", str(keys)],
            extracts,
        ),
        ("build", ["build", str(extracts), "--store", str(store)], store),
        ("report segments", ["report", "segments", "--store", str(store)], store),
    ]
    return [measure(*stage) for stage in stages]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--years", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--home", type=Path, help="keep what is made here (default: a temporary folder, removed)"
    )
    options = parser.parse_args()
    home = options.home or Path(tempfile.mkdtemp(prefix="openphm-bench-"))
    try:
        measured = run(home, people=options.people, years=options.years, seed=options.seed)
    finally:
        if options.home is None:
            shutil.rmtree(home)
    print(f"{options.people:,} people, {options.years} years, {os.cpu_count()} cores")
    print(f"{'stage':<18}{'seconds':>9}{'peak GB':>9}{'disk GB':>9}")
    for row in measured:
        print(f"{row.stage:<18}{row.seconds:>9.1f}{row.peak_gb:>9.2f}{row.disk_gb:>9.2f}")


if __name__ == "__main__":
    main()
