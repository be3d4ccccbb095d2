"""The overview: what each report says in one sentence, and where to read more."""

from __future__ import annotations

from starlette.responses import Response

from openphm.reports import REPORTS
from openphm.web.asking import Ask, Asking, NotFound
from openphm.web.presenting import Shown
from openphm.web.screen import EVERYBODY, READERS, Screen
from openphm.web.screens.reports import SCREENS, USUAL, ReportScreen

ORDER = 1
SAID = ("segments", "condition-impact", "life-stage-cost", "inequalities", "high-intensity-use")
screen = Screen("overview", roles=EVERYBODY)


@screen.get("/overview", "Overview")
def overview(ask: Ask) -> Response:
    """A sentence for each report that this user may read.

    What was asked before stands there at once; the rest comes when it is ready, or by its link.
    """
    cards = [(one, _said(ask, one) if ask.is_known(one.report, USUAL) else None) for one in _own(ask)]
    return ask.page("overview.html", cards=cards)


@screen.get("/overview/says/{report}", "Overview", roles=READERS)
def says(ask: Ask, report: str) -> Response:
    """The sentence of one report, for a card that waits for it."""
    for one in _own(ask):
        if one.report == report:
            return ask.page("overview_card.html", one=one, shown=_said(ask, one))
    raise NotFound


def _own(ask: Asking) -> list[ReportScreen]:
    """The reports of the overview that this user may read, in its order."""
    if not ask.roles & READERS:
        return []
    own = [one for one in SCREENS if one.report in SAID and one.roles & ask.roles]
    return sorted(own, key=lambda one: SAID.index(one.report))


def _said(ask: Asking, one: ReportScreen) -> Shown:
    return ask.shown(one.report, REPORTS[one.report], options=USUAL)
