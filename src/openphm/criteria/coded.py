"""Codes on record: which stored tables hold which coding system, and the rows of a code list.

Codes are compared with literals in the WHERE of one table, so that the engine compares them while it
reads: among 60 million rows few are wanted.
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
    code = column(source.code)
    wanted = list(dict.fromkeys(one for _, codes in leaves for one in codes))
    number_, _ = leaves[-1]
    leaf: exp.Expr = number(number_)
    if len(leaves) > 1:
        case = exp.Case()
        for other, codes in leaves[:-1]:
            case = case.when(_is_any_of(code, codes), number(other), copy=False)
        leaf = case.else_(leaf, copy=False)
    chosen = [column("person_key"), exp.alias_(column(source.day), day, copy=False)]
    marked = exp.alias_(cast(leaf, "INTEGER"), "leaf", copy=False)
    rows = exp.select(*chosen, marked, copy=False).from_(table(source.table, "t"), copy=False)
    window = in_window(column(source.day), after, until)
    return rows.where(_is_any_of(code, wanted), *window, copy=False)


def _is_any_of(code: exp.Expr, wanted: Sequence[Code]) -> exp.Expr:
    exact = [one.code for one in wanted if one.match == "exact"]
    tests = [is_in(code, exact)] if exact else []
    return any_of([*tests, *(begins_with(code.copy(), one.code) for one in wanted if one.match == "prefix")])
