"""Terms: what the controls are made alike in, and what is given up first when they cannot be.

The covariates and their squares; of the primary outcome last year, the year before, each quarter and the last
month, as logarithms, with squares; of every other outcome last year; and a flag for each index month, so that
calendar time is compared like with like. Negative controls are never among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from openphm.evaluation.outcome import Flags, Floats, Ints
from openphm.evaluation.panel import Panel

# Given up in this order when no weights satisfy them all: the highest first.
KEPT, LINEAR, MONTH, SECONDARY, QUARTER, SQUARE, COVARIATE_SQUARE = range(7)
RECENT_CAP = 8.0


@dataclass(frozen=True, eq=False)
class Terms:
    """names · values (rows, terms) · rank (terms,): the higher, the sooner given up."""

    names: tuple[str, ...]
    values: Floats
    rank: Ints

    def keep(self, columns: Flags) -> Terms:
        """Some of the terms."""
        names = tuple(name for name, kept in zip(self.names, columns, strict=True) if kept)
        return Terms(names, self.values[:, columns], self.rank[columns])

    @property
    def is_month(self) -> Flags:
        """Which terms are flags of index months."""
        flags: Flags = self.rank == MONTH
        return flags

    def that_vary(self, rows: Flags) -> Terms:
        """Without terms that are the same for all of these rows."""
        values = self.values if rows.all() else self.values[rows]
        low, high = values.min(axis=0), values.max(axis=0)
        varies = high - low > 1e-9 * (1 + np.abs(high))
        return self if varies.all() else self.keep(varies)


def terms_of(panel: Panel, *, until: int = 0) -> Terms:
    """The terms of a panel.

    until  use only what was known this many months before the index date: 12 for a placebo date.
    """
    named = [*_covariates(panel), *_trajectory(panel, until), *_secondary(panel, until), *_months(panel)]
    if not named:
        return Terms((), np.zeros((len(panel), 0)), np.zeros(0, dtype=np.int64))
    names, ranks, columns = zip(*named, strict=True)
    return Terms(tuple(names), np.column_stack(columns), np.array(ranks, dtype=np.int64))


def _covariates(panel: Panel) -> Iterator[tuple[str, int, Floats]]:
    for position, name in enumerate(panel.covariate_names):
        column = panel.covariates[:, position]
        yield name, KEPT if name in panel.prognostic else LINEAR, column
        if not _is_flag(column):
            centred = (column - column.mean()) / (column.std() or 1.0)
            yield f"{name}, squared", COVARIATE_SQUARE, centred**2


def _trajectory(panel: Panel, until: int) -> Iterator[tuple[str, int, Floats]]:
    outcome = panel.primary
    if not panel.knows_before(outcome, until + 12):
        return
    last = np.log1p(panel.count_before(outcome, until + 12, until + 1))
    yield "last_year", KEPT, last
    yield "last_year, squared", SQUARE, last**2
    if panel.knows_before(outcome, until + 24):
        earlier = np.log1p(panel.count_before(outcome, until + 24, until + 13))
        yield "year_before", LINEAR, earlier
        yield "year_before, squared", SQUARE, earlier**2
    if panel.period_months == 1:
        # Who crossed the rule's threshold last month is at the top of a crisis.
        yield "last_month", LINEAR, np.log1p(panel.count_before(outcome, until + 1, until + 1))
    for quarter in range(4):
        count = panel.count_before(outcome, until + 3 * quarter + 3, until + 3 * quarter + 1)
        yield f"quarter_{quarter + 1}", LINEAR if quarter == 0 else QUARTER, np.log1p(count)
        if quarter == 0 and outcome.kind == "count":
            yield "quarter_1, capped", SQUARE, np.minimum(count, RECENT_CAP)


def _secondary(panel: Panel, until: int) -> Iterator[tuple[str, int, Floats]]:
    for outcome in panel.outcomes:
        if outcome.role == "secondary" and panel.knows_before(outcome, until + 12):
            count = panel.count_before(outcome, until + 12, until + 1)
            yield f"{outcome.name}, last year", SECONDARY, np.log1p(count)


def _months(panel: Panel) -> Iterator[tuple[str, int, Floats]]:
    for month in np.unique(panel.index_month[panel.treated])[1:]:
        yield f"index month {month}", MONTH, (panel.index_month == month).astype(np.float64)


def _is_flag(column: Floats) -> bool:
    return bool(((column == 0) | (column == 1)).all())
