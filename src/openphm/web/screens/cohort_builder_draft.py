"""A draft of a cohort: its lines in the address of the page, and what each form does to them.

The address holds the draft, so that a draft is shared by its link, the browser's back key undoes a change,
and nothing is kept of what was only tried. What comes back from an address is never trusted: every line is
read again by the criteria language.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from openphm.core.errors import DefinitionError
from openphm.criteria import Known, parse

MOST_LINES = 20
LONGEST = 3_000
"""Characters of a draft in an address; a whole address has at most 4,000."""
LONGEST_ADDRESS = 3_900


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
        return in_words(self._inner)

    @property
    def parts(self) -> list[Any]:
        """The conditions of a group; of any other line, itself."""
        return _group(self._inner)[0]

    @property
    def needed(self) -> int:
        """How many of the parts must hold."""
        return _group(self._inner)[1]

    def of_parts(self, parts: list[Any], needed: int) -> Line:
        """The line with other parts."""
        made = _grouped(parts, needed)
        return Line({"not": made} if self.is_left_out else made)

    @property
    def _inner(self) -> Any:
        return self.plain["not"] if self.is_left_out else self.plain


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

    def address(self, path: str, **beside: str) -> str:
        """The page with this draft; with earlier and later drafts beside it while there is room for them."""
        given = {"d": self.text} if self.lines or beside else {}
        for name, text in beside.items():
            if len(urlencode({**given, name: text})) + len(path) < LONGEST_ADDRESS:
                given[name] = text
        return f"{path}?{urlencode(given)}" if given else path

    def with_line(self, plain: Any, at: int | None, *, is_other: bool) -> Draft:
        """A line more; in the place of one; or as another possibility of one (`any`)."""
        lines = list(self.lines)
        if at is None or not 0 <= at < len(lines):
            return Draft((*lines, Line(plain)))
        line = lines[at]
        if is_other:
            together = len(line.parts) > 1 and line.needed == len(line.parts)
            lines[at] = line.of_parts([*line.parts, plain], line.needed + together)
            return Draft(tuple(lines))
        lines[at] = Line(plain)
        return Draft(tuple(lines))

    def without(self, at: int) -> Draft:
        """One line fewer."""
        return replace(self, lines=tuple(one for n, one in enumerate(self.lines) if n != at))

    def needing(self, at: int, needed: int) -> Draft:
        """A line of which so many parts must hold."""
        return self._with(at, self.lines[at].of_parts(self.lines[at].parts, needed))

    def without_part(self, at: int, part: int) -> Draft:
        """A line with one part fewer; without the line, when that was all of it."""
        parts = [one for n, one in enumerate(self.lines[at].parts) if n != part]
        if not parts:
            return self.without(at)
        return self._with(at, self.lines[at].of_parts(parts, min(self.lines[at].needed, len(parts))))

    def _with(self, at: int, line: Line) -> Draft:
        return Draft(tuple(line if n == at else one for n, one in enumerate(self.lines)))

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


def _group(plain: Any) -> tuple[list[Any], int]:
    """The parts of a group and how many must hold; of anything else itself, and 1."""
    if isinstance(plain, dict):
        if set(plain) in ({"any"}, {"all"}):
            [(word, parts)] = plain.items()
            if isinstance(parts, list) and parts:
                return parts, 1 if word == "any" else len(parts)
        parts, needed = plain.get("of"), plain.get("at_least")
        if set(plain) == {"at_least", "of"} and isinstance(parts, list) and parts and isinstance(needed, int):
            return parts, needed
    return [plain], 1


def _grouped(parts: list[Any], needed: int) -> Any:
    if len(parts) == 1:
        return parts[0]
    if needed <= 1:
        return {"any": parts}
    return {"all": parts} if needed >= len(parts) else {"at_least": needed, "of": parts}


def in_words(plain: Any) -> str:
    """A criterion for people to read."""
    if not isinstance(plain, dict):
        return str(plain)[:200]
    if "of" in plain and isinstance(plain["of"], list):
        parts = "; ".join(in_words(one) for one in plain["of"])
        return f"at least {plain.get('at_least')} of: {parts}"
    for word, joined in (("any", " or "), ("all", " and ")):
        if isinstance(plain.get(word), list):
            return joined.join(in_words(one) for one in plain[word])
    return ", ".join(_said(key, value) for key, value in plain.items())


def _said(key: str, value: Any) -> str:
    """What is asked and how much; an attribute or a condition by its name alone."""
    if key == "within_months":
        return f"within {_value(value)} months"
    named = key in ("attribute", "condition") and isinstance(value, str)
    return _value(value) if named else f"{_plainly(key)} {_value(value)}"


def _plainly(key: str) -> str:
    return str(key).replace("_", " ")


def _value(value: Any) -> str:
    if isinstance(value, list):
        return " or ".join(_value(one) for one in value)
    if isinstance(value, dict):
        return in_words(value)
    return str(value).replace("_", " ")
