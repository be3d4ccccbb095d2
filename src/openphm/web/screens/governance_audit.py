"""The log of the suite: what was done, how often, and whether it still adds up."""

from __future__ import annotations

from collections import Counter
from datetime import date

from starlette.responses import Response

from openphm.access import Action, Role, authorise
from openphm.audit import Entry, Verification, checkpoints_beside, read_checkpoints
from openphm.web.asking import Ask, Asking
from openphm.web.filters import Option
from openphm.web.screen import Screen
from openphm.web.screens.governance import Table

ORDER = 7
MOST = 200
"""Lines on a page, the newest; `openphm audit` reads the rest."""
screen = Screen("governance", roles=frozenset({Role.IG_LEAD}))


@screen.get("/governance/audit", "Log", says="What was asked, released and refused; and does the log add up?")
def audit(ask: Ask) -> Response:
    """The newest lines, filtered; how many of each event."""
    return _page(ask, None)


@screen.post("/governance/audit", "Log")
def verify(ask: Ask) -> Response:
    """Walk the whole chain, and compare it with the signed checkpoints beside it."""
    _check(ask)
    log = ask.suite.log
    beside = checkpoints_beside(log)
    heads = [one.head for one in read_checkpoints(beside)] if beside.exists() else []
    found = log.verify(witnesses=heads)
    ask.remember("audit.verified", is_intact=found.is_intact, lines=found.head.sequence)
    return _page(ask, found)


def _page(ask: Asking, found: Verification | None) -> Response:
    _check(ask)
    ask.remember("audit.read")
    held: list[Entry] = list(ask.suite.log.entries())
    events = Counter(one.event for one in held)
    actors = sorted({one.actor for one in held})
    filters = ask.filters(
        [
            Option("event", "What", {"": "Everything", **{name: name for name in sorted(events)}}),
            Option("actor", "Who", {"": "Everybody", **{name: name for name in actors}}),
            Option("since", "Since (a day)", check=_day),
        ]
    )
    chosen = filters.chosen
    lines = [
        one
        for one in reversed(held)
        if chosen.get("event", one.event) == one.event
        and chosen.get("actor", one.actor) == one.actor
        and one.at[:10] >= chosen.get("since", "")
    ]
    shown = Table(
        "Lines, the newest first",
        ("Line", "When (UTC)", "Who", "What", "More"),
        [
            (one.sequence, one.at[:19].replace("T", " "), one.actor, one.event, _said(one))
            for one in lines[:MOST]
        ],
        "No line is like this. Choose fewer filters.",
    )
    counts = Table("How often", ("What", "Times"), [(name, times) for name, times in events.most_common()])
    return ask.page(
        "governance/audit.html", status=422 if filters.dropped else 200, filters=filters, shown=shown,
        counts=counts, found=found, matching=len(lines), lines=len(held), most=MOST,
    )  # fmt: skip


def _check(ask: Asking) -> None:
    authorise(ask.user, Action.READ_AUDIT, purpose=ask.purpose, log=ask.suite.log)


def _said(entry: Entry) -> str:
    return "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in entry.detail.items())


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None
