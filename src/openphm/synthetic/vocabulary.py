"""Which codes say what: the codelists of the definitions, as this room needs them.

A site's codes are in its overlay; the made-up ICS is written with the codes that OpenPHM ships.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from openphm.definitions import Definition, Definitions
from openphm.synthetic.activity.medicines import formulary
from openphm.synthetic.conditions import model
from openphm.synthetic.draws import Ints
from openphm.synthetic.frailty import CODED
from openphm.synthetic.tables import read_columns

_FRAILTY_LISTS = ("frailty_mild", "frailty_moderate", "frailty_severe")
_SMOKING_LISTS = ("smoking_current", "smoking_ex", "smoking_never")


@dataclass(frozen=True)
class CodeTable:
    """Codes by key and slot: row k holds the codes of key k, repeated to fill the slots."""

    codes: list[str]
    place: Ints
    slots: int

    def index(self, key: Ints, slot: Ints) -> Ints:
        """Index into `codes` of the slot-th code of each key; -1 where the key has none."""
        return self.place[key, slot % self.slots]


@dataclass(frozen=True)
class Vocabulary:
    """The codelists of a set of definitions."""

    definitions: Definitions

    def codes(self, codelist: str, system: str = "snomed", role: str = "onset") -> tuple[str, ...]:
        """Codes of a codelist in a system and role; empty when there are none."""
        body = self.definitions.get(f"codelists/{codelist}").body
        return tuple(body["codes"].get(system, {}).get(role, ()))

    def table(self, lists: Sequence[Sequence[str]], slots: int = 6) -> CodeTable:
        """A code table of several lists."""
        codes: dict[str, int] = {}
        place = np.full((len(lists), slots), -1, dtype=np.int64)
        for row, listed in enumerate(lists):
            for slot in range(slots if listed else 0):
                place[row, slot] = codes.setdefault(listed[slot % len(listed)], len(codes))
        return CodeTable(list(codes), place, slots)

    @cached_property
    def onset(self) -> CodeTable:
        return self.table([self.codes(one) for one in model().ids])

    @cached_property
    def resolved(self) -> CodeTable:
        return self.table([self.codes(one, role="resolved") for one in model().ids])

    @cached_property
    def not_evidence(self) -> CodeTable:
        """Family history and the like; a code that is evidence of something else is left out."""
        evidence = {code for one in self.definitions.all("codelists") for code in self._onset_of(one)}
        return self.table(
            [[c for c in self.codes(one, role="not") if c not in evidence] for one in model().ids]
        )

    @staticmethod
    def _onset_of(codelist: Definition) -> Sequence[str]:
        return codelist.body["codes"].get("snomed", {}).get("onset", ())

    @cached_property
    def resolvable(self) -> Ints:
        """Indices of the conditions that a code can end."""
        return np.flatnonzero(self.resolved.place[:, 0] >= 0)

    @cached_property
    def telling(self) -> dict[int, int]:
        """Condition -> the first of our medicines that alone tells of it."""
        f, found = formulary(), {}
        for place, condition in enumerate(model().ids):
            prefixes = self.codes(condition, "bnf")
            taken = [condition in str(reason).split(";") for reason in f.reason]
            fits = np.flatnonzero(np.array(taken) & f.starts_with(*prefixes)) if prefixes else []
            if len(fits):
                found[place] = int(fits[0])
        return found

    @cached_property
    def deficit(self) -> CodeTable:
        return self.table([self.codes(f"efi_{name}") for name in CODED])

    @cached_property
    def frailty(self) -> CodeTable:
        return self.table([self.codes(name)[:1] for name in _FRAILTY_LISTS])

    @cached_property
    def smoking(self) -> CodeTable:
        return self.table([self.codes(name) for name in _SMOKING_LISTS])

    def risks(self, names: Sequence[str]) -> CodeTable:
        return self.table([self.codes(name) for name in names])

    @cached_property
    def fit_note(self) -> CodeTable:
        return self.table([self.codes("fit_note_not_fit")])

    @cached_property
    def bmi(self) -> str:
        return self.codes("bmi")[0]

    @cached_property
    def health_check(self) -> str:
        return self.codes("nhs_health_check")[0]

    @cached_property
    def care_home(self) -> CodeTable:
        return self.table([self.codes("care_home")])

    @cached_property
    def routine(self) -> tuple[list[str], np.ndarray]:
        """Codes that say nothing about a condition, and how common they are."""
        columns = read_columns("routine_codes")
        return [str(code) for code in columns["code"]], columns["weight"]
