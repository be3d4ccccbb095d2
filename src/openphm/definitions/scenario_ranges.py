"""Ranges: a figure and how sure we are of it."""

from __future__ import annotations

from dataclasses import dataclass

from openphm.definitions.entry import Entry


@dataclass(frozen=True)
class Range:
    """A central figure with the 10th and 90th percentile of what it may be; equal when it is certain."""

    value: float
    p10: float | None = None
    p90: float | None = None

    @property
    def low(self) -> float:
        """The 10th percentile."""
        return self.value if self.p10 is None else self.p10

    @property
    def high(self) -> float:
        """The 90th percentile."""
        return self.value if self.p90 is None else self.p90


CERTAINLY_NONE = Range(0.0)


def read_range(entry: Entry, key: str, default: float | None = None) -> Range:
    """A number, or {value, p10, p90} in rising order."""
    value = entry.raw(key)
    if isinstance(value, dict):
        one = entry.entry(key)
        assert one is not None
        found = _range(one)
        one.done()
        return found
    number = entry.number(key) if default is None else entry.number(key, default)
    return Range(float(number or 0.0))


def read_ranges(entry: Entry, key: str) -> dict[str, Range]:
    """A mapping of names to ranges; absent is empty."""
    names = entry.entry(key)
    if names is None:
        return {}
    found = {name: read_range(names, name) for name in names.names()}
    names.done()
    return found


def refuse_negative(entry: Entry, key: str, value: float) -> None:
    """Note a value that must not be below zero."""
    if value < 0:
        entry.problems.add(entry.at(key), f"{value:g} is below zero.", allowed="0 or more")


def _range(one: Entry) -> Range:
    low, high = one.number("p10", None), one.number("p90", None)
    middle = one.number("value", None)
    if low is None or high is None:
        if middle is None or (low, high) != (None, None):
            one.problems.add(
                one.where,
                "a percentile is missing.",
                allowed="`value` alone, or p10 and p90 with or without it",
            )
        return Range(middle or 0.0)
    middle = (low + high) / 2 if middle is None else middle
    if not low <= middle <= high:
        one.problems.add(
            one.where,
            f"{low:g}, {middle:g} and {high:g} do not rise.",
            allowed="p10, value, p90 in rising order",
        )
    return Range(middle, low, high)
