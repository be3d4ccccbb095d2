"""Look at each column once, narrowly, and decide how SQL reads it.

Codes, flags and dates have few distinct values: those are fetched, judged in Python, and become a small
table to join. For ids and numbers one aggregate says which faults occur at all. What cannot go wrong in
this delivery costs nothing when the rows are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from openphm.definitions import FieldSpec, RecordSpec
from openphm.extracts import columns as plans
from openphm.extracts.codes import EXCEL_DAMAGE, Verdict, is_excel_damage, judge_codes
from openphm.extracts.dates import NO_DAYS, DateVerdict, choose_format, judge_dates, refuse_mixed
from openphm.extracts.groups import Group, group_files, is_native, split_by_format
from openphm.extracts.landing import Landed
from openphm.extracts.reasons import FileRejected
from openphm.store import Engine

MOST_EXCEL = 0.05
ENOUGH_EXCEL = 5
"""Fewer damaged values are set aside row by row: a share of a handful says nothing about a file."""
_JUDGED = ("code", "flag", "date", "timestamp")


@dataclass(frozen=True)
class Filled:
    """How many rows of a column hold something, and how many hold an accepted value."""

    rows: int = 0
    present: int = 0
    valid: int = 0

    def __add__(self, other: Filled) -> Filled:
        return Filled(self.rows + other.rows, self.present + other.present, self.valid + other.valid)


@dataclass(frozen=True)
class Profile:
    """How to read one record of one delivery.

    groups  files read together, with a plan for every field of the record
    filled  canonical column -> completeness and validity over the rows that could be split
    """

    groups: tuple[tuple[Group, Mapping[str, plans.ColumnPlan]], ...]
    filled: Mapping[str, Filled]
    refused: tuple[FileRejected, ...] = ()


def profile(engine: Engine, spec: RecordSpec, files: Mapping[int, Landed]) -> Profile:
    """Look at every column of the files of one record."""
    refused: list[FileRejected] = []
    groups: list[Group] = []
    days: dict[str, _Days] = {}
    for group in group_files(files):
        formats: dict[int, dict[str, str]] = {file_id: {} for file_id in group.files}
        for field in spec.fields:
            if field.type in ("date", "timestamp") and _is_judged(field, group):
                seen = days.setdefault(field.name, _Days(field, spec))
                seen.look(engine, group, formats, refused)
        groups.extend(split_by_format(group, formats))
    done = []
    for number, group in enumerate(groups):
        suspects: set[str] = set()
        done.append(_plan_group(engine, spec, group, number, days, suspects))
        refused.extend(_refuse_excel(engine, spec, group, suspects))
    filled: dict[str, Filled] = {}
    for _, counted in done:
        for name, one in counted.items():
            filled[name] = filled.get(name, Filled()) + one
    pairs = zip(groups, (planned for planned, _ in done), strict=True)
    return Profile(tuple(pairs), filled, tuple(refused))


def _is_judged(field: FieldSpec, group: Group) -> bool:
    kind = group.kind(field.name)
    return field.type in _JUDGED and kind != "missing" and not is_native(field.type, kind)


class _Days:
    """The distinct raw values of one date column, by file."""

    def __init__(self, field: FieldSpec, spec: RecordSpec) -> None:
        self._field = field
        self._nothing = (*spec.sentinel_dates, *spec.null_words)
        self._spec = spec
        self._known: dict[str, dict[str, DateVerdict]] = {}
        self.counts: dict[int, dict[str, int]] = {}
        self.empty: dict[int, int] = {}

    def look(
        self, engine: Engine, group: Group, formats: dict[int, dict[str, str]], refused: list[FileRejected]
    ) -> None:
        name = plans.quoted(self._field.name)
        rows = engine.query(
            f"SELECT file_id, {name} AS raw, count(*) AS n "
            f"FROM ({group.source_sql(self._spec, [self._field.name])}) GROUP BY 1, 2"
        )
        for file_id, raw, n in zip(*(rows[one].to_pylist() for one in ("file_id", "raw", "n")), strict=True):
            if raw is None:
                self.empty[file_id] = n
            else:
                self.counts.setdefault(file_id, {})[raw] = n
        for file_id, landed in group.files.items():
            counts = self.counts.get(file_id, {})
            chosen = choose_format(self._field.formats, counts)
            formats[file_id][self._field.name] = chosen
            verdicts = self.judge(chosen, counts)
            try:
                refuse_mixed(landed.source.name, self._field.field, verdicts, counts)
            except FileRejected as reason:
                refused.append(reason)

    def judge(self, chosen: str, raw_values: Mapping[str, int]) -> dict[str, DateVerdict]:
        """A verdict for each value; the same day in another month's file is judged once."""
        known = self._known.setdefault(chosen, {})
        new = [raw for raw in raw_values if raw not in known]
        known.update((one.raw, one) for one in judge_dates(chosen, self._field.formats, new, self._nothing))
        return {raw: known[raw] for raw in raw_values}


