"""The everyday proof: 60 draws of lives with a truth we set. The full one is in evaluation-proof.md."""

from __future__ import annotations

import numpy as np
import pytest

from openphm.evaluation import Evaluation, Light
from tests.bench.evaluation.lives import World, live
from tests.bench.evaluation.proof import (
    CALIBRATED,
    DOUBLY_ROBUST,
    FIXED_DATE,
    HEADLINE,
    NAIVE,
    Replicate,
    panel_of,
    replicate,
    run,
    table,
)
from tests.bench.evaluation.scenarios import SCENARIOS


@pytest.fixture(scope="module")
def nothing_done() -> list[Replicate]:
    """60 draws of a service without any effect."""
    replicates, _ = run("S2", 60)
    return replicates


def test_no_effect_is_found_where_there_is_none(nothing_done: list[Replicate]) -> None:
    rows = {row.estimator: row for row in table(nothing_done, 1.0)}
    assert len(nothing_done) == 60
    assert abs(rows[HEADLINE].bias) <= 2.5
    assert rows[HEADLINE].coverage >= 0.90
    assert rows[HEADLINE].rejected <= 0.10
    assert rows[DOUBLY_ROBUST].coverage >= 0.85
    assert rows[CALIBRATED].coverage >= 0.90


def test_before_and_after_and_a_fixed_date_find_an_effect_that_is_not_there(
    nothing_done: list[Replicate],
) -> None:
    rows = {row.estimator: row for row in table(nothing_done, 1.0)}
    assert rows[NAIVE].effect < -25
    assert rows[NAIVE].rejected == 1.0
    assert rows[FIXED_DATE].rejected > 0.15
    assert rows[FIXED_DATE].bias > 5


def test_the_natural_change_is_most_of_the_fall() -> None:
    panel, _ = panel_of(SCENARIOS["S1"], 7)
    change = Evaluation().fit(panel).effect().change
    assert change.raw.value < -0.45
    assert -0.45 < change.natural.value < -0.20
    assert 0.4 < change.share_natural.value < 0.9
    assert change.share_natural.lower < change.share_natural.value < change.share_natural.upper


@pytest.mark.parametrize("uptake", [-6.4, -5.6, -4.9])
def test_ten_to_fifty_people_never_stop_the_engine(uptake: float) -> None:
    from openphm.evaluation.person_months import risk_set

    sizes = []
    for seed in range(4):
        people = live(World(uptake=uptake), seed).people
        panel = risk_set(people, SCENARIOS["S2"].rule).panel
        sizes.append(panel.n_treated)
        estimated = Evaluation(fewest=1).fit(panel)
        assert estimated.effect().rate_ratio.is_known
        assert all(one.words for one in estimated.refutations)
        shown = Evaluation().fit(panel)
        assert shown.is_counts_only == (panel.n_treated < 30)
        if shown.is_counts_only:
            assert shown.verdict.light is Light.RED
    assert min(sizes) >= 5
    assert max(sizes) <= 55


def test_the_same_seed_gives_the_same_answer() -> None:
    one, other = replicate("S4", 3), replicate("S4", 3)
    assert one is not None
    assert other is not None
    assert one.estimates[HEADLINE] == other.estimates[HEADLINE]


def test_the_made_up_rates_are_those_of_the_made_up_ics() -> None:
    visits = live(SCENARIOS["ICSn"].world, 1).people.counts["ed_attendances"][:, :12].sum(axis=1)
    assert 0.3 <= visits.mean() <= 0.4
    assert 0.002 <= np.mean(visits >= 7) <= 0.005
