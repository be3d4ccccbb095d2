"""Read one YAML file that may come from anybody.

The text is turned into values straight from the parser's events. So nothing is constructed by tag,
aliases (and with them "billion laughs" bombs) are refused, depth and size are bounded, and a key that
stands twice is an error instead of a silent overwrite.

Plain scalars mean what an NHS analyst expects: `01` and `0407` stay text (leading zeros matter in
codes), `NO` and `on` stay text, only `true` and `false` are flags, `2026-11-22` is a date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml

from openphm.definitions.problems import Problems

MAX_BYTES = 4_000_000
MAX_DEPTH = 24
MAX_VALUES = 250_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NOT_SET = object()


class _Stop(Exception):
    """Reading this file ends here; the problem is already noted."""


@dataclass
class _Open:
    """A mapping or list that is still being filled."""

    value: Any
    key: Any = field(default=_NOT_SET)


def read_yaml(content: bytes, where: str, problems: Problems) -> dict[str, Any] | None:
    """The mapping that the file holds, or None after noting why it cannot be read."""
    if len(content) > MAX_BYTES:
        problems.add(
            where,
            f"the file has {len(content):,} bytes.",
            allowed=f"up to {MAX_BYTES:,} bytes",
            remedy="put long code lists in a CSV beside the file (codes_csv)",
        )
        return None
    try:
        value = _Builder(where, problems).build(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        problems.add(
            where, f"byte {error.start} is not UTF-8.", allowed="UTF-8 text", remedy="save the file as UTF-8"
        )
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        problems.add(
            where,
            f"{line}{error.problem or 'not YAML'}.",
            allowed="YAML",
            remedy="look at indentation, colons and quotes near that line",
        )
    except yaml.YAMLError as error:
        problems.add(where, f"not YAML ({type(error).__name__}).", allowed="YAML without control characters")
    except _Stop:
        pass
    else:
        if isinstance(value, dict):
            return value
        problems.add(where, "the file is not a mapping.", allowed="`key: value` lines, first of them `id:`")
    return None


class _Builder:
    """Turns parser events into plain values, without recursion."""

    def __init__(self, where: str, problems: Problems) -> None:
        self._where, self._problems = where, problems
        self._stack: list[_Open] = []
        self._count, self._root, self._documents = 0, None, 0

    def build(self, text: str) -> Any:
        for event in yaml.parse(text, Loader=_LOADER):
            self._take(event)
        return self._root

    def _take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._put(self._scalar(event), event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._open(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._stack.pop()
        elif isinstance(event, yaml.AliasEvent):
            self._stop(event, f"an alias (*{event.anchor}) is used.", "the value written out in full")
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._stop(event, "a second document begins.", "one document in a file")

    def _open(self, event: Any) -> None:
        if event.tag is not None and not event.implicit:
            self._stop(event, f"the tag {event.tag} is used.", "plain YAML without tags")
        if len(self._stack) >= MAX_DEPTH:
            self._stop(event, f"nesting is deeper than {MAX_DEPTH}.", f"at most {MAX_DEPTH} levels")
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._put(value, event)
        self._stack.append(_Open(value))

    def _put(self, value: Any, event: Any) -> None:
        self._count += 1
        if self._count > MAX_VALUES:
            self._stop(event, f"more than {MAX_VALUES:,} values.", "a smaller file, long lists in a CSV")
        if not self._stack:
            self._root = value
            return
        top = self._stack[-1]
        if isinstance(top.value, list):
            top.value.append(value)
        elif top.key is _NOT_SET:
            self._begin_key(top, value, event)
        else:
            top.value[top.key] = value
            top.key = _NOT_SET

    def _begin_key(self, top: _Open, key: Any, event: Any) -> None:
        if isinstance(key, dict | list) or key is None:
            self._stop(event, "a key is not text.", "short text as key")
        name = str(key)
        if name in top.value:
            self._stop(event, f"the key '{name}' stands twice.", "each key once")
        top.key = name

    def _scalar(self, event: Any) -> Any:
        if event.tag is not None and not event.implicit[0] and not event.implicit[1]:
            self._stop(event, f"the tag {event.tag} is used.", "plain YAML without tags")
        if not event.implicit[0]:
            return event.value
        return resolve_scalar(event.value)

    def _stop(self, event: Any, found: str, allowed: str) -> None:
        place = f"{self._where}, line {event.start_mark.line + 1}"
        self._problems.add(place, found, allowed=allowed)
        raise _Stop


def resolve_scalar(text: str) -> Any:
    """The value of an unquoted scalar: flag, whole number, decimal, date, nothing, or text."""
    if text in ("", "null", "~"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= 30 else text
    if _DECIMAL.fullmatch(text):
        return float(text)
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text