def _plan_group(
    engine: Engine,
    spec: RecordSpec,
    group: Group,
    number: int,
    days: Mapping[str, _Days],
    suspects: set[str],
) -> tuple[dict[str, plans.ColumnPlan], dict[str, Filled]]:
    """A plan for every field. Adds to `suspects` the columns in which a spreadsheet rewrote something."""
    planned: dict[str, plans.ColumnPlan] = {}
    filled: dict[str, Filled] = {}
    measured = [one for one in spec.fields if one.name in group.columns and not _is_judged(one, group)]
    sums = _measure(engine, spec, group, measured)
    rows = sums["rows"]
    for field in spec.fields:
        name = field.name
        if name not in group.columns:
            planned[name] = plans.missing_column(field)
            filled[name] = Filled(rows)
        elif field.type in ("date", "timestamp") and name in days and _is_judged(field, group):
            planned[name], filled[name] = _plan_days(engine, spec, group, number, field, days[name])
        elif _is_judged(field, group):
            planned[name], filled[name] = _plan_codes(engine, spec, group, number, field, suspects)
        else:
            planned[name], filled[name] = _plan_measured(spec, group, field, sums)
            if field.type == "id" and sums[f"wrong_{name}"]:
                suspects.add(name)
    return planned, filled


def _measure(engine: Engine, spec: RecordSpec, group: Group, fields: list[FieldSpec]) -> dict[str, int]:
    """One aggregate over ids, texts, numbers and columns that have their type already."""
    wanted = ["count(*) AS rows"]
    for field in fields:
        name, kind = field.name, group.kind(field.name)
        if is_native(field.type, kind) and field.type in ("date", "timestamp", "flag"):
            value = plans.native_column(field, has_empty=False, nothing=_no_days(spec)).value
            wanted.append(f"count({value}) AS {plans.quoted('present_' + name)}")
        elif field.type in ("integer", "decimal"):
            there, value = plans.number_value(field, kind, spec.null_words)
            wrong = plans.number_condition(field, there, value, about_people=spec.person is not None)
            wanted.append(f"count({there}) AS {plans.quoted('present_' + name)}")
            wanted.append(f"count_if({wrong}) AS {plans.quoted('wrong_' + name)}")
        else:
            column = f"s.{plans.quoted(name)}"
            wanted.append(f"count({column}) AS {plans.quoted('present_' + name)}")
            wanted.append(f"max(strlen({column})) AS {plans.quoted('long_' + name)}")
            wanted.append(f"count_if({plans.excel_condition(name)}) AS {plans.quoted('wrong_' + name)}")
            wanted.append(f"count_if({plans.untidy_condition(name)}) AS {plans.quoted('untidy_' + name)}")
    source = group.source_sql(spec, [field.name for field in fields])
    row = engine.query(f"SELECT {', '.join(wanted)} FROM ({source}) AS s").to_pylist()[0]
    sums = {key: int(value or 0) for key, value in row.items()}
    return sums | _measure_untidy(engine, spec, group, sums)


def _measure_untidy(
    engine: Engine, spec: RecordSpec, group: Group, sums: Mapping[str, int]
) -> dict[str, int]:
    """Count again what is there in text columns with spaces around values, or where words mean nothing."""
    names = [key.removeprefix("untidy_") for key, n in sums.items() if key.startswith("untidy_") if n]
    if spec.null_words:
        names = [key.removeprefix("untidy_") for key in sums if key.startswith("untidy_")]
    if not names:
        return {}
    wanted = [
        f"count({plans.trimmed(name, spec.null_words)}) AS {plans.quoted('present_' + name)}"
        for name in names
    ]
    row = engine.query(f"SELECT {', '.join(wanted)} FROM ({group.source_sql(spec, names)}) AS s").to_pylist()[
        0
    ]
    return {key: int(value or 0) for key, value in row.items()}


def _no_days(spec: RecordSpec) -> tuple[str, ...]:
    return (*spec.sentinel_dates, *sorted(NO_DAYS))


def _plan_measured(
    spec: RecordSpec, group: Group, field: FieldSpec, sums: Mapping[str, int]
) -> tuple[plans.ColumnPlan, Filled]:
    name, kind, rows = field.name, group.kind(field.name), sums["rows"]
    present, wrong = sums[f"present_{name}"], sums.get(f"wrong_{name}", 0)
    has_empty = present < rows
    filled = Filled(rows, present, present - wrong)
    if is_native(field.type, kind) and field.type in ("date", "timestamp", "flag"):
        return plans.native_column(field, has_empty=has_empty, nothing=_no_days(spec)), filled
    if field.type in ("integer", "decimal"):
        condition = plans.number_condition(
            field, *plans.number_value(field, kind, spec.null_words), about_people=spec.person is not None
        )
        return plans.number_column(
            field, kind, spec.null_words, has_empty=has_empty, wrong=condition if wrong else ""
        ), filled
    has_long = field.type == "id" and sums[f"long_{name}"] > plans.LONGEST_ID
    return plans.text_column(
        field, spec.null_words, has_empty=has_empty, has_damage=wrong > 0, has_long=has_long,
        is_tidy=not sums[f"untidy_{name}"] and not spec.null_words,
    ), filled  # fmt: skip


