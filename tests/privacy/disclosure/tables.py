"""Tables of counts with totals, as results, and as an attacker reads them when they are released."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from hypothesis import strategies as st

from openphm.core.additivity import Additivity
from openphm.core.results import Result, Scalar
from openphm.release import Released, secondary_use
from tests.privacy.disclosure.attack import Knowledge
from tests.support.answers import PROVENANCE, ROUND_5, a_count

ALL = "all"
Labels = tuple[str, ...]

few = st.one_of(st.just(0), st.integers(1, 7), st.integers(8, 30))
"""Counts as they are in small areas: many small, some nought."""


def with_totals(cells: Mapping[Labels, int]) -> dict[Labels, int]:
    """The cells and every margin."""
    found: dict[Labels, int] = {}
    for labels, count in cells.items():
        for margin in product(*((label, ALL) for label in labels)):
            found[margin] = found.get(margin, 0) + count
    return found


def a_table(cells: Mapping[Labels, int], additivity: Additivity) -> Result:
    """One row for each cell: its labels and its count."""
    rows = tuple((*labels, a_count(count)) for labels, count in cells.items())
    return Result("attack", (*additivity.columns, "people"), rows, PROVENANCE, additivity=additivity)


def published(cells: Mapping[Labels, int], additivity: Additivity) -> dict[Labels, Scalar]:
    """What is shown of each cell under the default rule; None where it is hidden."""
    return figures(secondary_use(a_table(cells, additivity), ROUND_5), len(additivity.dimensions))


def figures(released: Released, n_labels: int) -> dict[Labels, Scalar]:
    return {
        tuple(str(one) for one in list(record.values())[:n_labels]): record["people"]
        for record in released.records()
    }


def read(shown: Mapping[Labels, Scalar], *, least: int = 1) -> Knowledge:
    """What an attacker takes from a table with its margins."""
    known = Knowledge()
    for labels, value in shown.items():
        if isinstance(value, int):
            known.is_shown(labels, value)
        else:
            known.is_hidden(labels, least)
    for labels in shown:
        for d, label in enumerate(labels):
            if label == ALL:
                known.sums.append((labels, parts_of(labels, d, list(shown))))
    return known


def parts_of(labels: Labels, d: int, among: Sequence[Labels]) -> list[Labels]:
    """The cells that add up to a margin along one dimension."""
    return [
        one
        for one in among
        if one[d] != ALL and all(one[k] == labels[k] for k in range(len(labels)) if k != d)
    ]
