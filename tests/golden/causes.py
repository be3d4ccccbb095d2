"""Why is a planted subsegment not found? `python -m tests.golden.causes FOLDER --people 100000`.

The same lives are written three times: with all dirt, with NHS numbers as the only dirt, and clean. What is
missed in clean records is missed by the rules; what numbers add is missed by linkage; the rest is dirt.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from openphm.synthetic import synthesise
from openphm.synthetic.settings import Dirt
from tests.golden import recovered
from tests.golden.conftest import openphm

WRITTEN = {
    "rule": Dirt.none(),
    "linkage": Dirt(late=0, duplicate=0, wrong_code=0, resubmitted_months=0, missing_practice_months=0),
    "dirt": Dirt(),
}


def missed(home: Path, people: int, seed: int, dirt: Dirt) -> list[tuple[str, str, int]]:
    """Make one home and list the planted and found subsegments that differ, with the number of people."""
    synthesise(home / "raw", people=people, seed=seed, dirt=dirt, file_format="parquet")
    openphm("custodian", "init", "--home", home / "custodian")
    openphm("custodian", "pseudonymise", home / "raw", home / "extracts", "--home", home / "custodian")
    openphm("build", home / "extracts", "--store", home / "store", "--no-progress")
    with recovered.opened(home) as connection:
        recovered.agreement(connection)
        return recovered.misses(connection)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.golden.causes", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    before = 0
    for cause, dirt in WRITTEN.items():
        found = missed(chosen.folder / cause, chosen.people, chosen.seed, dirt)
        total = sum(n for _, _, n in found)
        print(
            f"{cause}: {total - before:+d} ({total} missed)", ", ".join(f"{a}>{b} {n}" for a, b, n in found)
        )
        before = total


if __name__ == "__main__":
    main()
