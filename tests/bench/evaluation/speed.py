"""python -m tests.bench.evaluation.speed: 2,000 treated, 200,000 rows, 20 covariates, 10 outcomes; how long?

The panel is drawn, not extracted: this times the engine alone, by the clock and by the processor.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from openphm.evaluation import End, Evaluation, Outcome, Panel

TREATED, ROWS, COVARIATES, SECONDARY, NEGATIVE = 2_000, 200_000, 20, 9, 6


def large_panel(seed: int = 1) -> Panel:
    """Twelve index months, 14 areas, controls who stand in about four months each."""
    rng = np.random.default_rng(seed)
    treated = np.arange(ROWS) < TREATED
    traits = rng.normal(size=(ROWS, COVARIATES))
    traits[:, 10:] = traits[:, 10:] > 0.5
    traits[:, :5] += 0.15 * treated[:, np.newaxis]
    level = np.exp(-0.5 + 0.2 * traits[:, 0] + 0.2 * traits[:, 12] + rng.normal(0, 0.4, ROWS)).astype(
        np.float32
    )

    def counts(months: int, share: float) -> np.ndarray:
        return rng.poisson(share * level[:, np.newaxis], (ROWS, months)).astype(np.float32)

    outcomes = [Outcome("ed_attendances", counts(24, 1), counts(12, 1), role="primary")]
    outcomes += [Outcome(f"secondary_{i}", counts(12, 0.4), counts(12, 0.4)) for i in range(SECONDARY)]
    nothing = np.zeros((ROWS, 0), dtype=np.float32)
    outcomes += [
        Outcome(f"negative_{i}", nothing, counts(12, 0.2), role="negative_control") for i in range(NEGATIVE)
    ]
    month = rng.integers(0, 12, ROWS)
    # Each control person stands in four consecutive months at most.
    person = np.where(treated, np.arange(ROWS), TREATED + (np.arange(ROWS) // 4))
    month = np.where(treated, month, (month // 4 * 4 + np.arange(ROWS) % 4) % 12)
    return Panel(
        treated=treated, index_month=month, person=person, exposure=np.full(ROWS, 12.0), follow_up=12,
        covariates=traits, covariate_names=tuple(f"trait_{i}" for i in range(COVARIATES)),
        outcomes=tuple(outcomes),
        area=rng.integers(0, 14, ROWS), area_names=tuple(f"area {i}" for i in range(14)),
        ended_by=np.full(ROWS, int(End.COMPLETE)), was_eligible=rng.random(ROWS) < 0.5,
    )  # fmt: skip


def main() -> None:
    """Time each part and print it."""
    panel = large_panel()
    total = 0.0

    def timed(words: str, work: Callable[[], Any]) -> Any:
        nonlocal total
        began, before = time.perf_counter(), time.process_time()
        found = work()
        seconds = time.perf_counter() - began
        total += seconds
        print(f"{words:28s} {seconds:6.2f} s   (processor {time.process_time() - before:.2f} s)", flush=True)
        return found

    findings = timed("groups made alike", lambda: Evaluation().fit(panel))
    timed("ten outcomes", lambda: [findings.effect(one.name) for one in panel.outcomes[: SECONDARY + 1]])
    for name in (
        "held_out_year",
        "placebo_date",
        "negative_controls",
        "leave_one_area_out",
        "other_estimators",
    ):
        timed(name, lambda name=name: findings.refute(name))
    timed("verdict (the other checks)", lambda: findings.verdict)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{'all':28s} {total:6.2f} s; largest memory {memory:.1f} GB")


if __name__ == "__main__":
    main()
