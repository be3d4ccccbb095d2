"""Look at each column once and decide how SQL reads it.

Codes, flags and dates have few distinct values: those are judged in Python and become a small table to
join. For ids and numbers one aggregate says which faults occur at all. What cannot go wrong in this
delivery costs nothing when the rows are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from openphm.definitions import FieldSpec, RecordSpec
from openphm.extracts import columns as plans
from openphm.extracts.codes import Verdict, is_excel_damage, judge_codes
from openphm.extracts.dates import DateVerdict, choose_format, judge_dates, refuse_mixed
from openphm.extracts.distinct import Distinct
from openphm.extracts.groups import Group, group_files, is_native, split_by_format
from openphm.extracts.landing import Landed
from openphm.extracts.measuring import count_damaged, has_odd_days, measure, no_days
from openphm.extracts.reasons import FileRejected
from openphm.store import Engine

MOST_EXCEL = 0.05
ENOUGH_EXCEL = 5
"""Fewer damaged values are set aside row by row: a share of a handful says nothing about a file."""
_JUDGED = ("code", "flag", "date", "timestamp")
_DAYS = ("date", "timestamp")


@dataclass(frozen=True)
class Filled:
    """How many rows of a column hold something, an accepted value, and a code that had to be mended."""

    rows: int = 0
    present: int = 0
    valid: int = 0
    mended: int = 0

    def __add__(self, other: Filled) -> Filled:
        return Filled(
            self.rows + other.rows,
            self.present + other.present,
            self.valid + other.valid,
            self.mended + other.mended,
        )


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
    return _Profiler(engine, spec).profile(files)


class _Profiler:
    def __init__(self, engine: Engine, spec: RecordSpec) -> None:
        self.engine, self.spec = engine, spec
        self.distinct = Distinct()
        self.refused: list[FileRejected] = []
        self.filled: dict[str, Filled] = {}
        self._days: dict[tuple[str, str], dict[str, DateVerdict]] = {}

    def profile(self, files: Mapping[int, Landed]) -> Profile:
        groups: list[Group] = []
        for group in group_files(files):
            judged = [field for field in self.spec.fields if _is_judged(field, group)]
            self.distinct.fetch(self.engine, self.spec, group, [field.name for field in judged])
            days = [field for field in judged if field.type in _DAYS]
            formats = {file_id: self._formats(days, file_id, group) for file_id in group.files}
            groups.extend(split_by_format(group, formats))
        pairs = [(group, self._plans(group, number)) for number, group in enumerate(groups)]
        return Profile(tuple(pairs), self.filled, tuple(self.refused))

    def _formats(self, days: Sequence[FieldSpec], file_id: int, group: Group) -> dict[str, str]:
        """The format of each date column of a file. Notes files that mix them."""
        chosen = {}
        for field in days:
            counts = self.distinct.in_file(field.name, file_id)
            chosen[field.name] = choose_format(field.formats, counts)
            verdicts = self._judge_days(field, chosen[field.name], counts)
            try:
                refuse_mixed(group.files[file_id].source.name, field.field, verdicts, counts)
            except FileRejected as reason:
                self.refused.append(reason)
        return chosen

    def _judge_days(self, field: FieldSpec, chosen: str, counts: Mapping[str, int]) -> dict[str, DateVerdict]:
        """A verdict for each value; the same day in another month's file is judged once."""
        known = self._days.setdefault((field.name, chosen), {})
        nothing = (*self.spec.sentinel_dates, *self.spec.null_words)
        new = [raw for raw in counts if raw not in known]
        known.update((one.raw, one) for one in judge_dates(chosen, field.formats, new, nothing))
        return {raw: known[raw] for raw in counts}

    def _plans(self, group: Group, number: int) -> dict[str, plans.ColumnPlan]:
        """A plan for every field of a group of files."""
        planned: dict[str, plans.ColumnPlan] = {}
        measured = [
            one for one in self.spec.fields if one.name in group.columns and not _is_judged(one, group)
        ]
        sums = measure(self.engine, self.spec, group, measured)
        for field in self.spec.fields:
            if field.name not in group.columns:
                planned[field.name], filled = plans.missing_column(field), Filled(sums["rows"])
            elif _is_judged(field, group):
                planned[field.name], filled = self._judged(field, group, number)
            else:
                planned[field.name], filled = self._measured(field, group, sums)
            self.filled[field.name] = self.filled.get(field.name, Filled()) + filled
        return planned

    def _judged(self, field: FieldSpec, group: Group, number: int) -> tuple[plans.ColumnPlan, Filled]:
        counts, nothing = self.distinct.in_files(field.name, group.files)
        verdicts: Sequence[Verdict | DateVerdict]
        if field.type in _DAYS:
            verdicts = list(self._judge_days(field, group.formats[field.name], counts).values())
        else:
            about_people = self.spec.person is not None
            verdicts = judge_codes(field, counts, self.spec.null_words, about_people=about_people)
            self._refuse_excel_codes(field, group, verdicts)
        rows = nothing + sum(counts.values())
        blank = sum(counts[one.raw] for one in verdicts if _is_blank(one))
        valid = sum(counts[one.raw] for one in verdicts if one.value is not None)
        is_identity = field.type == "code" and all(one.value == one.raw for one in verdicts)
        table = f"judged.{self.spec.name}__{field.name}__{number}"
        if not is_identity:
            self.engine.load_rows(table, _table(field, verdicts))
        plan = plans.judged_column(
            field,
            table,
            has_empty=nothing + blank > 0,
            reasons=sorted({one.reason for one in verdicts if one.reason}),
            is_identity=is_identity,
        )
        mended = sum(counts[one.raw] for one in verdicts if _is_mended(field, one))
        return plan, Filled(rows, rows - nothing - blank, valid, mended)

    def _measured(
        self, field: FieldSpec, group: Group, sums: Mapping[str, int]
    ) -> tuple[plans.ColumnPlan, Filled]:
        name, kind, rows = field.name, group.kind(field.name), sums["rows"]
        present, wrong = sums[f"present_{name}"], sums.get(f"wrong_{name}", 0)
        filled, has_empty = Filled(rows, present, present - wrong), present < rows
        if field.type == "flag":
            return plans.flag_column(field, has_empty=has_empty), filled
        if field.type in _DAYS:
            has_odd = has_odd_days(self.spec, field, sums)
            nothing = no_days(self.spec)
            return plans.day_column(field, has_empty=has_empty, nothing=nothing, has_odd=has_odd), filled
        words = self.spec.null_words
        if field.type in ("integer", "decimal"):
            there, value = plans.number_value(field, kind, words)
            about_people = self.spec.person is not None
            condition = plans.number_condition(field, there, value, about_people=about_people)
            return plans.number_column(
                field, kind, words, has_empty=has_empty, wrong=condition if wrong else ""
            ), filled
        if field.type == "id" and wrong:
            for file_id, damaged, there_n in count_damaged(self.engine, self.spec, group, field):
                self._refuse_excel(field, group.files[file_id], damaged, there_n)
        plan = plans.text_column(
            field,
            words,
            has_empty=has_empty,
            has_damage=wrong > 0,
            has_long=field.type == "id" and sums[f"long_{name}"] > plans.LONGEST_ID,
            is_tidy=not sums[f"untidy_{name}"] and not words,
        )
        return plan, filled

    def _refuse_excel_codes(
        self, field: FieldSpec, group: Group, verdicts: Sequence[Verdict | DateVerdict]
    ) -> None:
        damaged = {one.raw: True for one in verdicts if one.reason and is_excel_damage(one.raw)}
        for file_id, landed in group.files.items() if damaged else ():
            self._refuse_excel(field, landed, *self.distinct.share_of(field.name, file_id, damaged))

    def _refuse_excel(self, field: FieldSpec, landed: Landed, wrong: int, filled: int) -> None:
        if wrong < ENOUGH_EXCEL or wrong <= MOST_EXCEL * filled:
            return
        self.refused.append(
            FileRejected(
                "F_EXCEL",
                landed.source.name,
                f"{wrong:,} of {filled:,} values of '{field.field}' were rewritten by a spreadsheet "
                "(as 9.43E+09).",
                "Codes and numbers of people are text; a spreadsheet cuts off their digits for good.",
                "export the file again straight from the system it came from",
            )
        )


def _is_judged(field: FieldSpec, group: Group) -> bool:
    kind = group.kind(field.name)
    return field.type in _JUDGED and kind != "missing" and not is_native(field.type, kind)


def _is_mended(field: FieldSpec, one: Verdict | DateVerdict) -> bool:
    """A code written otherwise than the data dictionary says, and understood all the same."""
    return field.type == "code" and one.value is not None and one.value != one.raw


def _is_blank(one: Verdict | DateVerdict) -> bool:
    return one.value is None and one.reason is None and not (isinstance(one, Verdict) and one.withheld)


def _table(field: FieldSpec, verdicts: Sequence[Verdict | DateVerdict]) -> pa.Table:
    """The verdicts as the table that SQL joins."""
    kinds = {"code": pa.string(), "flag": pa.bool_(), "date": pa.date32(), "timestamp": pa.timestamp("us")}
    return pa.table(
        {
            "raw": pa.array([one.raw for one in verdicts], pa.string()),
            "value": pa.array([one.value for one in verdicts], kinds[field.type]),
            "reason": pa.array([one.reason for one in verdicts], pa.string()),
        }
    )
