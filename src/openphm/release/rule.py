"""A disclosure rule, as a site has written it down in definitions/disclosure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openphm.core.errors import DefinitionError

METHODS = ("round", "midpoint", "none")
_NUMBERS = ("suppress_below", "round_to", "smallest_group", "largest_share", "significant_figures")


@dataclass(frozen=True)
class DisclosureRule:
    """How figures about people are made safe before they leave.

    method               "round": hide small counts and round the others; "midpoint": the same, but others are
                         shown as the middle of the multiple they fall in; "none": show everything
    suppress_below       counts from 1 to one less than this are not shown; 0 is
    round_to             other counts are rounded to the nearest multiple, or fall in one
    smallest_group       means, rates and sums are shown when at least so many people contribute
    largest_share        and when no one person contributes more than this share (0 to 1)
    significant_figures  to which means, rates and sums are rounded, so that they cannot be taken apart
    """

    id: str
    method: str = "round"
    suppress_below: int = 0
    round_to: int = 1
    smallest_group: int = 0
    largest_share: float = 1.0
    significant_figures: int = 15

    @classmethod
    def from_definition(cls, id_: str, body: Mapping[str, Any]) -> DisclosureRule:
        """Read the body of a disclosure definition. Raises DefinitionError when it is not complete."""
        method = body.get("method")
        if method not in METHODS:
            allowed = f"A method is one of: {', '.join(METHODS)}."
            raise DefinitionError(f"{id_}, method", f"'{method}' is not a method.", allowed)
        if method == "none":
            return cls(id_, "none")
        wrong = [name for name in _NUMBERS if not _is_number(body.get(name))]
        if wrong:
            said = ", ".join(wrong)
            raise DefinitionError(id_, f"These need a number: {said}.", remedy="give each of them a number")
        return cls(id_, method, **{name: body[name] for name in _NUMBERS})

    @property
    def in_words(self) -> str:
        """What the rule does, for the foot of a table."""
        if self.method == "none":
            return "Figures are shown in full: no disclosure rule was applied."
        hidden = f"Counts from 1 to {self.suppress_below - 1} are not shown (*); other counts are "
        how = (
            f"shown as the middle of the {self.round_to} they fall in"
            if self.method == "midpoint"
            else f"rounded to the nearest {self.round_to}"
        )
        return (
            f"{hidden if self.suppress_below > 1 else 'Counts are '}{how}, and percentages are made from "
            "rounded counts. Means, rates and sums "
            f"are shown from {self.smallest_group} people when no one contributes more than "
            f"{self.largest_share:.0%}. Parts and totals are rounded separately, so they may not add up."
        )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


NONE = DisclosureRule("disclosure/none", "none")
"""Everything is shown: for people inside the zone, and written to the audit."""
