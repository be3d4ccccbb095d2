"""Answers: turn a criterion into one yes-or-no expression over counted leaves and spine columns.

Leaves that are only ever asked "is there at least one row", side by side under one `any`, are
counted together under one number. Equal leaves are counted once, wherever they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from openphm.criteria import dated
from openphm.criteria.lanes import Group
from openphm.criteria.language import (
    AGE,
    Activity,
    All,
    Any,
    AtLeast,
    Attribute,
    Cohort,
    Condition,
    Criterion,
    Everyone,
    Not,
    Place,
    Segment,
)
from openphm.criteria.snapshot import Snapshot
from openphm.criteria.trees import all_of, any_of, call, column, is_in, number, number_tests

# The column and table alias that answers: s is the spine, the others are joined to it when they are needed.
ATTRIBUTE_COLUMNS = {
    "sex": ("sex_code", "s"),
    "ethnicity": ("ethnicity_code", "s"),
    "ethnic_group": ("ethnic_group", "category"),
}
PLACE_COLUMNS = {
    "registered_practice": ("practice_code", "s"),
    "registered_pcn": ("pcn_code", "practice"),
    "resident_lsoa21": ("lsoa21_code", "s"),
    "resident_ward": ("ward_code", "area"),
    "resident_ltla": ("ltla_code", "area"),
}


def is_presence(criterion: Criterion) -> bool:
    """True when one row of a table is enough to answer yes."""
    if isinstance(criterion, Attribute):
        return not criterion.is_on_spine
    if isinstance(criterion, Activity | dated.Codelist):
        return criterion.is_presence
    return isinstance(criterion, Condition | Segment | dated.Sequence)


def counts_rows(criterion: Criterion) -> bool:
    """True when rows of a table must be counted or added up."""
    return isinstance(criterion, Activity | dated.Codelist) and not criterion.is_presence


@dataclass(frozen=True)
class Bundling:
    """Which leaves need rows of a table, and which of these are answered by one number together."""

    snapshot: Snapshot | None = None

    def from_snapshot(self, criterion: Criterion) -> exp.Expr | None:
        """The test of a leaf that the spine's own columns answer; None when they do not."""
        return self.snapshot.test(criterion) if self.snapshot is not None else None

    def of(self, criterion: Criterion) -> list[frozenset[Criterion]]:
        """The groups of leaves that this criterion asks about, each answered by one number."""
        if self.from_snapshot(criterion) is not None:
            return []
        if isinstance(criterion, Activity) and criterion.asks_count and criterion.asks_cost:
            return [*self.of(criterion.only_count), *self.of(criterion.only_cost)]
        if is_presence(criterion) or counts_rows(criterion):
            return [frozenset({criterion})]
        if isinstance(criterion, Any):
            together, apart = self.split(criterion)
            found = [together] if together else []
            return found + [bundle for part in apart for bundle in self.of(part)]
        return [bundle for part in criterion.children for bundle in self.of(part)]

    def split(self, criterion: Any) -> tuple[frozenset[Criterion], list[Criterion]]:
        """The parts of an `any` that one number answers together, and the others."""
        together = frozenset(
            part for part in criterion.of if is_presence(part) and self.from_snapshot(part) is None
        )
        return together, [part for part in criterion.of if part not in together]


