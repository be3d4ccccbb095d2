"""The names that criteria may use, and a check that a criterion uses only these.

The criteria room reads and compiles the language; this check only finds names that do not exist, in
every definition that holds criteria, so that a renamed condition is noticed when files are loaded.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from openphm.definitions.problems import Problems

_CRITERIA_KEYS = ("criteria", "all", "any", "not", "of", "numerator", "denominator", "eligibility")


@dataclass(frozen=True)
class Names:
    """Everything that a criterion may name."""

    attributes: Collection[str] = field(default_factory=frozenset)
    conditions: Collection[str] = field(default_factory=frozenset)
    points_of_delivery: Collection[str] = field(default_factory=frozenset)

    def of(self, word: str) -> Collection[str] | None:
        """The names that may stand after a word of the language."""
        return {
            "attribute": self.attributes,
            "condition": self.conditions,
            "activity": self.points_of_delivery,
        }.get(word)


def check_criteria(value: Any, where: str, names: Names, problems: Problems) -> None:
    """Note every attribute, condition or activity that does not exist."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            check_criteria(item, f"{where}[{number}]", names, problems)
    if not isinstance(value, dict):
        return
    for word, item in value.items():
        known = names.of(word)
        if known is not None:
            for name in item if isinstance(item, list) else [item]:
                if name not in known:
                    problems.add_unknown(_at(where, word), str(name), known, thing=word)
        elif isinstance(item, dict | list):
            check_criteria(item, _at(where, word), names, problems)


def _at(where: str, word: str) -> str:
    return f"{where}.{word}" if ", " in where else f"{where}, {word}"


def holds_criteria(body: Any) -> bool:
    """True when a definition's body begins a criterion."""
    return isinstance(body, dict) and any(key in body for key in _CRITERIA_KEYS)
