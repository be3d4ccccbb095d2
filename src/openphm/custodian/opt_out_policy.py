"""Opt-outs: which objection is upheld in which flow, and what happens when a list is missing or too old.

The definition `custodian/opt_outs` says it for each dataset. A flow that must be filtered here is not
pseudonymised at all without a fresh list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from openphm.core import CustodianRefused, DefinitionError, Problem
from openphm.definitions import Definitions

DEFINITION = "custodian/opt_outs"
KINDS = ("type_1", "national", "local")
FOR_DIRECT_CARE = "local_reidentification"
MODES = ("apply_here", "when_listed", "applied_upstream", "not_applicable")


@dataclass(frozen=True)
class OptOutPolicy:
    """oldest_days: kind -> days; flows: dataset (or `default`) -> kind -> mode."""

    oldest_days: Mapping[str, int]
    flows: Mapping[str, Mapping[str, str]]
    reidentification: tuple[str, ...]

    @classmethod
    def of(cls, definitions: Definitions) -> OptOutPolicy:
        """Read the definition. Raises DefinitionError."""
        definition = definitions.get(DEFINITION)
        body, label = definition.body, definition.label
        problems = []
        for name, flow in body["flows"].items():
            for kind in KINDS:
                if flow.get(kind) not in MODES:
                    problems.append(
                        Problem(
                            f"{label}, flows.{name}.{kind}",
                            f"'{flow.get(kind)}' is not known.",
                            f"One of {', '.join(MODES)}.",
                            "say what is done with this objection in this flow",
                        )
                    )
            if "not_applicable" in flow.values() and not flow.get("reason"):
                problems.append(
                    Problem(
                        f"{label}, flows.{name}", "it gives no reason for `not_applicable`.", "", "say why"
                    )
                )
        if "default" not in body["flows"] or any(kind not in body["lists"] for kind in KINDS):
            problems.append(Problem(label, "a default flow or the age of a list is missing.", "", "add it"))
        if problems:
            raise DefinitionError.of(problems)
        return cls(
            {kind: int(body["lists"][kind]["oldest_days"]) for kind in KINDS},
            {name: {kind: str(flow[kind]) for kind in KINDS} for name, flow in body["flows"].items()},
            tuple(body["reidentification"]),
        )

    def applied(self, dataset: str, listed: Iterable[str]) -> tuple[str, ...]:
        """The kinds of objection that remove people from a dataset, given the lists there are."""
        flow = self.flows.get(dataset, self.flows["default"])
        here = set(listed)
        return tuple(kind for kind in KINDS if flow[kind] != "not_applicable" and kind in here)

    def refuse_unless_fresh(self, datasets: Iterable[str], lists: Mapping[str, date], today: date) -> None:
        """Raise CustodianRefused when a list that must be applied is missing or too old, or from tomorrow."""
        problems = []
        for kind in KINDS:
            modes = {self.flows.get(one, self.flows["default"])[kind] for one in datasets}
            needed = "apply_here" in modes or ("when_listed" in modes and kind in lists)
            if not needed:
                continue
            made = lists.get(kind)
            if made is None:
                problems.append(_problem(kind, "there is no list.", self.oldest_days[kind]))
            elif made > today:
                problems.append(_problem(kind, "the list is dated in the future.", self.oldest_days[kind]))
            elif (today - made).days > self.oldest_days[kind]:
                days = (today - made).days
                problems.append(_problem(kind, f"the list is {days} days old.", self.oldest_days[kind]))
        if problems:
            raise CustodianRefused.of(problems)


def _problem(kind: str, found: str, oldest: int) -> Problem:
    return Problem(
        f"opt-outs, {kind}",
        found,
        f"A flow of this delivery must be filtered by a list of at most {oldest} days; nothing was written.",
        "take in a fresh list with `openphm custodian optouts take LIST --home DIR`",
    )
