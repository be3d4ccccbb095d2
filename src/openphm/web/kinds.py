"""Kinds of long work: what a job can be. Each is a function that takes the job's `Work`.

    @kind("evaluation", "Run an evaluation")
    def run_evaluation(work: Work) -> None:
        work.tell(0.1, "Finding people")
        shown = work.shown("evaluation", make, options=work.parameters)
        work.keep("evaluation.xlsx", shown.as_file("xlsx"))

Stands in a file of `openphm.web.screens`, where the process that does the work finds it. It runs in a
process of its own, for the user who asked and with their rows; ended with it when it is cancelled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from openphm.core.errors import UsageError, nearest

Do = Callable[[Any], None]
"""Takes an `openphm.web.work.Work`, which stands above this file."""


@dataclass(frozen=True)
class Kind:
    """One kind: its name, what it is for people, and the function."""

    name: str
    title: str
    do: Do


_KINDS: dict[str, Kind] = {}


def kind(name: str, title: str) -> Callable[[Do], Do]:
    """Makes a function a kind of work."""

    def named(do: Do) -> Do:
        _KINDS[name] = Kind(name, title, do)
        return do

    return named


def kind_named(name: str) -> Kind:
    """The kind of a name. Raises UsageError with the nearest one."""
    if name not in _KINDS:
        close = nearest(name, _KINDS)
        raise UsageError(
            f"job '{name[:60]}'",
            "there is no such kind of work",
            f"Kinds: {', '.join(sorted(_KINDS))}.",
            f"did you mean '{close}'?" if close else "",
        )
    return _KINDS[name]
