"""Warming: ask the usual pages before anybody does, so that the first reader of a build does not wait."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from functools import partial

from openphm.access import Purpose, Role, User
from openphm.core.errors import OpenPHMError
from openphm.reports import REPORTS
from openphm.reports.headlines import NAME, twelve_months_before
from openphm.web.asker import Asker
from openphm.web.screens.reports import SCREENS, USUAL
from openphm.web.suite import Suite

_QUICK_FIRST = (NAME, "segments", "condition-impact", "life-stage-cost")


def warm(suite: Suite) -> None:
    """Every report of the whole system without filters, and the headline numbers of twelve months before.

    What cannot be answered is left for its reader.
    """
    somebody = Asker(suite, User("the suite", frozenset({Role.EXECUTIVE})), Purpose.PLANNING)
    reports = [one.report for one in sorted(SCREENS, key=lambda one: one.report not in _QUICK_FIRST)]
    asked: list[tuple[str, date | None]] = [(one, None) for one in reports]
    with suppress(OpenPHMError), somebody.population() as population:
        asked.insert(1, (NAME, twelve_months_before(population.as_at)))
    for report, as_at in asked:
        with suppress(OpenPHMError):  # its page says why
            make = partial(REPORTS[report], as_at=as_at)
            somebody.shown(report, make, options={**USUAL, "as_at": as_at})
