"""The overview: what each report says in one sentence, and where to read more."""

from __future__ import annotations

from starlette.responses import Response

from openphm.reports import REPORTS
from openphm.web.asking import Ask
from openphm.web.screen import EVERYBODY, READERS, Screen
from openphm.web.screens.reports import SCREENS

ORDER = 1
SAID = ("segments", "condition-impact", "life-stage-cost", "inequalities", "outcomes", "high-intensity-use")
screen = Screen("overview", roles=EVERYBODY)


@screen.get("/overview", "Overview")
def overview(ask: Ask) -> Response:
    """A sentence for each report that this user may read."""
    cards = []
    if ask.roles & READERS:
        for one in SCREENS:
            if one.report in SAID and one.roles & ask.roles:
                shown = ask.shown(one.report, REPORTS[one.report], options={"as_at": None, "by": None})
                cards.append((one, shown))
    return ask.page("overview.html", cards=cards)
