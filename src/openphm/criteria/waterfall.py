"""Ordered rules: prove that each person falls in exactly one of them, and that each can be reached.

The first rule that holds wins, so no person can be in two. The last rule must be `everyone`, so
none can be in no rule: a last rule such as "aged 18 or over" would lose the people whose month of
birth is not recorded. A rule that implies an earlier one can never be reached and is a mistake.
"""

from __future__ import annotations

from collections.abc import Sequence

from openphm.core.errors import DefinitionError, Problem
from openphm.criteria.implies import implies
from openphm.criteria.language import Criterion, Everyone, Segment


def check_waterfall(rules: Sequence[tuple[str, Criterion]], where: str = "rules") -> None:
    """Raise DefinitionError, with every problem, unless the rules are exclusive and exhaustive."""
    problems = [*_ending(rules, where), *_codes(rules, where), *_reach(rules, where), *_circles(rules, where)]
    if problems:
        raise DefinitionError.of(problems)


def _ending(rules: Sequence[tuple[str, Criterion]], where: str) -> list[Problem]:
    if rules and isinstance(rules[-1][1], Everyone):
        return []
    found = "The last rule does not hold for everyone." if rules else "There is no rule."
    allowed = "Each person falls in exactly one subsegment, so the last rule must catch the rest."
    return [Problem(f"{where}[{max(len(rules) - 1, 0)}]", found, allowed, "make it 'everyone: true'.")]


def _codes(rules: Sequence[tuple[str, Criterion]], where: str) -> list[Problem]:
    first: dict[str, int] = {}
    problems = []
    for place, (code, _) in enumerate(rules):
        if code in first:
            found = f"'{code}' is used twice (also at {where}[{first[code]}])."
            allowed = "Each person falls in exactly one subsegment, so each code must be unique."
            remedy = "give one of them another code, or merge the two rules."
            problems.append(Problem(f"{where}[{place}].code", found, allowed, remedy))
        first.setdefault(code, place)
    return problems


def _reach(rules: Sequence[tuple[str, Criterion]], where: str) -> list[Problem]:
    problems = []
    for place, (code, criterion) in enumerate(rules):
        for earlier, (winner, wider) in enumerate(rules[:place]):
            if implies(criterion, wider):
                found = f"Nobody can reach '{code}': '{winner}' ({where}[{earlier}]) takes them all first."
                problems.append(Problem(f"{where}[{place}]", found, "", "narrow one, or change the order."))
                break
    return problems


def _circles(rules: Sequence[tuple[str, Criterion]], where: str) -> list[Problem]:
    found = "A segment rule asks about segments, which are not known yet."
    return [
        Problem(f"{where}[{place}]", found, "", "write out the criterion of that segment.")
        for place, (_, criterion) in enumerate(rules)
        if any(isinstance(part, Segment) for part in criterion.walk())
    ]
