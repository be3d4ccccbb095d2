"""Requesting: freeze a cohort among the people of one recipient, as a request that can be signed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from openphm.access import Purpose
from openphm.core.errors import UsageError
from openphm.core.reidentification import Request
from openphm.population import Population
from openphm.population.cohorts.chosen import What


@dataclass(frozen=True)
class Wanted:
    """What somebody asks for, beside the cohort.

    recipient  the practice or network that will receive the list
    requester  the account, at the custodian, of who asks and collects; `role` is the one they have there
    agreement  the data sharing agreement that allows it
    kind       once, standing (`runs` of them, monthly) or break_glass; `standing`: the run it repeats
    """

    recipient: str
    requester: str
    role: str
    agreement: str
    reason: str = ""
    kind: str = "once"
    runs: int = 1
    standing: str | None = None


def frozen_request(
    population: Population,
    cohort: What,
    wanted: Wanted,
    *,
    as_at: date | None = None,
    only: Collection[str] = (),
) -> Request:
    """The request with the people of a cohort, not yet signed or numbered.

    population: opened for direct care and narrowed to the recipient, so that nobody else can be in it.
    only: some of them, chosen one by one; everybody when nobody was chosen.
    Raises UsageError when nobody is in the cohort here, or not everybody who was chosen; DefinitionError for
    a cohort that is not sound.
    """
    chosen = population.cohort(cohort)
    people = tuple(str(person) for person in chosen.people(as_at).column("person_id"))
    if not people:
        raise UsageError("cohort", "nobody is in it here.", remedy="look with `openphm cohort count`")
    if only:
        people = tuple(one for one in people if one in only)
        if len(people) < len(set(only)):
            found = "somebody who was chosen is not in the cohort here, as the build has it."
            raise UsageError("cohort", found, remedy="choose anew from the newest list")
    frozen = chosen.freeze(as_at)
    seal = frozen["frozen"]
    return Request(
        requester=wanted.requester, role=wanted.role, recipient=wanted.recipient,
        purpose=Purpose.DIRECT_CARE.value, agreement=wanted.agreement, cohort=str(frozen["id"]),
        criteria=_spelled_out(chosen.chosen.criterion).plain(), person_ids=people,
        as_at=datetime.fromisoformat(seal["as_at"]).date(), build=str(seal["build"]), reason=wanted.reason,
        kind=wanted.kind, runs=wanted.runs, standing=wanted.standing,
    )  # fmt: skip


def _spelled_out(criterion: Any) -> Any:
    """The criterion with each cohort used by name replaced by what it says: the custodian checks words."""
    if type(criterion).__name__ == "Cohort":
        return _spelled_out(criterion.of)
    inner = getattr(criterion, "of", None)
    if isinstance(inner, tuple):
        return replace(criterion, of=tuple(_spelled_out(part) for part in inner))
    return replace(criterion, of=_spelled_out(inner)) if inner is not None else criterion
