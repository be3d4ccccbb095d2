"""Overlap: how a group asked about now meets groups that were asked about before.

Two answers about groups that differ by a few people are an answer about those few. The groups are counted
here; whether they are too close is decided by `release`, and what was asked is remembered by `recording`: a
question, never its people, so that it is asked anew of the same build.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from openphm.access import Granularity, Scope
from openphm.core.errors import DefinitionError
from openphm.criteria import parse
from openphm.population.asking import Asking
from openphm.population.cohorts.chosen import Chosen
from openphm.population.cohorts.members import members_sql

AT_ONCE = 20
"""So many earlier groups are counted in one query."""

_KINDS = ("practices", "pcns", "lsoas")


class Meeting(NamedTuple):
    """How many people are in one of two groups alone."""

    n_only_now: int
    n_only_before: int


@dataclass(frozen=True)
class Group:
    """A cohort in a place: what a question about people was about."""

    chosen: Chosen
    scope: Scope

    def question(self) -> dict[str, Any]:
        """The group as plain data, for the register: its criterion and its places."""
        places = {kind: getattr(self.scope, kind) for kind in _KINDS}
        return {
            "criteria": self.chosen.criterion.plain(),
            **{kind: sorted(codes) for kind, codes in places.items() if codes is not None},
        }

    @classmethod
    def of_question(cls, question: Mapping[str, Any], population: Asking) -> Group | None:
        """The group of a question; None when today's definitions no longer know what it asks for."""
        try:
            criterion = parse(question["criteria"], population.known, "an earlier question")
        except DefinitionError:
            return None
        places = {kind: frozenset(question[kind]) for kind in _KINDS if kind in question}
        scope = Scope(population.scope.purpose, Granularity.AGGREGATE, **places)
        return cls(Chosen("earlier", "An earlier question", criterion), scope)

    def sql(self) -> str:
        """SELECT of the person_key of its people, over `people`."""
        limits = self.scope.predicate(practice="p.practice_code", pcn="p.pcn_code", lsoa="p.lsoa21_code")
        return (
            f"SELECT p.person_key FROM (\n{members_sql(self.chosen)}\n) AS m\n"
            f"JOIN people AS p ON p.person_key = m.person_key WHERE {limits}"
        )


def meetings(population: Asking, now: Group, before: Sequence[Group], as_at: date) -> list[Meeting]:
    """How the group meets each earlier one, among all people of the population's scope.

    Open the population for all that the user may ask about, not for one place: people outside the place may
    be the difference.
    """
    found: list[Meeting] = []
    for some in _in_turn(before):
        groups = ",\n".join(
            f"group_{n} AS MATERIALIZED (\n{one.sql()}\n)" for n, one in enumerate([now, *some])
        )
        rows = population.ask(f"{groups}\n{_counts(len(some))}", as_at)
        found += [Meeting(int(row["now"] - row["both"]), int(row["before"] - row["both"])) for row in rows]
    return found


def _in_turn(groups: Sequence[Group]) -> Iterator[Sequence[Group]]:
    for first in range(0, len(groups), AT_ONCE):
        yield groups[first : first + AT_ONCE]


def _counts(n: int) -> str:
    return (
        "\nUNION ALL\n".join(
            f"SELECT {one} AS place, (SELECT COUNT(*) FROM group_0) AS now, "
            f"(SELECT COUNT(*) FROM group_{one}) AS before, "
            f"(SELECT COUNT(*) FROM group_0 AS a JOIN group_{one} AS b "
            "ON b.person_key = a.person_key) AS both"
            for one in range(1, n + 1)
        )
        + "\nORDER BY place"
    )
