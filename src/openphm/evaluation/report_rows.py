"""The rows of a study's report: one figure, a figure with limits, or words."""

from __future__ import annotations

from math import isfinite

from openphm.core.results import Cell, Scalar
from openphm.core.units import LIGHT
from openphm.evaluation.estimate import Estimate

COLUMNS = ("part", "subject", "measure", "value", "lower", "upper", "unit")
Row = tuple[Cell | Scalar, ...]


def with_limits(
    part: str,
    subject: str,
    measure: str,
    found: Estimate,
    unit: str,
    people: int,
    largest: float | None = None,
) -> Row:
    """A figure with its limits. people: those behind it; largest: the share that one of them has."""

    def cell(value: float) -> Cell:
        return Cell(value if isfinite(value) else None, n_people=people, largest_share=largest)

    return (part, subject, measure, cell(found.value), cell(found.lower), cell(found.upper), unit)


def one_figure(
    part: str, subject: str, measure: str, value: float, unit: str, people: int, largest: float | None = None
) -> Row:
    """A figure alone."""
    held = Cell(value if isfinite(value) else None, n_people=people, largest_share=largest)
    return (part, subject, measure, held, None, None, unit)


def words(part: str, subject: str, measure: str, said: str) -> Row:
    """A sentence. It never gives a small number: no disclosure rule reads it."""
    return (part, subject, measure, said, None, None, "words")


def badge(part: str, subject: str, measure: str, light: str) -> Row:
    """Green, amber or red."""
    return (part, subject, measure, light, None, None, LIGHT)