@dataclass(frozen=True)
class Answers:
    """The numbered groups of some criteria, and how each criterion reads them."""

    groups: tuple[Group, ...]
    bundling: Bundling = Bundling()

    @classmethod
    def of(cls, criteria: Sequence[Criterion], snapshot: Snapshot | None = None) -> Answers:
        """Number the groups in the order they are first asked about."""
        bundling = Bundling(snapshot)
        bundles = [bundle for criterion in criteria for bundle in bundling.of(criterion)]
        distinct = list(dict.fromkeys(bundles))
        groups = tuple(Group(place, bundle) for place, bundle in enumerate(distinct, start=1))
        return cls(groups, bundling)

    @property
    def needs_amount(self) -> bool:
        """True when any group adds up pounds."""
        return any(isinstance(leaf, Activity) and leaf.asks_cost for g in self.groups for leaf in g.leaves)

    def number_of(self, leaves: frozenset[Criterion]) -> int:
        """The number that a group of leaves is counted under."""
        return next(group.number for group in self.groups if group.leaves == leaves)

    def totals(self) -> list[exp.Expr]:
        """One aggregate for each group: how many rows, or how many pounds."""
        return [_total(group) for group in self.groups]

    def test(self, criterion: Criterion) -> exp.Expr:
        """The criterion as an expression that is true or false, never null."""
        if isinstance(criterion, Everyone):
            return exp.true()
        if isinstance(criterion, All):
            return all_of(self.test(part) for part in criterion.of)
        if isinstance(criterion, Any):
            return self._any(criterion)
        if isinstance(criterion, Not):
            return exp.not_(exp.paren(self.test(criterion.of), copy=False), copy=False)
        if isinstance(criterion, AtLeast):
            return self._at_least(criterion)
        if isinstance(criterion, Cohort):
            return exp.paren(self.test(criterion.of), copy=False)
        return self._leaf(criterion)

    def _any(self, criterion: Any) -> exp.Expr:
        together, apart = self.bundling.split(criterion)
        tests = [self._any_row(together)] if together else []
        return any_of([*tests, *(self.test(part) for part in apart)])

    def _at_least(self, criterion: AtLeast) -> exp.Expr:
        ones = [
            exp.Case().when(self.test(part), number(1), copy=False).else_(number(0), copy=False)
            for part in criterion.of
        ]
        held: exp.Expr = ones[0]
        for one in ones[1:]:
            held = exp.Add(this=held, expression=one)
        return exp.GTE(this=exp.paren(held, copy=False), expression=number(criterion.count))

    def _leaf(self, criterion: Criterion) -> exp.Expr:
        known = self.bundling.from_snapshot(criterion)
        if known is not None:
            return _never_null(known)
        if isinstance(criterion, Attribute) and criterion.is_on_spine:
            return _never_null(_spine_test(criterion))
        if isinstance(criterion, Place):
            name, alias = PLACE_COLUMNS[criterion.level]
            return _never_null(is_in(column(name, alias), criterion.any_of))
        if is_presence(criterion):
            return self._any_row(frozenset({criterion}))
        assert isinstance(criterion, Activity | dated.Codelist)
        return self._counted(criterion)

    def _counted(self, leaf: Activity | dated.Codelist) -> exp.Expr:
        least: float | None = leaf.count_at_least
        most: float | None = leaf.count_at_most
        if isinstance(leaf, Activity) and leaf.asks_cost:
            if leaf.asks_count:
                return all_of([self._leaf(leaf.only_count), self._leaf(leaf.only_cost)])
            least, most = leaf.cost_at_least_gbp, leaf.cost_at_most_gbp
        found = self._read(frozenset({leaf}))
        tests: list[exp.Expr] = []
        if least is not None:
            tests.append(found >= number(least))
        if most is not None:
            tests.append(found.copy() <= number(most))
        return all_of(tests)

    def _any_row(self, leaves: frozenset[Criterion]) -> exp.Expr:
        return exp.GT(this=self._read(leaves), expression=number(0))

    def _read(self, leaves: frozenset[Criterion]) -> exp.Expr:
        """A group's total; nothing recorded is zero."""
        return exp.func("COALESCE", column(f"leaf_{self.number_of(leaves)}", "a"), number(0), copy=False)


def _total(group: Group) -> exp.Expr:
    """Filtered, so that a row is added to the one group it answers and not compared with every other."""
    leaf = next(iter(group.leaves))
    adds_pounds = isinstance(leaf, Activity) and leaf.asks_cost
    total = exp.Sum(this=column("amount")) if adds_pounds else exp.Count(this=exp.Star(), big_int=True)
    of_group = exp.Where(this=column("leaf").eq(number(group.number)))
    return exp.alias_(exp.Filter(this=total, expression=of_group), f"leaf_{group.number}", copy=False)


def _spine_test(criterion: Attribute) -> exp.Expr:
    if criterion.name in ATTRIBUTE_COLUMNS:
        name, alias = ATTRIBUTE_COLUMNS[criterion.name]
        return is_in(column(name, alias), criterion.any_of)
    assert criterion.name == AGE
    return number_tests(call("age_at", column("birth_month", "s"), column("as_at", "s")), criterion)


def _never_null(test: exp.Expr) -> exp.Expr:
    return exp.func("COALESCE", exp.paren(test, copy=False), exp.false(), copy=False)
