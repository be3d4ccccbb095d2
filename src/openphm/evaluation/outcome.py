"""Outcomes: what is counted or priced for each row of a panel, before and after its index date."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Amounts = NDArray[np.floating[Any]]
Role = Literal["primary", "secondary", "negative_control"]
Kind = Literal["count", "cost"]
DAYS_A_MONTH = 30.4375


class End(IntEnum):
    """Why a row's follow-up ended."""

    COMPLETE = 0  # the planned follow-up, or the last day of the data for everybody
    DIED = 1
    LEFT = 2  # deregistered or moved away: the only end that counts as lost
    TREATED = 3  # a control who was offered the service later


@dataclass(frozen=True, eq=False)
class Outcome:
    """One thing counted (or priced) for every row of a panel.

    before  (rows, periods) amounts in the periods before the index date, oldest first: the last column is the
            period that ends on the day before. No columns when nothing is known.
    after   (rows, periods) amounts in the periods from the index date on, 0 after the end of follow-up.
    kind    `count` (visits, admissions, days) or `cost` (£).
    role    exactly one outcome of a panel is `primary`. A `negative_control` is something the service cannot
            change; it is never balanced on, so that it can tell about hidden differences.
    """

    name: str
    before: Amounts
    after: Amounts
    kind: Kind = "count"
    role: Role = "secondary"
    title: str = ""

    def __post_init__(self) -> None:
        for name in ("before", "after"):
            given = np.asarray(getattr(self, name))
            # float32 is kept: half the memory where there are many rows and outcomes.
            held = given if given.dtype in (np.float32, np.float64) else given.astype(np.float64)
            object.__setattr__(self, name, held if held.ndim == 2 else held.reshape(len(held), -1))

    @property
    def words(self) -> str:
        """The title, or the name in words."""
        return self.title or self.name.replace("_", " ")

    @cached_property
    def total_after(self) -> Floats:
        """Amounts in the whole follow-up of each row, added up once."""
        return np.asarray(self.after.sum(axis=1, dtype=np.float64))

    def take(self, rows: NDArray[np.generic]) -> Outcome:
        """The outcome of some rows (a mask or positions)."""
        return replace(self, before=self.before[rows], after=self.after[rows])


class Rows(Protocol):
    """What the checks read of a panel."""

    @property
    def treated(self) -> Flags: ...
    @property
    def index_month(self) -> Ints: ...
    @property
    def person(self) -> Ints: ...
    @property
    def exposure(self) -> Floats: ...
    @property
    def follow_up(self) -> float: ...
    @property
    def covariates(self) -> Floats: ...
    @property
    def covariate_names(self) -> tuple[str, ...]: ...
    @property
    def outcomes(self) -> tuple[Outcome, ...]: ...
    @property
    def prognostic(self) -> frozenset[str]: ...
    @property
    def area(self) -> Ints | None: ...
    @property
    def area_names(self) -> tuple[str, ...]: ...
    @property
    def period_months(self) -> int: ...
