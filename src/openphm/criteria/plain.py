"""Criteria as plain data and as YAML: what a person reads, saves and shares.

`as_plain` gives dictionaries, lists, text and numbers only, and `parse` reads them back into an
equal criterion.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any as Anything

import yaml

from openphm.criteria.language import (
    Activity,
    All,
    Any,
    AtLeast,
    Attribute,
    Condition,
    Criterion,
    Everyone,
    Not,
    Place,
    Segment,
)

Plain = dict[str, Anything]


def as_plain(criterion: Criterion) -> Plain:
    """The criterion as dictionaries, lists, text and numbers, ready for YAML or JSON."""
    return _WRITERS[type(criterion)](criterion)


def as_yaml(criterion: Criterion) -> str:
    """The criterion as the YAML a person would write in a definition file."""
    return yaml.safe_dump(as_plain(criterion), sort_keys=False, allow_unicode=True, width=100).rstrip()


def _one_or_list(values: tuple[Anything, ...]) -> Anything:
    return values[0] if len(values) == 1 else list(values)


def _settings(criterion: Criterion, *skip: str) -> Plain:
    """The settings that were given, in the order the language names them."""
    given: Plain = {}
    for field in fields(criterion):
        value = getattr(criterion, field.name)
        if field.name in skip or value is None or value is False or value == ():
            continue
        given[field.name] = list(value) if isinstance(value, tuple) else value
    return given


def _attribute(criterion: Attribute) -> Plain:
    return {"attribute": criterion.name, **_settings(criterion, "name")}


def _condition(criterion: Condition) -> Plain:
    return {"condition": _one_or_list(criterion.any_of), **_settings(criterion, "any_of")}


def _activity(criterion: Activity) -> Plain:
    rest = _settings(criterion, "any_of", "within_months")
    return {
        "activity": _one_or_list(criterion.any_of),
        **rest,
        "within_months": criterion.within_months,
    }


_WRITERS: dict[type[Criterion], Callable[[Anything], Plain]] = {
    Everyone: lambda c: {"everyone": True},
    Attribute: _attribute,
    Condition: _condition,
    Activity: _activity,
    Place: lambda c: {"place": c.level, "any_of": list(c.any_of)},
    Segment: lambda c: {"segment": _one_or_list(c.any_of)},
    All: lambda c: {"all": [as_plain(part) for part in c.of]},
    Any: lambda c: {"any": [as_plain(part) for part in c.of]},
    Not: lambda c: {"not": as_plain(c.of)},
    AtLeast: lambda c: {"at_least": c.count, "of": [as_plain(part) for part in c.of]},
}
