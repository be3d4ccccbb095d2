"""Thresholds as parameters: a rule says `$high_complexity_conditions`, the file's `parameters:` say 5.

An overlay file may say `based_on: <its own id>` and give only what differs; `parameters` are merged one
by one, everything else key by key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from openphm.definitions.problems import Problems

_NAME = re.compile(r"\$([a-z][a-z0-9_]*)")


def merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The base with the changes over it; parameters keep their meaning when only the value changes."""
    merged = {**base, **{key: value for key, value in changes.items() if key != "based_on"}}
    ours, theirs = base.get("parameters"), changes.get("parameters")
    if isinstance(ours, dict) and isinstance(theirs, dict):
        merged["parameters"] = {
            **ours,
            **{name: _merge_one(ours.get(name), value) for name, value in theirs.items()},
        }
    return merged


def _merge_one(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and not isinstance(new, dict):
        return {**old, "value": new}
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **new}
    return new


def resolve(body: dict[str, Any], label: str, problems: Problems) -> dict[str, Any]:
    """The body with every `$name` replaced by the value of that parameter."""
    given = body.get("parameters")
    values = {name: _value(one) for name, one in given.items()} if isinstance(given, dict) else {}
    return {
        key: value if key == "parameters" else _replace(value, values, f"{label}, {key}", problems)
        for key, value in body.items()
    }


def _value(parameter: Any) -> Any:
    return parameter.get("value") if isinstance(parameter, dict) else parameter


def _replace(value: Any, values: dict[str, Any], where: str, problems: Problems) -> Any:
    if isinstance(value, dict):
        return {key: _replace(item, values, f"{where}.{key}", problems) for key, item in value.items()}
    if isinstance(value, list):
        return [_replace(item, values, f"{where}[{number}]", problems) for number, item in enumerate(value)]
    match = _NAME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return value
    if match[1] not in values:
        problems.add_unknown(where, match[1], values, thing="parameter of this file")
    return values.get(match[1])
