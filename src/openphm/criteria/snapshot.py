"""The fast form: leaves answered from the columns of person.snapshot.

person.snapshot holds one wide row for each registered person as at a year end. A spine that has its
columns beside person_key and as_at answers most leaves by itself, without reading a table of rows:

    snapshot = Snapshot.of(engine.columns("person.snapshot"), as_at, definitions)
    columns = snapshot.spine_columns(criteria)
    sql = compile_flags(flags, "asked", snapshot=snapshot)   # asked: SELECT columns FROM person.snapshot

A leaf is answered here only where the answer is the same as the general one for everybody; the others
are answered as always. What the two forms say of lasting stays differs: n_<pod> counts beginnings,
while "is there any" is also true of a month of a stay that began before. So that question is answered
here only for points of delivery of which every row is a beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from openphm.core.periods import is_month_end
from openphm.criteria.language import (
    AGE,
    Activity,
    Attribute,
    Condition,
    Criterion,
    Place,
    Segment,
)
from openphm.criteria.trees import all_of, any_of, column, is_in, months_before, number, number_tests
from openphm.definitions import Definitions

_MONTHS = 12
_MOMENTARY_UNITS = ("event", "item")
_PERSON = {"sex": "sex_code", "ethnicity": "ethnicity_code", "ethnic_group": "ethnic_group"}
_PLACES = {
    "registered_practice": "practice_code",
    "registered_pcn": "pcn_code",
    "resident_lsoa21": "lsoa21_code",
    "resident_ltla": "ltla_code",
}
# What leaves that are not answered here read from the spine itself.
_SPINE_ALWAYS = ("person_key", "as_at")
_SPINE_READS = {"registered_practice": "practice_code", "registered_pcn": "practice_code"}


@dataclass(frozen=True)
class Snapshot:
    """Which columns of person.snapshot the spine has.

    columns    their names and portable types
    as_at      the one date of every row
    momentary  points of delivery of which every row is a beginning: none lasts
    """

    columns: Mapping[str, str]
    as_at: date
    momentary: frozenset[str] = frozenset()

    @classmethod
    def of(cls, columns: Mapping[str, str], as_at: date, definitions: Definitions) -> Snapshot:
        """The snapshot of a build; a point of delivery that is priced by the event or item does not last."""
        points = definitions.tables()["point_of_delivery"]
        momentary = {one["point_of_delivery"] for one in points if one["quantity_unit"] in _MOMENTARY_UNITS}
        return cls(columns, as_at, frozenset(momentary))

    def spine_columns(self, criteria: Iterable[Criterion]) -> list[str]:
        """The columns that a spine needs so that these criteria can be asked of it."""
        needed = dict.fromkeys(_SPINE_ALWAYS)
        asked = (part for criterion in criteria for step in criterion.walk() for part in _asked(step))
        for leaf in asked:
            test = self.test(leaf)
            if test is not None:
                needed.update(dict.fromkeys(sorted(one.name for one in test.find_all(exp.Column))))
            elif isinstance(leaf, Place):
                needed[_SPINE_READS.get(leaf.level, "lsoa21_code")] = None
            elif isinstance(leaf, Attribute) and leaf.is_on_spine:
                needed["birth_month" if leaf.name == AGE else "ethnicity_code"] = None
        return list(needed)

    def test(self, leaf: Criterion) -> exp.Expr | None:
        """The leaf as a test of the spine's columns; None when it cannot be answered from them."""
        if isinstance(leaf, Attribute):
            return self._attribute(leaf)
        if isinstance(leaf, Condition):
            return self._condition(leaf)
        if isinstance(leaf, Activity):
            return self._activity(leaf)
        if isinstance(leaf, Place):
            name = _PLACES.get(leaf.level, "")
            return is_in(column(name, "s"), leaf.any_of) if name in self.columns else None
        if isinstance(leaf, Segment):
            names = ("subsegment_code", "segment_code")
            return any_of(is_in(column(n, "s"), leaf.any_of) for n in names) if self._has(names) else None
        return None

    def _has(self, names: Iterable[str]) -> bool:
        return all(name in self.columns for name in names)

    def _attribute(self, leaf: Attribute) -> exp.Expr | None:
        if leaf.within_months is not None:
            return None
        if leaf.name == AGE:
            return number_tests(column("age_years", "s"), leaf) if "age_years" in self.columns else None
        if leaf.name in _PERSON:
            name = _PERSON[leaf.name]
            return is_in(column(name, "s"), leaf.any_of) if name in self.columns else None
        return self._stored(leaf)

    def _stored(self, leaf: Attribute) -> exp.Expr | None:
        """An attribute that has a column of its own, tested as its type allows."""
        held, kind = column(leaf.name, "s"), self.columns.get(leaf.name)
        compared = any(limit is not None for limit in (leaf.at_least, leaf.at_most, leaf.above, leaf.below))
        texts = [value for value in leaf.any_of if isinstance(value, str)]
        if kind == "BOOLEAN":
            return held if not compared and not leaf.any_of else None
        if kind == "DOUBLE" and not texts:
            tested = compared or leaf.any_of
            return number_tests(held, leaf) if tested else exp.NEQ(this=held, expression=number(0))
        if kind == "STRING" and not compared and len(texts) == len(leaf.any_of):
            return is_in(held, texts) if texts else exp.not_(is_in(held, ["false", "no"]), copy=False)
        return None

    def _condition(self, leaf: Condition) -> exp.Expr | None:
        names = [f"has_{name}" for name in leaf.any_of]
        if leaf.ever or leaf.onset_within_months is not None or not self._has(names):
            return None
        return any_of(column(name, "s") for name in names)

    def _activity(self, leaf: Activity) -> exp.Expr | None:
        """Counts and pounds of the twelve months to the date, which must be twelve whole months."""
        whole = is_month_end(months_before(self.as_at, _MONTHS))
        if leaf.within_months != _MONTHS or not whole:
            return None
        pods = dict.fromkeys(leaf.any_of)
        counts, pounds = [f"n_{pod}" for pod in pods], [f"cost_{pod}_gbp" for pod in pods]
        tests: list[exp.Expr] = []
        if leaf.asks_count or not leaf.asks_cost:
            only = leaf.only_count
            if not self._has(counts) or (only.is_presence and not self.momentary.issuperset(pods)):
                return None
            least = 1 if only.is_presence else only.count_at_least
            tests.append(_between(counts, least, only.count_at_most))
        if leaf.asks_cost:
            if not self._has(pounds):
                return None
            tests.append(_between(pounds, leaf.cost_at_least_gbp, leaf.cost_at_most_gbp))
        return all_of(tests)


def _asked(leaf: Criterion) -> list[Criterion]:
    """The leaf, and the halves that it is answered by: its count from rows, say, and its pounds from here."""
    if isinstance(leaf, Activity) and leaf.asks_count and leaf.asks_cost:
        return [leaf, leaf.only_count, leaf.only_cost]
    return [leaf]


def _between(names: Iterable[str], least: float | None, most: float | None) -> exp.Expr:
    """The sum of some columns is within limits."""
    first, *rest = [column(name, "s") for name in names]
    total: exp.Expr = first
    for one in rest:
        total = exp.Add(this=total, expression=one)
    if rest:
        total = exp.paren(total, copy=False)
    tests: list[exp.Expr] = []
    if least is not None:
        tests.append(exp.GTE(this=total, expression=number(least)))
    if most is not None:
        tests.append(exp.LTE(this=total.copy(), expression=number(most)))
    return all_of(tests)
