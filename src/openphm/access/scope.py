"""Scope: the rows a user may ask about, how fine, and for which purpose.

The predicate is plain SQL over three columns. Codes are checked values before they reach it, so no
text a user typed is ever part of a query.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from openphm.core.errors import AccessRefused, UsageError
from openphm.core.identifiers import LSOACode, ODSCode

# Primary care networks have ODS codes of U and five digits; no practice has one.
_PCN = re.compile(r"U\d{5}")


class Granularity(StrEnum):
    """How fine an answer may be."""

    AGGREGATE = "aggregate"
    PERSON = "person"


class Purpose(StrEnum):
    """Why the question is asked. Re-identification is for direct care alone, and not decided here."""

    PLANNING = "planning"
    DIRECT_CARE = "direct_care"
    EVALUATION = "evaluation"
    FINANCE = "finance"
    DATA_QUALITY = "data_quality"


@dataclass(frozen=True)
class Scope:
    """A predicate over rows, a granularity and a purpose.

    practices, pcns, lsoas
        The codes allowed, or None where that kind of place does not limit. Kinds combine with AND:
        a practice's people who live in two areas. An empty set allows nobody.
    """

    purpose: Purpose
    granularity: Granularity
    practices: frozenset[str] | None = None
    pcns: frozenset[str] | None = None
    lsoas: frozenset[str] | None = None

    def __post_init__(self) -> None:
        for code in (self.practices or frozenset()) | (self.pcns or frozenset()):
            ODSCode(code)
        for code in self.lsoas or frozenset():
            LSOACode(code)

    @classmethod
    def whole_system(
        cls, purpose: Purpose = Purpose.PLANNING, granularity: Granularity = Granularity.PERSON
    ) -> Scope:
        """Everybody in the build: an ICB analyst inside the zone."""
        return cls(purpose, granularity)

    @property
    def is_whole_system(self) -> bool:
        return self.practices is None and self.pcns is None and self.lsoas is None

    def narrowed(
        self,
        *,
        practices: Iterable[str] | None = None,
        pcns: Iterable[str] | None = None,
        lsoas: Iterable[str] | None = None,
    ) -> Scope:
        """The same scope on fewer rows. What was not allowed before is still not allowed."""
        return replace(
            self,
            practices=_both(self.practices, practices),
            pcns=_both(self.pcns, pcns),
            lsoas=_both(self.lsoas, lsoas),
        )

    def at_place(self, code: str) -> Scope:
        """Narrowed to one practice, PCN or LSOA, told apart by the form of the code."""
        lsoa, organisation = LSOACode.parse(code), ODSCode.parse(code)
        if lsoa:
            return self.narrowed(lsoas=[lsoa.text])
        if organisation is None:
            raise UsageError(
                f"place '{code}'",
                "this is not the code of a place",
                "A place is a practice (A12345), a primary care network (U12345) or an LSOA (E01012345).",
                "use the code, not the name; reference.practice and reference.lsoa21 list them",
            )
        if _PCN.fullmatch(organisation.text):
            return self.narrowed(pcns=[organisation.text])
        return self.narrowed(practices=[organisation.text])

    def aggregate_only(self) -> Scope:
        """The same rows, but never one row a person."""
        return replace(self, granularity=Granularity.AGGREGATE)

    def require_person_rows(self) -> None:
        """Raise AccessRefused unless one row a person may be answered."""
        if self.granularity is not Granularity.PERSON:
            raise AccessRefused(
                "person-level rows",
                "this scope gives totals and rates only",
                "One row a person needs a scope of granularity 'person'.",
                "ask for counts, or ask the information governance lead for person-level access",
            )

    def predicate(
        self, *, practice: str = "practice_code", pcn: str = "pcn_code", lsoa: str = "lsoa21_code"
    ) -> str:
        """The rows allowed, as a SQL condition over the three named columns; TRUE when all are.

        Only the columns of a kind that limits are named, so a table without them can be asked by a
        scope that does not need them.
        """
        limits = ((practice, self.practices), (pcn, self.pcns), (lsoa, self.lsoas))
        return " AND ".join(_one_of(column, codes) for column, codes in limits if codes is not None) or "TRUE"


def _both(allowed: frozenset[str] | None, asked: Iterable[str] | None) -> frozenset[str] | None:
    if asked is None:
        return allowed
    return frozenset(asked) if allowed is None else allowed & frozenset(asked)


def _one_of(column: str, codes: frozenset[str]) -> str:
    if not codes:
        return "FALSE"
    return f"{column} IN ({', '.join(repr(code) for code in sorted(codes))})"
