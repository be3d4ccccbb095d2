"""Errors that teach: where, what was found, what is allowed, how to mend it.

A user's mistake never shows a traceback. The command line and the web page print the same four
parts, each in its own form, so an error carries them as attributes and not as one string. A room
that checks a file collects every `Problem` in it and raises once.

No message may hold a row value of a person, a name or an identifier: errors reach logs and screens
in zone P. Say the column, the line and the reason code instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar, TypeVar


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, in one place."""

    where: str
    found: str
    allowed: str = ""
    remedy: str = ""

    def lines(self) -> list[str]:
        """The problem as indented lines under its place."""
        said = [self.where, f"  {self.found}"]
        if self.allowed:
            said.append(f"  {self.allowed}")
        if self.remedy:
            said.append(f"  To mend: {self.remedy}")
        return said


class OpenPHMError(Exception):
    """The parent of every error a user can cause or mend.

    where, found, allowed, remedy
        The four parts of the first problem.
    problems
        All of them, in the order they were found.
    exit_code
        What the command line ends with; docs/reference/errors.md has a heading for each.
    """

    exit_code: ClassVar[int] = 1

    def __init__(
        self,
        where: str,
        found: str = "",
        allowed: str = "",
        remedy: str = "",
        *,
        problems: Iterable[Problem] = (),
    ) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems) or (Problem(where, found, allowed, remedy),)
        first = self.problems[0]
        self.where = first.where
        self.found = first.found
        self.allowed = first.allowed
        self.remedy = first.remedy
        super().__init__(where, found, allowed, remedy)

    def __str__(self) -> str:
        name = type(self).__name__
        if len(self.problems) == 1:
            first, *rest = self.problems[0].lines()
            return "\n".join([f"{name}: {first}", *rest])
        said = [f"{name}: {len(self.problems)} problems"]
        for problem in self.problems:
            said.extend(problem.lines())
        return "\n".join(said)

    def __reduce__(self) -> tuple[object, ...]:
        """Keep every problem when the error crosses from a worker process."""
        return (_rebuild, (type(self), self.problems))

    def as_dict(self) -> dict[str, object]:
        """The error for a JSON answer or a web page."""
        return {
            "error": type(self).__name__,
            "exit_code": self.exit_code,
            "problems": [
                {"where": p.where, "found": p.found, "allowed": p.allowed, "remedy": p.remedy}
                for p in self.problems
            ],
        }

    @classmethod
    def of(cls: type[ErrorType], problems: Iterable[Problem]) -> ErrorType:
        """One error for all the problems of a file. There must be at least one."""
        found = tuple(problems)
        if not found:
            raise ValueError("an error needs at least one problem")
        return cls("", problems=found)


ErrorType = TypeVar("ErrorType", bound=OpenPHMError)


def _rebuild(kind: type[OpenPHMError], problems: tuple[Problem, ...]) -> OpenPHMError:
    return kind.of(problems)


class UsageError(OpenPHMError):
    """The command or the call was not understood."""

    exit_code = 2


class DefinitionError(OpenPHMError):
    """A definitions file does not say what it must."""

    exit_code = 10


class ExtractRejected(OpenPHMError):
    """A delivered file cannot be trusted, so none of its rows was taken."""

    exit_code = 11


class BuildCheckFailed(OpenPHMError):
    """A new build broke one of its own promises; the old build stays live."""

    exit_code = 12


class StoreError(OpenPHMError):
    """A build is missing, damaged, locked or full."""

    exit_code = 13


class CustodianRefused(OpenPHMError):
    """The custodian will not do this: keys, purpose, opt-out or place are not as they must be."""

    exit_code = 14


class PlanError(OpenPHMError):
    """An evaluation or projection plan is not complete, or was changed after it was locked."""

    exit_code = 15


class AccessRefused(OpenPHMError):
    """This user may not do this, on these rows, for this purpose."""

    exit_code = 16


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like a mistyped one, or an empty string when none is close.

    >>> nearest("asthmaa", ["asthma", "copd"])
    'asthma'
    """
    close = get_close_matches(name.lower(), list(known), n=1, cutoff=0.6)
    return close[0] if close else ""
