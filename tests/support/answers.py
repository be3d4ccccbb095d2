"""Small results for tests of release, reports and the command line."""

from __future__ import annotations

from datetime import date

from openphm.core.results import Cell, DefinitionUsed, Provenance, Result
from openphm.release import DisclosureRule

PROVENANCE = Provenance(
    build="20260331-test",
    as_at=date(2026, 3, 31),
    definitions=(DefinitionUsed("segments/life_course", "2026.1", "0" * 64),),
    openphm="0.1.0",
)
ROUND_5 = DisclosureRule("disclosure/default", "round", 8, 5, 8, 0.5, 3)


def a_count(people: int) -> Cell:
    return Cell(people, n_people=people)


def a_share(numerator: int, denominator: int) -> Cell:
    value = numerator / denominator if denominator else None
    return Cell(value, numerator=numerator, denominator=denominator, n_people=numerator)


def an_amount(value: float, people: int, largest_share: float = 0.1) -> Cell:
    return Cell(value, n_people=people, largest_share=largest_share)


def a_result(*rows: tuple[str, str, Cell, str]) -> Result:
    return Result("report/example", ("subsegment_code", "measure", "value", "unit"), rows, PROVENANCE)
