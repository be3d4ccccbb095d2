"""The drawings of a report: the primary outcome by quarter and in phases, cohort and controls in one frame.

Made from released rows alone. Where no claim may be made there are no controls in them, and nothing is drawn:
a line of the cohort alone shows a fall that is there with no service at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from openphm.evaluation.report import PHASES, QUARTERS
from openphm.pages.drawing import Drawing
from openphm.pages.drawing.trends import Shaded, Trend, trends
from openphm.pages.page import Record
from openphm.pages.reading import figure, in_unit

GROUPS = {"cohort": "Offered the service", "control": "Weighted controls"}
STEP = "months around each person's own offer"
MONTHS = 3
_PHASE = re.compile(r"(Before|During|After): months (\d+) to (\d+)")


@dataclass(frozen=True)
class Around:
    """What stands around the figures: the primary outcome, months followed, when offers were made."""

    primary: str
    months: int
    offered: str


def trend_drawings(records: Sequence[Record], around: Around) -> list[Drawing]:
    """Quarters as lines, and before, during and after as levels."""
    window = Shaded(
        0, around.months, f"the {around.months} months from the offer on (offers: {around.offered})"
    )
    drawn = []
    for part, said, spans, is_joined in (
        (QUARTERS, "by quarter", _quarter, True),
        (PHASES, "before, during and after", _phase, False),
    ):
        rows = [row for row in records if row["part"] == part]
        if any(row["measure"] == "control" for row in rows):
            title = f"{around.primary}, {said}, per person and year"
            drawn.append(
                trends(
                    title, _trends(rows, spans), window, at="offer", step=STEP, write=_writer(rows),
                    is_joined=is_joined,
                )
            )  # fmt: skip
    return drawn


def _trends(rows: Sequence[Record], spans: Callable[[Record], tuple[float, float]]) -> list[Trend]:
    return [
        Trend(name, tuple((*spans(row), figure(row, "value")) for row in rows if row["measure"] == group))
        for group, name in GROUPS.items()
    ]


def _quarter(row: Record) -> tuple[float, float]:
    """The months of a quarter: quarter -1 is the three before the offer, quarter 1 those from it on."""
    number = int(str(row["subject"]).rsplit(" ", 1)[-1])
    start = MONTHS * (number if number < 0 else number - 1)
    return start, start + MONTHS


def _phase(row: Record) -> tuple[float, float]:
    """The months of a phase: months 24 to 13 before are -24 to -12, months 1 to 6 after 0 to 6."""
    found = _PHASE.fullmatch(str(row["subject"]))
    assert found is not None
    first, last = int(found[2]), int(found[3])
    return (-first, 1 - last) if found[1] == "Before" else (first - 1, last)


def _writer(rows: Sequence[Record]) -> Callable[[float], str]:
    unit = str(rows[0]["unit"])
    return lambda value: in_unit(unit, value)
