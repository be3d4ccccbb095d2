"""The log of the suite: what was done, how often, and whether it still adds up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from starlette.responses import Response

from openphm.access import Action, Role, authorise
from openphm.audit import AuditLog, Entry, LogIndex, checkpoints_beside, read_checkpoints
from openphm.recording import Register
from openphm.web.asker import Asker
from openphm.web.asking import Ask, Asking
from openphm.web.filters import Filters, Option
from openphm.web.kinds import kind
from openphm.web.screen import Screen
from openphm.web.screens.governance import Table
from openphm.web.work import Work

ORDER = 7
MOST = 100
"""Lines on a page."""
AT_ONCE = 20_000
"""Lines that are verified while the reader waits; more become a job."""
VERIFIED = "audit-verified"
screen = Screen("governance", roles=frozenset({Role.IG_LEAD}))


@dataclass(frozen=True)
class Verified:
    """When the whole chain was last walked, by whom, and what was found."""

    at: datetime
    who: str
    found: Mapping[str, Any]


@screen.get("/governance/audit", "Log", says="What was asked, released and refused; and does the log add up?")
def audit(ask: Ask) -> Response:
    """The newest lines, filtered and paged; how many of each event."""
    _check(ask)
    ask.remember("audit.read")
    return _page(ask)


@screen.post("/governance/audit", "Log")
def verify(ask: Ask) -> Response:
    """Walk the whole chain, and compare it with the signed checkpoints beside it. A long one is a job."""
    _check(ask)
    if len(ask.suite.log_index) > AT_ONCE:
        job = ask.submit(VERIFIED, "Verify the log", {})
        return ask.see(f"/jobs/{job.id}")
    _verify(ask, lambda share: None)
    return _page(ask)


@kind(VERIFIED, "Verify the log")
def verify_apart(work: Work) -> None:
    """The same as a job; the log's page says what was found."""
    _check(work)
    _verify(work, lambda share: work.tell(share, f"{share:.0%} of the log follows from its beginning"))
    last = _last(work.register)
    intact = last is not None and last.found["is_intact"]
    work.tell(1, "The log adds up." if intact else "The log does not add up: its page says where.")


def _verify(asker: Asker, told: Callable[[float], None]) -> None:
    log: AuditLog = asker.suite.log
    beside = checkpoints_beside(log)
    heads = [one.head for one in read_checkpoints(beside)] if beside.exists() else []
    found = log.verify(witnesses=heads, told=told)
    asker.remember("audit.verified", is_intact=found.is_intact, lines=found.head.sequence)
    body = {
        "is_intact": found.is_intact,
        "lines": found.head.sequence,
        "head": found.head.hash[:16],
        "first_bad": found.first_bad,
        "reason": found.reason,
    }
    asker.register.kept.keep(VERIFIED, "suite", body, owner=asker.user.name)


def _last(register: Register) -> Verified | None:
    kept = register.kept.newest(VERIFIED, "suite")
    return None if kept is None else Verified(kept.kept_at, kept.owner, kept.body)


def _page(ask: Asking) -> Response:
    index: LogIndex = ask.suite.log_index
    events = index.events
    filters = ask.filters(_options(events, index.actors))
    chosen, number = filters.chosen, int(filters.value("page"))
    page = index.page(
        number, MOST, event=chosen.get("event", ""), actor=chosen.get("actor", ""), since=filters.day("since")
    )
    shown = Table(
        "Lines, the newest first",
        ("Line", "When (UTC)", "Who", "What", "More"),
        [_row(line, entry) for line, entry in page.entries],
        "No line is like this. Choose fewer filters.",
    )
    counts = Table("How often", ("What", "Times"), list(events.items()))
    return ask.page(
        "governance/audit.html", status=422 if filters.dropped else 200, filters=filters, shown=shown,
        counts=counts, verified=_last(ask.register), matching=page.matching, lines=sum(events.values()),
        first=(number - 1) * MOST + 1, ways=_ways(filters, number, page.matching),
    )  # fmt: skip


def _options(events: Mapping[str, int], actors: Mapping[str, int]) -> list[Option]:
    return [
        Option("event", "What", {"": "Everything", **{name: name for name in sorted(events)}}),
        Option("actor", "Who", {"": "Everybody", **{name: name for name in sorted(actors)}}),
        Option("since", "Since (a day)", check=_day),
        Option("page", "Page", default="1", check=_number),
    ]


def _ways(filters: Filters, number: int, matching: int) -> dict[str, str]:
    """The addresses of the pages before and after this one."""
    ways = {"Newer lines": filters.address(page=str(number - 1))} if number > 1 else {}
    return ways | ({"Older lines": filters.address(page=str(number + 1))} if matching > number * MOST else {})


def _row(line: int, entry: Entry | None) -> tuple[object, ...]:
    if entry is None:
        return line, "", "", "(this line cannot be read)", "Verify the log"
    return line, entry.at[:19].replace("T", " "), entry.actor, entry.event, _said(entry)


def _check(asker: Asker) -> None:
    authorise(asker.user, Action.READ_AUDIT, purpose=asker.purpose, log=asker.suite.log)


def _said(entry: Entry) -> str:
    return "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in entry.detail.items())


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _number(text: str) -> str | None:
    return str(int(text)) if text.isascii() and text.isdigit() and 0 < len(text) < 9 and int(text) else None
