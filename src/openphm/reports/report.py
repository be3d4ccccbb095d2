"""A report: its name, what it says in one line, and the function that makes its page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from openphm.core.errors import UsageError
from openphm.pages.page import Page


@dataclass(frozen=True)
class Report:
    """One report.

    name     as in `openphm report NAME`
    says     one line for the list of reports
    make     takes a Population and, by keyword, as_at, by and the options below; gives a Page
    by       what it can be split by
    options  the options of its own, such as months
    """

    name: str
    says: str
    make: Callable[..., Page]
    by: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    def check_options(self, given: Iterable[str]) -> None:
        """Raise UsageError when an option is given that this report does not have."""
        wrong = [name for name in given if name not in self.options]
        if wrong:
            own = ", ".join(f"--{name}" for name in self.options)
            raise UsageError(
                f"report {self.name}",
                f"It has no {' and no '.join(f'--{name}' for name in wrong)}.",
                f"Its own options: {own}." if own else "It has no options of its own.",
                "leave it out",
            )

    def __call__(self, population: Any, *, by: str | None = None, **given: Any) -> Page:
        """The page. Raises UsageError when it cannot be split as asked."""
        if by is not None and by not in self.by:
            allowed = f"Allowed: {', '.join(self.by)}." if self.by else "This report is not split."
            raise UsageError("--by", f"'{by[:60]}' is not a way to split {self.name}.", allowed)
        return self.make(population, by=by, **given)
