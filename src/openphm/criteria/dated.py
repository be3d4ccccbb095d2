"""Criteria about what was recorded on a day: codes of a list, and one thing after another.

    Codelist(("statins",), codes, within_months=12)
    Sequence((Step("activity", ("emergency_admission",)), Step("activity", ("ed_attendance",))),
             within_days=30, within_months=12)

A code list is named in a definition; the codes it has there stand here beside the name, so that the
value alone says which rows are meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from openphm.criteria.language import Criterion, Plain, given_settings, one_or_list
from openphm.definitions import codelists
from openphm.definitions.codelists import Code


def codes_of(names: Iterable[str], known: Mapping[str, codelists.Codelist]) -> tuple[Code, ...]:
    """The codes that say it, of these lists together, each once."""
    found = {code for name in names for code in known[name].codes if code.role == "onset"}
    return tuple(sorted(found))


@dataclass(frozen=True)
class Codelist(Criterion):
    """Has any code of these lists on record, ever or in the months up to the date.

    codes    those that say it; codes under `resolved` and `not` of a list are never evidence
    counts   of different days: one admission with ten episodes, sent in two feeds, is one day
    """

    any_of: tuple[str, ...]
    codes: tuple[Code, ...] = field(repr=False)
    ever: bool = False
    within_months: int | None = None
    count_at_least: int | None = None
    count_at_most: int | None = None

    @property
    def is_presence(self) -> bool:
        """True when one row is enough to answer yes."""
        return self.count_at_least in (None, 1) and self.count_at_most is None

    def plain(self) -> Plain:
        """As plain data."""
        return {"codelist": one_or_list(self.any_of), **given_settings(self, "any_of", "codes")}


@dataclass(frozen=True)
class Step:
    """One thing that happens on a day, as a part of a sequence.

    word     "activity" (a beginning), "condition" (its onset) or "codelist" (any code)
    absent   what must not follow; only the last step of a sequence can be
    """

    word: str
    any_of: tuple[str, ...]
    codes: tuple[Code, ...] = field(default=(), repr=False)
    absent: bool = False

    def plain(self) -> Plain:
        """As plain data."""
        said: Plain = {self.word: one_or_list(self.any_of)}
        return {"not": said} if self.absent else said


@dataclass(frozen=True)
class Sequence(Criterion):
    """These happened one after another.

    Each step is on a later day than the one before (or on the same day, with `same_day`), at most
    `within_days` later when that is given. All of them are in the `within_months` up to the date.
    When the last step is absent, the others happened and it did not follow within `within_days`;
    that time must have passed by the date.
    """

    steps: tuple[Step, ...]
    within_days: int | None = None
    within_months: int | None = None
    same_day: bool = False

    @property
    def happened(self) -> tuple[Step, ...]:
        """The steps that must have happened."""
        return tuple(step for step in self.steps if not step.absent)

    @property
    def missing(self) -> Step | None:
        """What must not have followed, if anything."""
        return next((step for step in self.steps if step.absent), None)

    def plain(self) -> Plain:
        """As plain data."""
        return {"sequence": [step.plain() for step in self.steps], **given_settings(self, "steps")}
