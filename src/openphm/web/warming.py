"""Warming: ask the usual pages before anybody does, so that the first reader of a build does not wait."""

from __future__ import annotations

from openphm.access import Purpose, Role, User
from openphm.core.errors import OpenPHMError
from openphm.reports import REPORTS
from openphm.web.asker import Asker
from openphm.web.screens.reports import SCREENS, USUAL
from openphm.web.suite import Suite

_QUICK_FIRST = ("segments", "condition-impact", "life-stage-cost")


def warm(suite: Suite) -> None:
    """Every report of the whole system without filters; what cannot be answered is left for its reader."""
    somebody = Asker(suite, User("the suite", frozenset({Role.EXECUTIVE})), Purpose.PLANNING)
    for one in sorted(SCREENS, key=lambda one: one.report not in _QUICK_FIRST):
        try:
            somebody.shown(one.report, REPORTS[one.report], options=USUAL)
        except OpenPHMError:
            continue  # its page says why
