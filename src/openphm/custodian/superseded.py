"""NHS numbers that were replaced: a person who had two keeps the one in force.

The demographics service declares which number replaced which when two numbers turned out to be one person's
(`merged`). A number that was issued anew, after adoption or a change of gender, looks the same on paper and
must never lead from one to the other (`reissued`): the two stay two people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from openphm.custodian.pseudonyms import valid_digits
from openphm.store import Engine

RECORD = "custodian_superseded_number"


def read_superseded(engine: Engine, rows: str) -> dict[str, str]:
    """Old number -> number in force, from the clean rows of the record. Chains are followed."""
    found = engine.query(f"SELECT old_number, new_number FROM ({rows}) WHERE reason = 'merged' ORDER BY 1, 2")
    old, new = (
        valid_digits(found[name].combine_chunks()).to_pylist() for name in ("old_number", "new_number")
    )
    return follow_chains((a, b) for a, b in zip(old, new, strict=True) if a and b and a != b)


def follow_chains(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each old number with the last of its chain. A number in a ring, or with two successors, is left alone.

    >>> follow_chains([("a", "b"), ("b", "c"), ("x", "y"), ("y", "x")])
    {'a': 'c', 'b': 'c'}
    """
    successors: dict[str, set[str]] = {}
    for old, new in pairs:
        successors.setdefault(old, set()).add(new)
    plain = {old: next(iter(news)) for old, news in successors.items() if len(news) == 1}
    unclear = {old for old, news in successors.items() if len(news) > 1}
    return {old: last for old in plain if (last := _last(old, plain, unclear)) is not None}


def _last(number: str, plain: Mapping[str, str], unclear: set[str]) -> str | None:
    seen = {number}
    while number in plain:
        number = plain[number]
        if number in seen:
            return None
        seen.add(number)
    return None if number in unclear else number
