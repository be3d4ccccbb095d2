"""The list a practice receives: NHS number, name, practice, what it is for, and until when it may be kept.

No score, no diagnosis, no pseudonym. In order of the number, so that the order says nothing. Every row
carries who collected it and when: a sheet that lies about tells whose it was.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from openphm.custodian.reidentification.ledger import Case
from openphm.custodian.reidentification.sealed import Entry

COLUMNS = (
    "nhs_number", "name", "practice_code", "cohort", "request", "collected_by", "collected_at", "destroy_by",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Handover:
    """A list on its way to a practice, once."""

    case: Case
    entries: tuple[Entry, ...]
    collected_by: str
    collected_at: datetime
    days_to_keep: int

    @property
    def destroy_by(self) -> str:
        return (self.collected_at + timedelta(days=self.days_to_keep)).date().isoformat()

    def rows(self) -> Iterable[tuple[str, ...]]:
        """The rows as shown, spaced as the NHS prints a number."""
        when = self.collected_at.isoformat(timespec="minutes")
        for one in sorted(self.entries, key=lambda entry: entry.nhs_number):
            number = f"{one.nhs_number[:3]} {one.nhs_number[3:6]} {one.nhs_number[6:]}"
            yield (
                number, one.name, one.practice, str(self.case.body["cohort"]), self.case.request_id,
                self.collected_by, when, self.destroy_by,
            )  # fmt: skip

    def csv(self) -> bytes:
        """The list as CSV (UTF-8); a cell that a spreadsheet would run as a formula begins with a quote."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        writer.writerows([_harmless(cell) for cell in row] for row in self.rows())
        return text.getvalue().encode("utf-8")


def _harmless(cell: str) -> str:
    return "'" + cell if cell.startswith(_FORMULA) else cell
