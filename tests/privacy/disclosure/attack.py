"""The attacker: somebody with the released tables, a solver of linear programmes and patience.

What they know of each count: a shown 0 is 0; a shown 15 is 13 to 17; a hidden one is at least `least`. They
know which counts add up to which. For each hidden count they ask a solver (HiGHS) for the least and the most
it can be. For tables of one and two dimensions the linear programme has whole solutions, so no attack on the
same facts can be stronger; beyond that `whole` asks for whole ones, which takes longer.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_array

ROUND_TO = 5
MOST = 100_000
"""More than any count of these tables: a solver works better with a bound."""

Name = Hashable


@dataclass
class Knowledge:
    """What is known of each count, and which are sums of which.

    limits  name to least and most
    sums    a whole and its parts
    """

    limits: dict[Name, tuple[float, float]] = field(default_factory=dict)
    sums: list[tuple[Name, Sequence[Name]]] = field(default_factory=list)

    def is_shown(self, name: Name, shown: int) -> None:
        """A released count: what it can have been before it was rounded."""
        half = (ROUND_TO - 1) // 2
        self.limits[name] = (0, 0) if shown == 0 else (max(shown - half, 8), shown + half)

    def is_hidden(self, name: Name, least: int = 1) -> None:
        self.limits[name] = (least, inf)

    def is_rounded_outside(self, name: Name, count: int) -> None:
        """A whole that another table shows under the same rule, or hides."""
        if 0 < count < 8:
            self.is_hidden(name)
        else:
            self.is_shown(name, ROUND_TO * int(count / ROUND_TO + 0.5))

    def bounds_of(self, wanted: Sequence[Name], *, whole: bool = False) -> Mapping[Name, tuple[float, float]]:
        """The least and the most each can be."""
        return {name: (self._extreme(name, 1, whole), self._extreme(name, -1, whole)) for name in wanted}

    def _extreme(self, name: Name, sign: int, exact: bool) -> float:
        order = {one: place for place, one in enumerate(self.limits)}
        matrix = lil_array((max(len(self.sums), 1), len(order)))
        for row, (whole, parts) in enumerate(self.sums):
            matrix[row, order[whole]] = -1
            for part in parts:
                matrix[row, order[part]] += 1
        goal = np.zeros(len(order))
        goal[order[name]] = sign
        low, high = (np.array([min(limit[side], MOST) for limit in self.limits.values()]) for side in (0, 1))
        found = milp(
            goal,
            constraints=LinearConstraint(matrix.tocsr(), 0, 0),
            bounds=Bounds(low, high),
            integrality=np.full(len(order), int(exact)),
        )
        assert found.status == 0, found.message
        return round(sign * float(found.fun), 6)
