"""Small tables of numbers that this room keeps as data: one row a subsegment, condition or medicine.

Lines that begin with # are the source and the meaning; the rest is plain CSV.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import numpy as np

SUBSEGMENTS = (
    "1a", "1b", "1c", "2a", "2b", "3a", "3b", "3c", "3d", "3e", "3f", "4a", "4b", "4c", "5a", "5b",
)  # fmt: skip
COST_CATEGORIES = (
    "acute_planned", "acute_unplanned", "acute_other",
    "general_practice", "community_mental_health", "social_care",
)  # fmt: skip


def code_of(subsegment: str) -> int:
    """The number by which this room knows a subsegment."""
    return SUBSEGMENTS.index(subsegment)


@cache
def read_rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of data/<name>.csv as text."""
    text = files("openphm.synthetic").joinpath(f"data/{name}.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(csv.DictReader(lines))


@cache
def read_columns(name: str) -> dict[str, np.ndarray]:
    """The columns of data/<name>.csv: numbers where every value is one, text otherwise.

    Codes are text even when all their characters are digits.
    """
    rows = read_rows(name)
    columns: dict[str, np.ndarray] = {}
    for key in rows[0]:
        values = [row[key] for row in rows]
        if key == "code" or key.endswith("_code"):
            columns[key] = np.array(values, dtype=object)
            continue
        try:
            columns[key] = np.array([float(value) if value else np.nan for value in values])
        except ValueError:
            columns[key] = np.array(values, dtype=object)
    return columns


def by_subsegment(name: str) -> dict[str, np.ndarray]:
    """read_columns, after making sure that the rows are the 16 subsegments in our order."""
    columns = read_columns(name)
    if tuple(columns["subsegment"]) != SUBSEGMENTS:
        raise ValueError(f"data/{name}.csv must have the 16 subsegments in order")
    return columns
