"""Small panels with a known story, for tests of the evaluation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from openphm.evaluation import End, Outcome, Panel


def a_panel(
    *,
    treated: int = 60,
    controls: int = 600,
    rate_ratio: float = 1.0,
    seed: int = 1,
    shift: float = 0.4,
    negative_controls: int = 0,
) -> Panel:
    """Treated people who are a little older and sicker than the controls; three index months, four areas."""
    rng = np.random.default_rng(seed)
    rows = treated + controls
    flag = np.arange(rows) < treated
    age = rng.normal(50, 10, rows) + 10 * shift * flag
    ill = rng.random(rows) < 0.4 + 0.2 * flag
    level = np.exp(-0.6 + 0.01 * (age - 50) + 0.3 * ill + rng.normal(0, 0.4, rows))
    before = rng.poisson(np.repeat(level[:, np.newaxis], 24, axis=1))
    effect = np.where(flag, rate_ratio, 1.0)
    exposure = np.where(rng.random(rows) < 0.1, rng.integers(1, 12, rows), 12)
    followed = np.arange(12) < exposure[:, np.newaxis]
    after = rng.poisson(np.repeat((level * effect)[:, np.newaxis], 12, axis=1)) * followed
    outcomes = [Outcome("ed_attendances", before, after, role="primary")]
    for number in range(negative_controls):
        unrelated = rng.poisson(np.repeat(0.5 * level[:, np.newaxis], 12, axis=1)) * followed
        outcomes.append(
            Outcome(f"negative_{number + 1}", np.zeros((rows, 0)), unrelated, role="negative_control")
        )
    return Panel(
        treated=flag,
        index_month=rng.integers(0, 3, rows),
        person=np.where(flag, np.arange(rows), treated + np.arange(rows)),
        exposure=exposure,
        follow_up=12,
        covariates=np.column_stack([age, ill]),
        covariate_names=("age", "ill"),
        outcomes=tuple(outcomes),
        area=rng.integers(0, 4, rows),
        area_names=("A", "B", "C", "D"),
        ended_by=np.where(exposure == 12, int(End.COMPLETE), int(End.LEFT)),
        was_eligible=rng.random(rows) < 0.7,
    )


def with_after(panel: Panel, after: np.ndarray) -> Panel:
    """The panel with another follow-up of its primary outcome."""
    changed = replace(panel.primary, after=after)
    return replace(panel, outcomes=(changed, *[one for one in panel.outcomes if one.role != "primary"]))
