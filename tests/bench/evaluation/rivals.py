"""Rivals: what is done without personal index dates or without controls, shown failing beside ours."""

from __future__ import annotations

import numpy as np

from openphm.evaluation import Estimate, Panel
from openphm.evaluation.person_months import NEVER
from openphm.evaluation.rates import clustered_error, grouped, log_rate
from tests.bench.evaluation.lives import FIRST, MONTHS, RULE_AT_LEAST, RULE_WITHIN, Lives


def naive(panel: Panel) -> Estimate:
    """Before and after among the treated: no control."""
    treated = panel.treated.astype(float)
    after = log_rate(panel.count_after(panel.primary), panel.exposure, treated)
    before = log_rate(panel.count_before(panel.primary, 12, 1), np.full(len(panel), 12.0), treated)
    change = after.minus(before)
    return Estimate.of_log(change.log, clustered_error(change.influence, grouped(panel.person)))


def fixed_date(lives: Lives, panel: Panel, follow_up: int, *, changes: bool) -> Estimate:
    """Same rule in the neighbouring areas at one fixed date; treated at their own start.

    changes  difference-in-differences; otherwise only the time after is compared
    """
    people = lives.people
    visits = people.counts["ed_attendances"]
    last_year = visits[:, FIRST - RULE_WITHIN : FIRST].sum(axis=1)
    chosen = people.control & (people.exit > FIRST) & ~people.excluded & (last_year >= RULE_AT_LEAST)
    rows = np.flatnonzero(chosen & (people.start == NEVER))
    stop = np.minimum(np.minimum(FIRST + follow_up, MONTHS), people.exit[rows])
    inside = np.arange(FIRST, FIRST + follow_up) < stop[:, np.newaxis]
    after = (visits[rows, FIRST : FIRST + follow_up] * inside).sum(axis=1)
    own = panel.treated
    amount = np.concatenate([panel.count_after(panel.primary)[own], after])
    months = np.concatenate([panel.exposure[own], stop - FIRST])
    before = np.concatenate([panel.count_before(panel.primary, 12, 1)[own], last_year[rows]])
    treated = np.arange(len(amount)) < panel.n_treated
    gap = log_rate(amount, months, treated).minus(log_rate(amount, months, ~treated))
    if changes:
        year = np.full(len(amount), 12.0)
        gap = gap.minus(log_rate(before, year, treated).minus(log_rate(before, year, ~treated)))
    people_ = grouped(np.concatenate([panel.person[own], rows]))
    return Estimate.of_log(gap.log, clustered_error(gap.influence, people_))