def _plan_codes(
    engine: Engine, spec: RecordSpec, group: Group, number: int, field: FieldSpec, suspects: set[str]
) -> tuple[plans.ColumnPlan, Filled]:
    source = group.source_sql(spec, [field.name])
    rows = engine.query(f"SELECT {plans.quoted(field.name)} AS raw, count(*) AS n FROM ({source}) GROUP BY 1")
    counts = dict(zip(rows["raw"].to_pylist(), rows["n"].to_pylist(), strict=True))
    nothing = counts.pop(None, 0)
    verdicts = judge_codes(field, counts, spec.null_words, about_people=spec.person is not None)
    if any(one.reason and is_excel_damage(one.raw) for one in verdicts):
        suspects.add(field.name)
    return _judged(engine, spec, number, field, verdicts, counts, nothing)


def _plan_days(
    engine: Engine, spec: RecordSpec, group: Group, number: int, field: FieldSpec, days: _Days
) -> tuple[plans.ColumnPlan, Filled]:
    counts: dict[str, int] = {}
    nothing = 0
    for file_id in group.files:
        nothing += days.empty.get(file_id, 0)
        for raw, n in days.counts.get(file_id, {}).items():
            counts[raw] = counts.get(raw, 0) + n
    verdicts = list(days.judge(group.formats[field.name], counts).values())
    return _judged(engine, spec, number, field, verdicts, counts, nothing)


def _judged(
    engine: Engine,
    spec: RecordSpec,
    number: int,
    field: FieldSpec,
    verdicts: list[Verdict] | list[DateVerdict],
    counts: Mapping[str, int],
    nothing: int,
) -> tuple[plans.ColumnPlan, Filled]:
    """Keep the verdicts as a table and say how the column is read."""
    rows = nothing + sum(counts.values())
    withheld = {one.raw for one in verdicts if isinstance(one, Verdict) and one.withheld}
    blank = sum(
        counts[one.raw]
        for one in verdicts
        if one.value is None and one.reason is None and one.raw not in withheld
    )
    valid = sum(counts[one.raw] for one in verdicts if one.value is not None)
    is_identity = field.type == "code" and all(one.value == one.raw for one in verdicts)
    table = f"judged.{spec.name}__{field.name}__{number}"
    if not is_identity:
        engine.load_rows(table, _table(field, verdicts))
    plan = plans.judged_column(
        field,
        table,
        has_empty=nothing + blank > 0,
        reasons=sorted({one.reason for one in verdicts if one.reason}),
        is_identity=is_identity,
    )
    return plan, Filled(rows, rows - nothing - blank, valid)


def _table(field: FieldSpec, verdicts: list[Verdict] | list[DateVerdict]) -> pa.Table:
    kinds = {"code": pa.string(), "flag": pa.bool_(), "date": pa.date32(), "timestamp": pa.timestamp("us")}
    return pa.table(
        {
            "raw": pa.array([one.raw for one in verdicts], pa.string()),
            "value": pa.array([one.value for one in verdicts], kinds[field.type]),
            "reason": pa.array([one.reason for one in verdicts], pa.string()),
        }
    )


def _refuse_excel(engine: Engine, spec: RecordSpec, group: Group, suspects: set[str]) -> list[FileRejected]:
    """Files in which a spreadsheet rewrote more than one value in twenty of a code or id column."""
    refused = []
    for field in spec.fields:
        if field.name not in suspects:
            continue
        name = plans.quoted(field.name)
        rows = engine.query(
            f"SELECT file_id, count_if(regexp_full_match(trim({name}), '{EXCEL_DAMAGE}')) AS wrong, "
            f"count({name}) AS filled FROM ({group.source_sql(spec, [field.name])}) GROUP BY 1"
        )
        for row in rows.to_pylist():
            if row["wrong"] >= ENOUGH_EXCEL and row["wrong"] > MOST_EXCEL * row["filled"]:
                landed = group.files[row["file_id"]]
                refused.append(_excel_problem(landed, field, row["wrong"], row["filled"]))
    return refused


def _excel_problem(landed: Landed, field: FieldSpec, wrong: int, filled: int) -> FileRejected:
    return FileRejected(
        "F_EXCEL",
        landed.source.name,
        f"{wrong:,} of {filled:,} values of '{field.field}' were rewritten by a spreadsheet (as 9.43E+09).",
        "Codes and numbers of people are text; a spreadsheet cuts off their digits for good.",
        "export the file again straight from the system it came from",
    )
