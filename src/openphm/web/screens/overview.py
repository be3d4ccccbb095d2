"""The overview: headline numbers, what each report says in one sentence, every tool, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from starlette.responses import Response

from openphm.reports import REPORTS
from openphm.reports.headlines import (
    LEAST_CHANGE,
    NAME,
    TOLD,
    Change,
    compared,
    most_changed,
    twelve_months_before,
)
from openphm.web.asking import Ask, Asking, NotFound
from openphm.web.filters import Filters
from openphm.web.first_steps import first_steps
from openphm.web.navigation import SECTIONS, Entry
from openphm.web.presenting import Shown, ShownCell
from openphm.web.screen import EVERYBODY, READERS, Screen
from openphm.web.screens.reports import SCREENS, USUAL, ReportScreen, place_and_date

ORDER = 1
SAID = ("segments", "condition-impact", "life-stage-cost", "inequalities", "high-intensity-use")
BEHIND: Mapping[str, tuple[str, ...]] = {
    "population": ("/segments/matrix",),
    "cost_total_gbp": ("/overview/cost", "/segments/matrix"),
    "cost_pppy_total": ("/overview/cost", "/segments/matrix"),
    "emergency_admissions_pppy": ("/stratify?measure=emergency_admissions_pppy", "/segments/matrix"),
    "ed_attendances_pppy": ("/stratify", "/segments/matrix"),
    "gp_contacts_pppy": ("/stratify?measure=gp_contacts_pppy", "/segments/matrix"),
    "multimorbidity": ("/overview/conditions", "/segments/matrix"),
}
"""The page behind each number: the first of these that its reader may see."""
screen = Screen("overview", roles=EVERYBODY)


@dataclass(frozen=True)
class Number:
    """One headline number: its figure, what it is beside, and the pages behind it."""

    measure: str
    name: str
    cell: ShownCell
    beside: list[str]
    page: str


@dataclass(frozen=True)
class Numbers:
    """All of them.

    says    the sentence above them
    shown   the released page that they are from
    is_all  nothing is left to be asked
    """

    says: str
    shown: Shown
    each: tuple[Number, ...]
    is_all: bool


@screen.get("/overview", "Overview")
def overview(ask: Ask) -> Response:
    """The numbers of the filters, a sentence for each report, and every tool this user may see.

    What was asked before stands there at once; the rest comes when it is ready, or by its link.
    """
    return _page(ask, is_patient=False)


@screen.get("/overview/figures", "Overview", roles=READERS, in_menu=False)
def figures(ask: Ask) -> Response:
    """The headline numbers with every comparison: as a part of the overview, or the whole of it."""
    if ask.request.headers.get("hx-target") != "numbers":
        return _page(ask, is_patient=True)
    filters = _filters(ask)
    numbers = _numbers(ask, filters, is_patient=True)
    return ask.page("overview_numbers.html", numbers=numbers, filters=filters)


@screen.get("/overview/says/{report}", "Overview", roles=READERS)
def says(ask: Ask, report: str) -> Response:
    """The sentence of one report, for a card that waits for it."""
    for one in _own(ask):
        if one.report == report:
            return ask.page("overview_card.html", one=one, shown=_said(ask, one))
    raise NotFound


def _page(ask: Asking, *, is_patient: bool) -> Response:
    """The whole page. is_patient: ask for the comparisons too, however long they take."""
    said: dict[str, Any] = {"tools": list(_tools(ask)), "steps": first_steps(ask.roles, ask.seen)}
    if not ask.roles & READERS:
        return ask.page("overview.html", filters=ask.filters(), **said)
    filters = _filters(ask)
    numbers = _numbers(ask, filters, is_patient=is_patient)
    cards = [(one, _said(ask, one) if ask.is_known(one.report, USUAL) else None) for one in _own(ask)]
    status = 422 if filters.dropped else 200
    answer = ask.page("overview.html", status=status, filters=filters, numbers=numbers, cards=cards, **said)
    if ask.is_partial:
        answer.headers["hx-push-url"] = filters.address()
    return answer


def _filters(ask: Asking) -> Filters:
    """Place and date, with the address of the overview."""
    read = ask.filters(place_and_date(ask))
    return Filters("/overview", read.options, read.chosen, read.dropped)


def _numbers(ask: Asking, filters: Filters, *, is_patient: bool) -> Numbers | None:
    """The numbers, or None when nobody asked them before and nothing was chosen: they come by themselves."""
    place = filters.chosen.get("place")
    day = filters.day("as_at") if "as_at" in filters.chosen else None
    if not (is_patient or filters.chosen or _known(ask, None, day)):
        return None
    shown = _headlines(ask, place, day)
    before = twelve_months_before(shown.provenance.as_at)
    others: dict[str, tuple[str | None, date | None]] = {"all": (None, day)} if place else {}
    if before.isoformat() in next(one.choices for one in filters.options if one.name == "as_at"):
        others["before"] = (place, before)
    asked = {name: at for name, at in others.items() if is_patient or _known(ask, *at)}
    records = list(shown.released.records())
    beside = {
        name: compared(records, list(_headlines(ask, *at).released.records())) for name, at in asked.items()
    }
    earlier, all_ = beside.get("before", {}), beside.get("all", {})
    named = "the whole system" if ask.scope().is_whole_system else "all that you may see"
    lines = zip((str(record["measure"]) for record in records), shown.tables[0].lines, strict=True)
    each = tuple(
        Number(one, line.name, line.cells[0], _beside(one, earlier, all_, named), _behind(ask, one))
        for one, line in lines
    )
    says = f"{shown.headline} {most_changed(earlier)}".strip()
    return Numbers(says, shown, each, len(asked) == len(others))


def _headlines(ask: Asking, place: str | None, day: date | None) -> Shown:
    return ask.shown(NAME, partial(REPORTS[NAME], as_at=day), place=place, options=_asked(day))


def _known(ask: Asking, place: str | None, day: date | None) -> bool:
    return ask.is_known(NAME, _asked(day), place=place)


def _asked(day: date | None) -> Mapping[str, object]:
    return {**USUAL, "as_at": day}


def _beside(one: str, earlier: Mapping[str, Change], others: Mapping[str, Change], all_: str) -> list[str]:
    """What stands under a number: how it was twelve months before, and how it is elsewhere."""
    said = []
    if one in earlier and earlier[one].other:
        said.append(f"{_in_words(earlier[one], 'up', 'down')} twelve months before: {earlier[one].other}")
    if one in TOLD and one in others and others[one].other:
        said.append(f"{_in_words(others[one], 'above', 'below')} {all_}: {others[one].other}")
    return said


def _in_words(change: Change, more: str, less: str) -> str:
    """The difference in words; none is said where chance may be all there is."""
    joined = "on" if more == "up" else ""
    if change.share is None:
        return "Not compared with"
    if not change.is_clear:
        return "Not clearly different from"
    if abs(change.share) < LEAST_CHANGE:
        return "Much the same as"
    word = more if change.share > 0 else less
    return f"{abs(change.share):.0%} {word} {joined}".strip()


def _behind(ask: Asking, measure: str) -> str:
    return next(one for one in BEHIND[measure] if one.partition("?")[0] in ask.seen)


def _tools(ask: Asking) -> Iterator[tuple[str, list[Entry]]]:
    """Every section but this one, with the pages of it that this user may see."""
    for section, (title, _) in SECTIONS.items():
        own = [one for one in ask.suite.entries if one.section == section and one.roles & ask.roles]
        if own and section != screen.section:
            yield title, own


def _own(ask: Asking) -> list[ReportScreen]:
    """The reports of the overview that this user may read, in its order."""
    if not ask.roles & READERS:
        return []
    own = [one for one in SCREENS if one.report in SAID and one.roles & ask.roles]
    return sorted(own, key=lambda one: SAID.index(one.report))


def _said(ask: Asking, one: ReportScreen) -> Shown:
    return ask.shown(one.report, REPORTS[one.report], options=USUAL)
