"""Read one mapping of a definition key by key, and notice what is missing, wrong or unknown.

An `Entry` remembers which keys were asked for. `done()` then names every key that nobody asked for,
with the nearest one that is allowed: a misspelt key must never be silently ignored.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from openphm.definitions.problems import Problems

_REQUIRED: Any = object()


class Entry:
    """One mapping with its place in the file."""

    def __init__(self, value: Any, where: str, problems: Problems) -> None:
        self.where, self.problems = where, problems
        self._asked: set[str] = set()
        self._value: dict[str, Any] = value if isinstance(value, dict) else {}
        if not isinstance(value, dict):
            problems.add(where, f"found {_kind(value)}.", allowed="a mapping (`key: value` lines)")

    def at(self, key: str) -> str:
        """The place of a key, for a message."""
        return f"{self.where}.{key}" if ", " in self.where else f"{self.where}, {key}"

    def has(self, key: str) -> bool:
        """True when the key stands there with a value."""
        return self._value.get(key) is not None

    def raw(self, key: str) -> Any:
        """The value as it stands; None when absent."""
        self._asked.add(key)
        return self._value.get(key)

    def text(self, key: str, default: Any = _REQUIRED) -> Any:
        """A text; numbers are taken as text, because codes are often written without quotes."""
        value = self._get(key, default)
        if value is default or value is None:
            return value
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return str(value).strip()
        return self._wrong(key, value, "text", default)

    def integer(self, key: str, default: Any = _REQUIRED, *, minimum: int = 0) -> Any:
        """A whole number of at least `minimum`."""
        value = self._get(key, default)
        if value is default or value is None:
            return value
        if isinstance(value, int) and not isinstance(value, bool) and value >= minimum:
            return value
        return self._wrong(key, value, f"a whole number, {minimum} or more", default)

    def number(self, key: str, default: Any = _REQUIRED) -> Any:
        """A number."""
        value = self._get(key, default)
        if value is default or value is None:
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        return self._wrong(key, value, "a number", default)

    def flag(self, key: str, default: Any = _REQUIRED) -> Any:
        """true or false."""
        value = self._get(key, default)
        if value is default or isinstance(value, bool):
            return value
        return self._wrong(key, value, "true or false", default)

    def day(self, key: str, default: Any = _REQUIRED) -> Any:
        """A date, written 2026-11-22."""
        value = self._get(key, default)
        if value is default or isinstance(value, date):
            return value
        return self._wrong(key, value, "a date such as 2026-11-22", default)

    def choice(
        self, key: str, allowed: Iterable[str], default: Any = _REQUIRED, *, thing: str = "value"
    ) -> Any:
        """A text out of a known list."""
        value = self.text(key, default)
        names = list(allowed)
        if value is None or value is default or value in names:
            return value
        self.problems.add_unknown(self.at(key), value, names, thing=thing)
        return None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; one text alone is a list of one; absent is empty."""
        value = self.raw(key)
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        if any(isinstance(item, dict | list | bool) or item is None for item in items):
            self.problems.add(self.at(key), "an item is not text.", allowed="a list of short texts")
            return ()
        return tuple(str(item).strip() for item in items)

    def entry(self, key: str) -> Entry | None:
        """A mapping within; None when absent."""
        value = self.raw(key)
        return None if value is None else Entry(value, self.at(key), self.problems)

    def entries(self, key: str) -> list[Entry]:
        """A list of mappings; absent is empty."""
        value = self.raw(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.problems.add(self.at(key), f"found {_kind(value)}.", allowed="a list")
            return []
        return [Entry(item, f"{self.at(key)}[{number}]", self.problems) for number, item in enumerate(value)]

    def named_entries(self, key: str) -> list[tuple[str, Entry]]:
        """A mapping of names to mappings; absent is empty."""
        value = self.raw(key)
        if value is None:
            return []
        if not isinstance(value, dict):
            self.problems.add(
                self.at(key), f"found {_kind(value)}.", allowed="a mapping of names to mappings"
            )
            return []
        return [(name, Entry(item, f"{self.at(key)}.{name}", self.problems)) for name, item in value.items()]

    def names(self) -> list[str]:
        """The keys that stand in the file."""
        return list(self._value)

    def allow(self, *keys: str) -> None:
        """Keys that another reader reads."""
        self._asked.update(keys)

    def done(self) -> None:
        """Name every key that nobody asked for."""
        for key in self._value:
            if key not in self._asked:
                self.problems.add_unknown(self.at(key), key, self._asked, thing="key")

    def _get(self, key: str, default: Any) -> Any:
        self._asked.add(key)
        value = self._value.get(key)
        if value is not None:
            return value
        if default is _REQUIRED:
            self.problems.add(self.at(key), "nothing stands here.", allowed="a value", remedy=f"add `{key}:`")
            return None
        return default

    def _wrong(self, key: str, value: Any, allowed: str, default: Any) -> Any:
        self.problems.add(self.at(key), f"found {_kind(value)}.", allowed=allowed)
        return None if default is _REQUIRED else default


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else f"'{value}'"
