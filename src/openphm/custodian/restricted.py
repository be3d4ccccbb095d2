"""Codes whose records the law restricts: the list, and which of the codes that were delivered it means.

The definition `custodian/restricted` holds the list. What ships is a sample; in production it is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openphm.core import CustodianRefused, DefinitionError, Problem
from openphm.custodian.keys import ENVIRONMENT_VARIABLE
from openphm.definitions import Definitions, RecordSpec

DEFINITION = "custodian/restricted"
DROP, STRIP, NULL = "drop_event", "strip_identity", "null_code"
_ALLOWED = {
    "match": ("exact", "prefix"),
    "class": ("legal", "sensitive"),
    "action": (DROP, STRIP, NULL),
    "route": ("direct", "inferred"),
}


@dataclass(frozen=True)
class RestrictedCode:
    """One line of the list."""

    system: str
    code: str
    is_prefix: bool
    action: str

    def means(self, code: str) -> bool:
        """True when a delivered code falls under this line."""
        return code.startswith(self.code) if self.is_prefix else code == self.code


@dataclass(frozen=True)
class RestrictedCodes:
    """The lines that apply here."""

    codes: tuple[RestrictedCode, ...]
    is_sample: bool

    @classmethod
    def of(cls, definitions: Definitions) -> RestrictedCodes:
        """Read the definition. Raises DefinitionError with every problem of it."""
        definition = definitions.get(DEFINITION)
        body = definition.body
        problems = [
            Problem(
                f"{definition.label}, codes[{place}].{name}",
                f"'{row.get(name)}' is not known.",
                f"One of {', '.join(allowed)}.",
                "correct the line",
            )
            for place, row in enumerate(body["codes"])
            for name, allowed in _ALLOWED.items()
            if row.get(name) not in allowed
        ]
        applied = {"legal", *body.get("apply", ())}
        if problems:
            raise DefinitionError.of(problems)
        return cls(
            tuple(
                RestrictedCode(
                    str(row["system"]), str(row["code"]), row["match"] == "prefix", str(row["action"])
                )
                for row in body["codes"]
                if row["class"] in applied
            ),
            bool(body.get("sample", False)),
        )

    def refuse_sample_in_production(self, environment: Mapping[str, str]) -> None:
        """Raise CustodianRefused in production with the list that ships."""
        if self.is_sample and environment.get(ENVIRONMENT_VARIABLE, "").lower().startswith("prod"):
            raise CustodianRefused(
                DEFINITION,
                "the list of restricted codes is the sample.",
                "In production the list in force is loaded; the sample only shows its form.",
                f"put the licensed list in the overlay under the id {DEFINITION}, with `sample: false`",
            )

    def columns(self, spec: RecordSpec) -> dict[str, str]:
        """Column -> system, of the columns of a record that may hold a restricted code."""
        systems = {one.system for one in self.codes}
        return {
            field.name: field.pattern.name
            for field in spec.fields
            if field.pattern is not None and field.pattern.name in systems and field.identity is None
        }

    def among(self, system: str, delivered: Iterable[str]) -> dict[str, str]:
        """Delivered code -> action, of those that fall under the list; the strictest action counts."""
        order = (NULL, STRIP, DROP)
        found: dict[str, str] = {}
        for code in delivered:
            actions = [one.action for one in self.codes if one.system == system and one.means(code)]
            if actions:
                found[code] = max(actions, key=order.index)
        return found
