"""Panel: what every estimator works on. One row is a person at a possible start date, with what came before
and what followed.

A person is offered the service in one month; somebody who met the same rule in that month, and was not
offered it, is a control of that month. So a control may stand in several rows (one a month), a treated
person in one. Everything in `covariates` and `before` is known strictly before the index date; everything
in `after` happened on it or later, while the person was followed. Whoever makes the panel keeps that promise:
`openphm.population` from a build, `openphm.evaluation.person_months` from a plain table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openphm.evaluation.outcome import Flags, Floats, Ints, Outcome
from openphm.evaluation.panel_checks import refuse_what_is_wrong, unknown_outcome


@dataclass(frozen=True, eq=False)
class Panel:
    """Rows of persons at index dates, checked when made. Raises PlanError with every problem at once.

    treated          (rows,) bool: offered the service at this index date
    index_month      (rows,) int: number of the index month; any origin, one step a month
    person           (rows,) int: the person; repeats are allowed for controls
    exposure         (rows,) float: months followed, from the index date to the planned end, the end of the
                     data, death, deregistration or own treatment, whichever came first; above 0
    follow_up        months of follow-up that were planned
    covariates       (rows, names) float, without gaps: give a missing value its own flag column
    covariate_names  one a column
    outcomes         what is counted; exactly one is primary
    prognostic       names of covariates known to drive the outcome: held to a stricter limit of balance and
                     the last to be given up
    area             (rows,) int, position in `area_names`: the PCN or place of the row; for leave-one-out
    ended_by         (rows,) int: an `outcome.End` for each row
    period_months    months in one column of `before` and `after`: 1 or 3
    was_eligible     (rows,) bool: the row met the rule 12 months earlier too (for the placebo date), or None
    """

    treated: Flags
    index_month: Ints
    person: Ints
    exposure: Floats
    follow_up: float
    covariates: Floats
    covariate_names: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    prognostic: frozenset[str] = frozenset()
    area: Ints | None = None
    area_names: tuple[str, ...] = ()
    ended_by: Ints | None = None
    period_months: int = 1
    was_eligible: Flags | None = None

    def __post_init__(self) -> None:
        for name, kind in _KINDS.items():
            given = getattr(self, name)
            if given is not None:
                object.__setattr__(self, name, np.asarray(given, dtype=kind))
        for name in ("covariate_names", "outcomes", "area_names"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        object.__setattr__(self, "prognostic", frozenset(self.prognostic))
        refuse_what_is_wrong(self)

    @classmethod
    def of_rows(
        cls,
        treated: ArrayLike,
        covariates: ArrayLike,
        outcome: ArrayLike,
        *,
        covariate_names: Sequence[str] = (),
        months: float = 12.0,
        name: str = "outcome",
    ) -> Panel:
        """One row a person, with treatment, covariates and one outcome: no dates, everybody followed alike.

        covariates (people, k) · outcome (people,) a count or an amount over `months`.
        """
        treated_ = np.asarray(treated, dtype=bool)
        columns = np.asarray(covariates, dtype=np.float64).reshape(len(treated_), -1)
        amount = np.asarray(outcome, dtype=np.float64).reshape(-1, 1)
        return cls(
            treated=treated_,
            index_month=np.zeros(len(treated_), dtype=np.int64),
            person=np.arange(len(treated_)),
            exposure=np.full(len(treated_), float(months)),
            follow_up=float(months),
            covariates=columns,
            covariate_names=tuple(covariate_names) or tuple(f"x{i + 1}" for i in range(columns.shape[1])),
            outcomes=(Outcome(name, np.zeros((len(amount), 0)), amount, role="primary"),),
        )

    def __len__(self) -> int:
        return len(self.treated)

    @property
    def n_treated(self) -> int:
        """People offered the service."""
        return int(self.treated.sum())

    @property
    def primary(self) -> Outcome:
        """The outcome the plan stands or falls with."""
        return next(one for one in self.outcomes if one.role == "primary")

    def outcome(self, name: str) -> Outcome:
        """An outcome by name. Raises PlanError when the panel has no such outcome."""
        for one in self.outcomes:
            if one.name == name:
                return one
        raise unknown_outcome(name, tuple(one.name for one in self.outcomes))

    def count_before(self, outcome: Outcome, first: int, last: int) -> Floats:
        """Amounts in months -first .. -last before the index date: (12, 1) is the last year. Zero if unknown.

        `panel.count_before(panel.primary, 24, 13)` is the year before the last.
        """
        known = outcome.before.shape[1]
        start = max(known - first // self.period_months, 0)
        stop = max(known - (last - 1) // self.period_months, 0)
        return cast("Floats", outcome.before[:, start:stop].sum(axis=1, dtype=np.float64))

    def knows_before(self, outcome: Outcome, months: int) -> bool:
        """Whether the outcome is known for that many months before the index date."""
        return bool(outcome.before.shape[1] * self.period_months >= months)

    def count_after(self, outcome: Outcome) -> Floats:
        """Amounts in the whole follow-up of each row."""
        return outcome.total_after

    def where(self, rows: NDArray[np.generic]) -> Panel:
        """The panel of some rows (a mask or positions): a subgroup, or all areas but one."""
        kept: dict[str, Any] = {
            name: None if getattr(self, name) is None else getattr(self, name)[rows]
            for name in ("treated", "index_month", "person", "exposure", "area", "ended_by", "was_eligible")
        }
        return replace(
            self,
            **kept,
            covariates=self.covariates[rows],
            outcomes=tuple(one.take(rows) for one in self.outcomes),
        )


_KINDS: dict[str, type] = {
    "treated": np.bool_,
    "index_month": np.int64,
    "person": np.int64,
    "exposure": np.float64,
    "covariates": np.float64,
    "area": np.int64,
    "ended_by": np.int64,
    "was_eligible": np.bool_,
}
