"""One aggregate over the ids, texts and numbers of a group of files: which faults occur in them at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from openphm.definitions import FieldSpec, RecordSpec
from openphm.extracts import columns as plans
from openphm.extracts.codes import EXCEL_DAMAGE
from openphm.extracts.dates import FIRST_YEAR, LAST_YEAR, NO_DAYS
from openphm.extracts.groups import Group
from openphm.store import Engine

_EPOCH = "DATE '1970-01-01'"


def no_days(spec: RecordSpec) -> tuple[str, ...]:
    """Days that are read as nothing: those of the specification and those every warehouse writes."""
    return (*spec.sentinel_dates, *sorted(NO_DAYS))


def measure(engine: Engine, spec: RecordSpec, group: Group, fields: Sequence[FieldSpec]) -> dict[str, int]:
    """`rows`, and for each column `present_`, `wrong_`, and for texts `long_` and `untidy_`."""
    wanted = ["count(*) AS rows"]
    for field in fields:
        wanted += _wanted(spec, field, group.kind(field.name))
    source = group.source_sql(spec, [field.name for field in fields])
    sums = _one_row(engine, wanted, source)
    odd = [field for field in fields if f"first_{field.name}" in sums and has_odd_days(spec, field, sums)]
    sums |= _measure_untidy(engine, spec, group, sums) | _measure_odd(engine, spec, group, odd)
    return sums | _measure_damaged(engine, spec, group, sums)


def _measure_damaged(
    engine: Engine, spec: RecordSpec, group: Group, sums: Mapping[str, int]
) -> dict[str, int]:
    """Of the texts that hold E+, count those that are numbers with an exponent."""
    names = [key.removeprefix("long_") for key in sums if key.startswith("long_")]
    names = [name for name in names if sums[f"wrong_{name}"]]
    if not names:
        return {}
    wanted = [f"count_if({plans.excel_condition(name)}) AS {plans.quoted(f'wrong_{name}')}" for name in names]
    return _one_row(engine, wanted, group.source_sql(spec, names))


def has_odd_days(spec: RecordSpec, field: FieldSpec, sums: Mapping[str, int]) -> bool:
    """Some day of a column that came as days may mean nothing, or is outside a lifetime."""
    if not sums[f"present_{field.name}"]:
        return False
    first, last = (date(1970, 1, 1) + timedelta(sums[f"{end}_{field.name}"]) for end in ("first", "last"))
    if first.year < FIRST_YEAR or last.year > LAST_YEAR:
        return True
    return any(first.isoformat() <= day <= last.isoformat() for day in no_days(spec))


def _measure_odd(
    engine: Engine, spec: RecordSpec, group: Group, fields: Sequence[FieldSpec]
) -> dict[str, int]:
    """Count again the days that are days, and those that are outside a lifetime."""
    if not fields:
        return {}
    wanted = []
    for field in fields:
        plan = plans.day_column(field, has_empty=False, nothing=no_days(spec), has_odd=True)
        wrong = plans.outside_condition(field, no_days(spec))
        for what, condition in (("present", f"{plan.value} IS NOT NULL OR {wrong}"), ("wrong", wrong)):
            wanted.append(f"count(*) FILTER (WHERE {condition}) AS {plans.quoted(f'{what}_{field.name}')}")
    return _one_row(engine, wanted, group.source_sql(spec, [field.name for field in fields]))


def _wanted(spec: RecordSpec, field: FieldSpec, kind: str) -> list[str]:
    def named(what: str, how: str) -> str:
        return f"{how} AS {plans.quoted(f'{what}_{field.name}')}"

    if field.type == "flag":
        return [named("present", f"count(s.{plans.quoted(field.name)})")]
    if field.type in ("date", "timestamp"):
        day = f"s.{plans.quoted(field.name)}"
        return [
            named("present", f"count({day})"),
            named("first", f"datediff('day', {_EPOCH}, CAST(min({day}) AS DATE))"),
            named("last", f"datediff('day', {_EPOCH}, CAST(max({day}) AS DATE))"),
        ]
    if field.type in ("integer", "decimal"):
        there, value = plans.number_value(field, kind, spec.null_words)
        wrong = plans.number_condition(field, there, value, about_people=spec.person is not None)
        return [named("present", f"count({there})"), named("wrong", f"count_if({wrong})")]
    column = f"s.{plans.quoted(field.name)}"
    return [
        named("present", f"count({column})"),
        named("long", f"max(strlen({column}))"),
        named("wrong", f"count_if(contains({column}, 'E+'))"),
        named("untidy", f"count_if({plans.untidy_condition(field.name)})"),
    ]


def _measure_untidy(
    engine: Engine, spec: RecordSpec, group: Group, sums: Mapping[str, int]
) -> dict[str, int]:
    """Count again what is there in text columns with spaces around values, or where words mean nothing."""
    texts = {key.removeprefix("untidy_"): n for key, n in sums.items() if key.startswith("untidy_")}
    names = [name for name, n in texts.items() if n or spec.null_words]
    if not names:
        return {}
    wanted = [
        f"count({plans.trimmed(name, spec.null_words)}) AS {plans.quoted(f'present_{name}')}"
        for name in names
    ]
    return _one_row(engine, wanted, group.source_sql(spec, names))


def _one_row(engine: Engine, wanted: Sequence[str], source: str) -> dict[str, int]:
    row = engine.query(f"SELECT {', '.join(wanted)} FROM ({source}) AS s").to_pylist()[0]
    return {key: int(value or 0) for key, value in row.items()}


def count_damaged(
    engine: Engine, spec: RecordSpec, group: Group, field: FieldSpec
) -> list[tuple[int, int, int]]:
    """By file: values of an id that a spreadsheet rewrote, and values that are there."""
    name = plans.quoted(field.name)
    rows = engine.query(
        f"SELECT file_id, count_if(regexp_full_match(trim({name}), '{EXCEL_DAMAGE}')) AS wrong, "
        f"count({name}) AS filled FROM ({group.source_sql(spec, [field.name])}) GROUP BY 1"
    ).to_pylist()
    return [(row["file_id"], row["wrong"], row["filled"]) for row in rows]
