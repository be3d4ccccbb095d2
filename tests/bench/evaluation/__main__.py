"""python -m tests.bench.evaluation --seeds 400: measure every scenario, print the tables of the proof."""

from __future__ import annotations

import argparse

import numpy as np

from tests.bench.evaluation.proof import Replicate, Row, run, table
from tests.bench.evaluation.scenarios import SCENARIOS, Scenario

HEAD = (
    "| estimator | effect | bias, points | coverage | told from no effect | spread | mean error | answers |"
)
RULE = "|---|---|---|---|---|---|---|---|"


def markdown(scenario: Scenario, replicates: list[Replicate], seconds: float) -> str:
    """The table of a scenario."""
    treated = [one.treated for one in replicates]
    systematic = np.nanmean([one.systematic for one in replicates])
    given_up = sum(one.given_up > 0 for one in replicates)
    said = (
        f"{len(replicates)} seeds, {np.mean(treated):.0f} treated ({min(treated)} to {max(treated)}), "
        f"{np.mean([one.controls for one in replicates]):.0f} control persons; negative controls show "
        f"{100 * (np.exp(systematic) - 1):+.1f}%; terms given up in {given_up}; "
        f"{seconds:.0f} s."
    )
    rows = [_line(row) for row in table(replicates, scenario.world.rate_ratio)]
    return "\n".join([f"### {scenario.name}: {scenario.words}", "", said, "", HEAD, RULE, *rows, ""])


def _line(row: Row) -> str:
    return (
        f"| {row.estimator} | {row.effect:+.1f}% | {row.bias:+.1f} | {row.coverage:.1%} | {row.rejected:.1%} "
        f"| {row.spread:.3f} | {row.error:.3f} | {row.number} |"
    )


def main() -> None:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.evaluation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=60)
    parser.add_argument("--scenarios", default=",".join(SCENARIOS), help="names, separated by commas")
    parser.add_argument("--processes", type=int, default=1)
    given = parser.parse_args()
    for name in given.scenarios.split(","):
        replicates, seconds = run(name, given.seeds, processes=given.processes)
        print(markdown(SCENARIOS[name], replicates, seconds), flush=True)


if __name__ == "__main__":
    main()
