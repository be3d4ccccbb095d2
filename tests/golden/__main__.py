"""The figures of docs/figures.md for one demo home: `python -m tests.golden HOME [--json FILE]`."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from tests.golden import figure12, recovered
from tests.golden.figure12 import Figure


def segment_report(home: Path) -> figure12.Matrix:
    """`openphm report segments` in full, by the public command."""
    command = [sys.executable, "-m", "openphm.cli.main", "report", "segments", "--store", str(home / "store")]
    done = subprocess.run(
        [*command, "--format", "json", "--disclosure", "none"], capture_output=True, text=True, check=True
    )
    return figure12.matrix(json.loads(done.stdout))


def figures(home: Path) -> tuple[list[Figure], list[tuple[str, str, int]]]:
    """Every figure that can be read from a finished demo home, and the misses of the segments."""
    ours = segment_report(home)
    people = sum(v for (s, m), v in ours.items() if m == "population" and s in figure12.printed())
    found = [
        figure12.population_shares(ours),
        figure12.cost_cells(ours, 0.05 if people > 500_000 else 0.10),
        *figure12.prevalences(ours),
        *figure12.activity(ours),
    ]
    with recovered.opened(home) as connection:
        found += recovered.agreement(connection)
        missed = recovered.misses(connection)
        found += recovered.reconciled(connection)
        found += recovered.dirt(connection)
        found += recovered.realism(connection)
    return found, missed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    found, missed = figures(chosen.home)
    for figure in found:
        print(f"{'met  ' if figure.met else 'SHORT'} {figure.name}: {figure.value} (asked {figure.asked})")
    print("misses, planted to found:", ", ".join(f"{a}>{b} {n}" for a, b, n in missed[:30]))
    if chosen.json:
        chosen.json.write_text(json.dumps([f._asdict() for f in found], indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
