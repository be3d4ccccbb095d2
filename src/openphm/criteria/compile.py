"""Criteria to portable SQL: one SELECT over a spine of people and dates.

A spine is a table or view with one row for each person and date that is asked about:

    person_key, as_at          always
    birth_month                when a criterion asks about age (the 15th of the month of birth)
    sex_code, ethnicity_code   when one asks about sex or ethnicity
    practice_code              when one asks where people are registered
    lsoa21_code                when one asks where they are resident

The SQL runs as written on DuckDB and on Spark after the store's prelude. Every expression is built
as a SQLGlot tree; nothing that a person wrote is pasted into text.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlglot import exp

from openphm.criteria.answers import Answers
from openphm.criteria.hits import Reading, all_rows, select_hits
from openphm.criteria.lanes import plan_lanes
from openphm.criteria.language import Criterion, Place
from openphm.criteria.snapshot import Snapshot
from openphm.criteria.trees import all_of, cast, column, number, table, text
from openphm.criteria.waterfall import check_waterfall

DEFAULT_SPINE = "segments.spine"
_SPINE_TYPES = {
    "person_key": "INTEGER",
    "as_at": "DATE",
    "month_end": "DATE",
    "practice_code": "STRING",
    "is_registered_at_month_end": "BOOLEAN",
}
# Tables that are joined to the spine when a place or an attribute of the person needs them.
_SIDE_TABLES = {
    "registered_pcn": ("reference.practice", "practice_code", "practice"),
    "resident_ward": ("reference.lsoa21", "lsoa21_code", "area"),
    "resident_ltla": ("reference.lsoa21", "lsoa21_code", "area"),
    "ethnic_group": ("definitions.ethnic_category", "ethnicity_code", "category"),
}


def compile_rules(
    rules: Sequence[tuple[str, Criterion]], spine: str = DEFAULT_SPINE, *, carry: Sequence[str] = ()
) -> str:
    """Ordered rules as SQL: for each spine row the code and position of the first rule that holds.

    rules: (code, criterion) in order; the last must hold for everyone.
    carry: columns of the spine to pass through, such as month_end and practice_code.
    Gives person_key, as_at, the carried columns, subsegment_code and rule_position (from 1).
    Raises DefinitionError when the rules are not a waterfall.
    """
    check_waterfall(rules)
    criteria = [criterion for _, criterion in rules]
    answers = Answers.of(criteria)
    position = _first_that_holds([answers.test(criterion) for criterion in criteria[:-1]])
    kept = [column(name, "s") for name in ("person_key", "as_at", *carry)]
    reading = Reading(spine, answers.needs_amount)
    placed = _answered(criteria, answers, reading, [*kept, exp.alias_(position, "rule_position", copy=False)])
    return _named(placed, [code for code, _ in rules], carry).sql(
        pretty=True, normalize_functions=False, copy=False
    )


def _first_that_holds(tests: Sequence[exp.Expr]) -> exp.Expr:
    """The position of the first test that holds, from 1; one more than their number when none does."""
    position: exp.Expr = number(len(tests) + 1)
    if tests:
        case = exp.Case()
        for place, test in enumerate(tests, start=1):
            case = case.when(test, number(place), copy=False)
        position = case.else_(position, copy=False)
    return position


def _named(placed: exp.Select, codes: Sequence[str], carry: Sequence[str]) -> exp.Select:
    """Give each position its code, with the declared types."""
    code = exp.Case(this=column("rule_position", "p"))
    for place, name in enumerate(codes, start=1):
        code = code.when(number(place), text(name), copy=False)
    hits = placed.args.pop("with_", None)
    named = exp.select(
        *[_typed(name) for name in ("person_key", "as_at", *carry)],
        exp.alias_(cast(code, "STRING"), "subsegment_code", copy=False),
        exp.alias_(cast(column("rule_position", "p"), "INTEGER"), "rule_position", copy=False),
        copy=False,
    ).from_(placed.subquery("p", copy=False), copy=False)
    named.set("with_", hits)
    return named


def _typed(name: str) -> exp.Expr:
    """A spine column with its declared type, as the last SELECT of a stored table must have."""
    kept = column(name, "p")
    return exp.alias_(cast(kept, _SPINE_TYPES[name]), name, copy=False) if name in _SPINE_TYPES else kept


def compile_criterion(
    criterion: Criterion,
    spine: str = DEFAULT_SPINE,
    *,
    snapshot: Snapshot | None = None,
    as_at: date | None = None,
) -> str:
    """One criterion as SQL: person_key and as_at of every spine row for which it holds.

    snapshot, as_at: as for compile_flags.
    """
    answers = Answers.of([criterion], snapshot)
    kept: list[exp.Expr] = [column("person_key", "s"), column("as_at", "s")]
    reading = _reading(spine, answers, snapshot, as_at)
    select = _answered([criterion], answers, reading, kept).where(answers.test(criterion), copy=False)
    return select.sql(pretty=True, normalize_functions=False, copy=False)


def compile_flags(
    criteria: Sequence[tuple[str, Criterion]],
    spine: str = DEFAULT_SPINE,
    *,
    snapshot: Snapshot | None = None,
    as_at: date | None = None,
) -> str:
    """Many criteria in one pass: for each spine row person_key, as_at and a 0 or 1 for each name.

    snapshot: the spine has these columns of person.snapshot, which then answer what they can.
    as_at: the one date of the whole spine, when it has only one; tables are then read faster.
    """
    answers = Answers.of([criterion for _, criterion in criteria], snapshot)
    flags = [
        exp.alias_(cast(_zero_or_one(answers.test(criterion)), "INTEGER"), name, copy=False)
        for name, criterion in criteria
    ]
    kept = [column("person_key", "s"), column("as_at", "s"), *flags]
    reading = _reading(spine, answers, snapshot, as_at)
    select = _answered([criterion for _, criterion in criteria], answers, reading, kept)
    return select.sql(pretty=True, normalize_functions=False, copy=False)


def _zero_or_one(test: exp.Expr) -> exp.Expr:
    """1 or 0. What is not known is 0 without being asked: CASE takes its ELSE for null."""
    if isinstance(test, exp.Coalesce) and test.expressions == [exp.false()]:
        test = test.this
    return exp.Case().when(test, number(1), copy=False).else_(number(0), copy=False)


def _reading(spine: str, answers: Answers, snapshot: Snapshot | None, as_at: date | None) -> Reading:
    return Reading(spine, answers.needs_amount, snapshot.as_at if snapshot is not None else as_at)


def _answered(
    criteria: Sequence[Criterion], answers: Answers, reading: Reading, chosen: Sequence[exp.Expr]
) -> exp.Select:
    """The spine with every leaf's answer beside it, as far as tables of rows answer it."""
    select = exp.select(*chosen, copy=False).from_(table(reading.spine, "s"), copy=False)
    lanes = plan_lanes(answers.groups)
    if lanes:
        keys = [column(key) for key in reading.keys]
        added = exp.select(*keys, *answers.totals(), copy=False).from_("hit", copy=False)
        added = added.group_by(*(column(key) for key in reading.keys), copy=False)
        same = all_of(column(key, "a").eq(column(key, "s")) for key in reading.keys)
        select = select.join(table("answer", "a"), on=same, join_type="left", copy=False)
        hits = all_rows(select_hits(lanes, reading))
        select = select.with_("hit", as_=hits, copy=False).with_("answer", as_=added, copy=False)
    return _with_side_tables(select, answers, criteria)


def _with_side_tables(select: exp.Select, answers: Answers, criteria: Sequence[Criterion]) -> exp.Select:
    """Join the reference tables that the criteria need, each once."""
    parts = [part for criterion in criteria for part in criterion.walk()]
    parts = [part for part in parts if answers.bundling.from_snapshot(part) is None]
    asked = {part.level if isinstance(part, Place) else getattr(part, "name", "") for part in parts}
    for name, key, alias in sorted({_SIDE_TABLES[one] for one in asked if one in _SIDE_TABLES}):
        same = column(key, alias).eq(column(key, "s"))
        select = select.join(table(name, alias), on=same, join_type="left", copy=False)
    return select
