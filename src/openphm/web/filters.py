"""Filters: what stands in the address of a page, read, checked and written back in one form.

One view has one address: defaults are left out and names are in a fixed order. What is not known is dropped
and said so on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode


@dataclass(frozen=True)
class Option:
    """One filter of a page.

    name     in the address, such as `by`
    label    on the page
    choices  what it may be, each with its name for people; empty for a free text
    default  what holds when it is not given; not written in the address
    check    for what is not a choice: answers the value in its one form, or None when it is not allowed
    """

    name: str
    label: str
    choices: Mapping[str, str] = field(default_factory=dict)
    default: str = ""
    check: Callable[[str], str | None] | None = None

    def read(self, text: str) -> str | None:
        """The value in its one form; None when it is not allowed."""
        if text in self.choices:
            return text
        return self.check(text.strip()) if self.check else None

    def said(self, value: str) -> str:
        """A value for people."""
        return self.choices.get(value, value)


@dataclass(frozen=True)
class Chip:
    """A filter in use, with the address of the page without it."""

    text: str
    without: str


@dataclass(frozen=True)
class Filters:
    """The filters of one page: what was chosen, and what was dropped."""

    path: str
    options: tuple[Option, ...]
    chosen: Mapping[str, str]
    dropped: tuple[str, ...] = ()

    @classmethod
    def read(
        cls,
        path: str,
        options: Sequence[Option],
        given: Iterable[tuple[str, str]],
        *,
        also: Iterable[str] = (),
    ) -> Filters:
        """From the query of an address. also: names that are no filters and are known all the same."""
        by_name = {option.name: option for option in options}
        chosen: dict[str, str] = {}
        dropped: list[str] = []
        for name, text in given:
            if name in also or not text:
                continue
            value = by_name[name].read(text) if name in by_name else None
            if value is None:
                dropped.append(by_name[name].label if name in by_name else name[:40])
            elif value != by_name[name].default:
                chosen[name] = value
        return cls(path, tuple(options), chosen, tuple(dict.fromkeys(dropped)))

    def value(self, name: str) -> str:
        """What a filter is; its default when nothing was chosen."""
        default = next(option.default for option in self.options if option.name == name)
        return self.chosen.get(name, default)

    def day(self, name: str) -> date | None:
        """A filter that is a day."""
        text = self.value(name)
        return date.fromisoformat(text) if text else None

    def address(self, **changed: str | None) -> str:
        """The address of this view, or of one with other filters; None takes one away."""
        values = {**self.chosen, **changed}
        kept = [(o.name, values[o.name]) for o in self.options if values.get(o.name) not in (None, o.default)]
        more = [(name, value) for name, value in changed.items() if value and name not in self._names]
        query = urlencode([*kept, *more])
        return f"{self.path}?{query}" if query else self.path

    @property
    def chips(self) -> list[Chip]:
        """One for each filter in use."""
        return [
            Chip(
                f"{option.label}: {option.said(self.chosen[option.name])}",
                self.address(**{option.name: None}),
            )
            for option in self.options
            if option.name in self.chosen
        ]

    @property
    def _names(self) -> set[str]:
        return {option.name for option in self.options}
