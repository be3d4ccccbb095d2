"""The names a criterion may use: which attributes, conditions, activities, code lists ... exist.

`parse` checks against this, so that a misspelt name is found when a file is loaded and not as an
empty cohort a week later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from openphm.criteria.language import PLACE_LEVELS
from openphm.definitions.codelists import Codelist


@dataclass(frozen=True)
class AttributeKind:
    """What may be asked of one attribute.

    kind     "flag" (holds or not), "number" (compared) or "text" (one of `values`)
    values   the texts it can take; empty when any text is possible
    lowest, highest   the range a number can take; a threshold outside it is a mistake
    """

    kind: str = "flag"
    values: tuple[str, ...] = ()
    lowest: float | None = None
    highest: float | None = None


# What the language itself answers, whatever a site defines.
BUILT_IN: Mapping[str, AttributeKind] = {
    "age": AttributeKind("number", lowest=0, highest=130),
    "sex": AttributeKind("text"),
    "ethnicity": AttributeKind("text"),
    "ethnic_group": AttributeKind("text"),
}


@dataclass(frozen=True)
class Known:
    """Every name that a criterion may use.

    codelists   code lists by name
    cohorts     the plain data of each cohort's criterion, by id; read when a criterion asks for it
    """

    attributes: Mapping[str, AttributeKind] = field(default_factory=dict)
    conditions: frozenset[str] = frozenset()
    activities: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    places: tuple[str, ...] = PLACE_LEVELS
    codelists: Mapping[str, Codelist] = field(default_factory=dict)
    cohorts: Mapping[str, object] = field(default_factory=dict)

    def attribute(self, name: str) -> AttributeKind | None:
        """What may be asked of this attribute; None when there is no such attribute."""
        return self.attributes.get(name) or BUILT_IN.get(name)

    @property
    def attribute_names(self) -> list[str]:
        """Every attribute, those of the language and those of the definitions."""
        return sorted({*BUILT_IN, *self.attributes})
