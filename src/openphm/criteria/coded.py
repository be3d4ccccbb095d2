"""Codes on record: which stored tables hold which coding system, and the rows of a code list.

A predicate on a code is written as CASE ... END: DuckDB keeps a column of codes as a dictionary, and
answers a CASE once for each entry of the dictionary instead of once for each of 60 million rows. (An
IN that is pushed into the scan is compared row by row: three times slower, measured.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlglot import exp

from openphm.criteria.trees import any_of, begins_with, cast, column, in_window, is_in, number, table
from openphm.definitions.codelists import Code


class CodedTable(NamedTuple):
    """A stored table with a code and the day it is about in each row."""

    table: str
    code: str
    day: str


CODED_TABLES: Mapping[str, tuple[CodedTable, ...]] = {
    "snomed": (
        CodedTable("standard.gp_event", "code", "event_date"),
        CodedTable("standard.sus_ecds_diagnosis", "code", "event_date"),
        CodedTable("standard.immunisation", "procedure_code", "vaccination_date"),
    ),
    "dmd": (
        CodedTable("standard.gp_medication", "dmd_code", "item_date"),
        CodedTable("standard.immunisation", "product_code", "vaccination_date"),
    ),
    "bnf": (CodedTable("standard.gp_medication", "bnf_code", "item_date"),),
    "icd10": (
        CodedTable("standard.sus_apc_diagnosis", "code", "event_date"),
        CodedTable("standard.sus_op_diagnosis", "code", "event_date"),
        CodedTable("standard.hes_apc_diagnosis", "code", "event_date"),
        CodedTable("standard.hes_op_diagnosis", "code", "event_date"),
        CodedTable("standard.cancer_pathway", "diagnosis_code", "faster_diagnosis_end_date"),
    ),
    "opcs4": (CodedTable("standard.sus_apc_procedure", "code", "procedure_date"),),
}
"""LOINC has no table: laboratories send SNOMED CT through the GP record."""

Leaf = tuple[int, Sequence[Code]]
"""The number of a leaf and the codes that answer it."""


def row_marks(codes: Iterable[Code]) -> frozenset[str]:
    """What two lists must not share to be told apart row by row.

    Codes that are the beginning of others are compared by their first two characters, which every
    system with beginnings has.
    """
    return frozenset(f"{one.system} {one.code if one.match == 'exact' else one.code[:2]}" for one in codes)


def coded_rows(
    leaves: Sequence[Leaf], day: str, *, after: date | None = None, until: date | None = None
) -> list[exp.Select]:
    """person_key, the day under the given name, and the number of the leaf, of every row with a code.

    One SELECT for each table that can hold any of the codes. after, until: days to keep, when known.
    """
    wanted: dict[CodedTable, list[Leaf]] = {}
    for number_, codes in leaves:
        for system, tables in CODED_TABLES.items():
            held = [one for one in codes if one.system == system]
            for source in tables if held else ():
                wanted.setdefault(source, []).append((number_, held))
    return [_rows_of(source, held, day, after, until) for source, held in wanted.items()]


def _rows_of(
    source: CodedTable, leaves: Sequence[Leaf], day: str, after: date | None, until: date | None
) -> exp.Select:
    marked = exp.Case()
    for number_, codes in leaves:
        marked = marked.when(_is_any_of(column(source.code), codes), number(number_), copy=False)
    leaf = exp.alias_(cast(marked.else_(number(0), copy=False), "INTEGER"), "leaf", copy=False)
    rows = exp.select(column("person_key"), exp.alias_(column(source.day), day, copy=False), leaf, copy=False)
    rows = rows.from_(table(source.table, "t"), copy=False)
    window = in_window(column(source.day), after, until)
    if window:
        rows = rows.where(*window, copy=False)
    found = exp.GT(this=column("leaf", "m"), expression=number(0))
    kept = [column(name, "m") for name in ("person_key", day, "leaf")]
    return (
        exp.select(*kept, copy=False)
        .from_(rows.subquery("m", copy=False), copy=False)
        .where(found, copy=False)
    )


def _is_any_of(code: exp.Expr, wanted: Sequence[Code]) -> exp.Expr:
    exact = [one.code for one in wanted if one.match == "exact"]
    tests = [is_in(code, exact)] if exact else []
    return any_of([*tests, *(begins_with(code.copy(), one.code) for one in wanted if one.match == "prefix")])
