"""A draft of a cohort: its lines in the address of the page, and what each form does to them.

The address holds the draft, so that a draft is shared by its link, the browser's back key undoes a change,
and nothing is kept of what was only tried. What comes back from an address is never trusted: every line is
read again by the criteria language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from openphm.core.errors import DefinitionError
from openphm.criteria import Known, parse

MOST_LINES = 20
LONGEST = 3_000
"""Characters of a draft in an address; a whole address has at most 4,000."""
TESTS = ("at_least", "at_most", "above", "below", "any_of")
COUNTS = ("count_at_least", "count_at_most", "cost_at_least_gbp", "cost_at_most_gbp", "within_months")


@dataclass(frozen=True)
class Line:
    """One criterion as plain data, and what is wrong with it."""

    plain: Any
    problems: tuple[str, ...] = ()

    @property
    def is_left_out(self) -> bool:
        """People of whom it is true are left out."""
        return isinstance(self.plain, dict) and set(self.plain) == {"not"}

    @property
    def said(self) -> str:
        """The criterion on one line, without its `not`."""
        return in_words(self.plain["not"] if self.is_left_out else self.plain)


@dataclass(frozen=True)
class Draft:
    """The lines of a cohort that is being built, all of which must hold."""

    lines: tuple[Line, ...] = ()

    @classmethod
    def read(cls, text: str, known: Known) -> Draft | None:
        """From an address; None when it is not a draft that this page wrote."""
        try:
            held = json.loads(text) if text else []
        except (ValueError, RecursionError):
            return None
        if not isinstance(held, list) or len(held) > MOST_LINES:
            return None
        return cls(tuple(Line(one, problems_of(one, known)) for one in held))

    @property
    def text(self) -> str:
        """For an address."""
        return json.dumps([one.plain for one in self.lines], separators=(",", ":"), ensure_ascii=False)

    @property
    def is_ready(self) -> bool:
        """There is a line, and every line is right."""
        return bool(self.lines) and not any(one.problems for one in self.lines)

    @property
    def criteria(self) -> dict[str, Any]:
        """The criterion of the cohort."""
        return {"all": [one.plain for one in self.lines]}

    def address(self, path: str) -> str:
        """The page with this draft."""
        return f"{path}?{urlencode({'d': self.text})}" if self.lines else path

    def with_line(self, plain: Any, at: int | None, *, is_other: bool) -> Draft:
        """A line more; in the place of one; or as another possibility of one (`any`)."""
        lines = list(self.lines)
        if at is None or not 0 <= at < len(lines):
            return Draft((*lines, Line(plain)))
        if is_other:
            before = lines[at].plain
            parts = before["any"] if isinstance(before, dict) and set(before) == {"any"} else [before]
            plain = {"any": [*parts, plain]}
        lines[at] = Line(plain)
        return Draft(tuple(lines))

    def without(self, at: int) -> Draft:
        """One line fewer."""
        return replace(self, lines=tuple(one for n, one in enumerate(self.lines) if n != at))

    def moved_up(self, at: int) -> Draft:
        """A line one place up."""
        lines = list(self.lines)
        if 0 < at < len(lines):
            lines[at - 1], lines[at] = lines[at], lines[at - 1]
        return Draft(tuple(lines))


def problems_of(plain: Any, known: Known) -> tuple[str, ...]:
    """What the language says of one line, with the nearest known name."""
    try:
        parse(plain, known, "this line")
    except DefinitionError as error:
        return tuple(
            " ".join(text for text in (one.found, one.allowed[:200], one.remedy) if text)
            for one in error.problems
        )
    return ()


def line_of(fields: Mapping[str, str]) -> Any:
    """The criterion that a form describes, as plain data; what is wrong in it the language says."""
    kind, name = fields.get("kind", ""), fields.get("name", "").strip()
    made: dict[str, Any]
    if kind == "text":
        try:
            return json.loads(name)
        except (ValueError, RecursionError):
            return name
    names = [one.strip() for one in name.split(",") if one.strip()]
    if kind == "place":
        made = {"place": fields.get("level", ""), "any_of": [one.upper() for one in names]}
    elif kind in ("condition", "activity", "segment"):
        made = {kind: names[0] if len(names) == 1 else names}
    else:
        made = {kind: name}
    if kind == "attribute" and fields.get("test") in TESTS:
        values = [number_of(one) for one in fields.get("value", "").split(",") if one.strip()]
        made[fields["test"]] = values if fields["test"] == "any_of" else (values or [""])[0]
    if kind == "activity":
        made |= {one: number_of(fields[one]) for one in COUNTS if fields.get(one, "").strip()}
    if kind == "condition" and fields.get("ever"):
        made["ever"] = True
    return {"not": made} if fields.get("leave_out") else made


def number_of(text: str) -> int | float | str:
    """A number where it is one, the text where it is not."""
    text = text.strip().replace("£", "")
    try:
        value = float(text)
    except ValueError:
        return text
    if value != value or abs(value) > 1e12:
        return text
    return int(value) if value == int(value) else value


def in_words(plain: Any) -> str:
    """A criterion for people to read."""
    if not isinstance(plain, dict):
        return str(plain)[:200]
    for word, joined in (("any", " or "), ("all", " and ")):
        if isinstance(plain.get(word), list):
            return joined.join(in_words(one) for one in plain[word])
    return ", ".join(f"{_plainly(key)} {_value(value)}" for key, value in plain.items())


def _plainly(key: str) -> str:
    return str(key).replace("_", " ")


def _value(value: Any) -> str:
    if isinstance(value, list):
        return " or ".join(_value(one) for one in value)
    if isinstance(value, dict):
        return in_words(value)
    return str(value).replace("_", " ")
