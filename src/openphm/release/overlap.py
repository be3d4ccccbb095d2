"""Overlap guard: two answers about groups that differ by a few people are an answer about those few.

`population` counts how two groups overlap and `recording` remembers what was asked; here it is only decided
whether that is too close. The guard sees one pair of groups at a time. It does not see a difference that is
put together from several questions, each far enough from the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from openphm.release.rule import DisclosureRule


@dataclass(frozen=True)
class Overlap:
    """How the group asked about now meets one that was asked about before.

    n_only_now     people who are in the group of now and not in the earlier one
    n_only_before  people who are in the earlier one alone
    asked_on       when the earlier question was asked
    """

    n_only_now: int
    n_only_before: int
    asked_on: date


def too_close(overlaps: Iterable[Overlap], rule: DisclosureRule) -> list[Overlap]:
    """The overlaps in which a difference is too few people to be shown, but somebody.

    >>> from openphm.release import DisclosureRule
    >>> rule = DisclosureRule("disclosure/default", suppress_below=8)
    >>> len(too_close([Overlap(3, 900, date(2026, 3, 31)), Overlap(0, 8, date(2026, 3, 31))], rule))
    1
    """
    return [
        one
        for one in overlaps
        if 0 < one.n_only_now < rule.suppress_below or 0 < one.n_only_before < rule.suppress_below
    ]


def in_words(close: list[Overlap]) -> str:
    """Why nothing is shown, without the number of people or what they have in common."""
    days = sorted({one.asked_on for one in close})
    said = ", ".join(f"{day:%-d %B %Y}" for day in days)
    return (
        f"No figure is shown: this group differs by very few people from one you asked about on {said}, so "
        "the two answers together would be about those few."
    )
