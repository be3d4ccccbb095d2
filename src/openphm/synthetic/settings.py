"""What a made-up ICS is asked to be: size, years, seed, dirt. Everything random follows from these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from openphm.core.errors import UsageError
from openphm.core.periods import is_month_end, month_end
from openphm.synthetic.clock import Clock

CSV_UP_TO = 50_000
PEOPLE_IN_A_CHUNK = 20_000
LARGEST = 820_000
YEARS_ALLOWED = range(2, 11)

_UNNUMBERED: Mapping[str, float] = MappingProxyType(
    {
        "sus_apc_spell": 0.005,
        "sus_op_appointment": 0.005,
        "sus_ecds_attendance": 0.03,
        "csds_patient": 0.015,
        "mhsds_patient": 0.015,
        "talking_therapies_patient": 0.015,
        "social_care_event": 0.10,
    }
)


@dataclass(frozen=True)
class Dirt:
    """How much goes wrong on the way. Shares of rows, except where it says otherwise.

    unnumbered           NHS number missing or wrong, by record; for the community and mental health
                         sets and for social care it is the person's entry that is affected
    wrong_of_unnumbered  part of those that carry a wrong number; the others carry none
    late                 rows that come in a later month's file, where a record is delivered monthly
    duplicate            rows delivered twice, word for word
    wrong_code           codes of a vocabulary written in a wrong form
    beyond_repair        part of those that no reader can mend
    resubmitted_months   months that one provider delivers again, corrected, one record each
    """

    unnumbered: Mapping[str, float] = field(default_factory=lambda: _UNNUMBERED)
    wrong_of_unnumbered: float = 0.3
    late: float = 0.02
    duplicate: float = 0.002
    wrong_code: float = 0.01
    beyond_repair: float = 0.3
    resubmitted_months: int = 3
    missing_practice_months: int = 1

    @classmethod
    def none(cls) -> Dirt:
        """Clean extracts: what the records say is what happened."""
        return cls(
            unnumbered={}, late=0, duplicate=0, wrong_code=0, resubmitted_months=0, missing_practice_months=0
        )


@dataclass(frozen=True)
class Settings:
    """One made-up ICS. `people` are those registered with a practice on the as-at date."""

    people: int
    years: int = 4
    seed: int = 1
    as_at: date = date(2026, 3, 31)
    dirt: Dirt = field(default_factory=Dirt)
    chunk: int = PEOPLE_IN_A_CHUNK

    def __post_init__(self) -> None:
        if not 100 <= self.people <= LARGEST:
            raise UsageError(
                where="people",
                found=f"{self.people:,}",
                allowed=f"100 to {LARGEST:,}: the NHS numbers that are never issued (999…) last no longer",
                remedy="ask for fewer people",
            )
        if not is_month_end(self.as_at):
            raise UsageError(
                where="as_at",
                found=self.as_at.isoformat(),
                allowed="a month end: extracts come by the month",
                remedy=f"use {month_end(self.as_at).isoformat()}",
            )
        if self.years not in YEARS_ALLOWED:
            raise UsageError(
                where="years",
                found=str(self.years),
                allowed=f"{YEARS_ALLOWED.start} to {YEARS_ALLOWED.stop - 1}: conditions look back 24 months",
                remedy="ask for another number of years",
            )

    @property
    def clock(self) -> Clock:
        return Clock(self.as_at, self.years)

    @property
    def chunks(self) -> int:
        """How many chunks of people are made one after the other, so that memory does not grow."""
        return max(1, -(-self.people // self.chunk))
