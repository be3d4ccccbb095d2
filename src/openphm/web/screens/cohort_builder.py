"""The cohort builder: a place, then lines; how many are left after each; kept as a new version."""

from __future__ import annotations

from datetime import date
from typing import Any

from starlette.responses import Response

from openphm.core.errors import UsageError
from openphm.criteria import Known
from openphm.reports import cohort_answers
from openphm.web.asking import Ask, Asking, NotFound
from openphm.web.presenting import Shown
from openphm.web.screen import Screen
from openphm.web.screens.cohort_builder_draft import LONGEST, MOST_LINES, Draft, Line, in_words
from openphm.web.screens.cohort_builder_forms import fields_of, line_of
from openphm.web.screens.cohorts import BUILDERS
from openphm.web.screens.cohorts_held import HeldCohort, cohort_named, save_cohort

ORDER = 20
NEW = "/cohorts/new"
screen = Screen("cohorts", roles=BUILDERS)


@screen.get(NEW, "Build a cohort", says="Describe a group of people, line by line, and see how many.")
def new(ask: Ask) -> Response:
    """An empty draft, one of an address, or one that begins with another cohort."""
    based = ask.request.query_params.get("from", "")
    return _page(ask, NEW, cohort_named(ask, based) if based else None)


@screen.post(NEW)
def change_new(ask: Ask) -> Response:
    """What a form of the builder does."""
    return _changed(ask, NEW, None)


@screen.get("/cohorts/{name}/edit", "Change a cohort")
def edit(ask: Ask, name: str) -> Response:
    """The newest version of one's own cohort as a draft."""
    return _page(ask, f"/cohorts/{name}/edit", _own(ask, name))


@screen.post("/cohorts/{name}/edit")
def change(ask: Ask, name: str) -> Response:
    """What a form of the builder does; saving makes a new version."""
    return _changed(ask, f"/cohorts/{name}/edit", _own(ask, name))


def _own(ask: Asking, name: str) -> HeldCohort:
    held = cohort_named(ask, name)
    if held.owner != ask.user.name:
        raise NotFound
    return held


def _page(ask: Asking, path: str, begun: HeldCohort | None) -> Response:
    known, places = _known(ask)
    text = ask.request.query_params.get("d", "")
    draft = Draft.read(text, known) if text or begun is None else _draft_of(begun, known)
    is_wrong = draft is None
    draft = draft or Draft()
    shown = _counted(ask, draft)
    status = 422 if is_wrong or any(one.problems for one in draft.lines) else 200
    at = _number(ask.request.query_params.get("edit", ""))
    changed = draft.lines[at] if at is not None and at < len(draft.lines) else None
    answer = ask.page(
        "cohort_builder/lines.html" if ask.is_partial else "cohort_builder/page.html",
        status=status, draft=draft, shown=shown, left=_left(shown, draft), path=path, begun=begun,
        is_wrong=is_wrong, places=places, known=known, names=_names(known), in_words=in_words,
        today=date.today().isoformat(), fields=fields_of(changed.plain) if changed else {},
        at=at if changed else None, **_undoing(ask, draft, path),
    )  # fmt: skip
    if ask.is_partial:
        answer.headers["hx-push-url"] = draft.address(path)
    return answer


def _changed(ask: Asking, path: str, begun: HeldCohort | None) -> Response:
    known, _ = _known(ask)
    draft = Draft.read(ask.field("d"), known)
    if draft is None:
        raise UsageError("draft", "this is not a draft that the builder wrote", remedy="begin again")
    act, place, before = ask.field("act"), _number(ask.field("at")), draft.text
    if act == "save":
        return _save(ask, draft, begun)
    if act == "add":
        draft = draft.with_line(line_of(dict(ask.form)), place, is_other=ask.field("how") == "or")
    elif place is not None and place < len(draft.lines):
        draft = _moved(draft, act, place, _number(ask.field("part")))
    if len(draft.text) > LONGEST or len(draft.lines) > MOST_LINES:
        raise UsageError(
            "draft", "this cohort has too many lines", remedy="save a part as a cohort of its own"
        )
    return ask.see(draft.address(path, was=before))


def _moved(draft: Draft, act: str, place: int, part: int | None) -> Draft:
    """What a button beside a line does. part: the condition of a group, or how many of them must hold."""
    if act == "remove":
        return draft.without(place) if part is None else draft.without_part(place, part)
    if act == "up":
        return draft.moved_up(place)
    return draft.needing(place, part) if act == "needing" and part else draft


def _undoing(ask: Asking, draft: Draft, path: str) -> dict[str, str]:
    """Where undo and redo lead: drafts that stand in the address beside this one."""
    known, _ = _known(ask)
    found = {}
    for name, other, back in (("undo", "was", "next"), ("redo", "next", "was")):
        text = ask.request.query_params.get(other, "")
        held = Draft.read(text, known) if text else None
        found[name] = held.address(path, **{back: draft.text}) if held is not None else ""
    return found


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 3 else None


def _save(ask: Asking, draft: Draft, begun: HeldCohort | None) -> Response:
    title = ask.field("title").strip()[:120]
    if not title or not draft.is_ready:
        found = "it has no name" if not title else "a line is wrong, or there is none"
        raise UsageError("cohort", f"this cohort was not saved: {found}", remedy="go back and mend it")
    body: dict[str, Any] = {
        "title": title,
        "owner": ask.user.name,
        "note": ask.field("purpose").strip()[:300],
        "criteria": draft.criteria,
    }
    if review := _day(ask.field("review")):
        body["date_next_review"] = review
    with ask.population() as population:
        population.cohort({**body, "id": "cohorts/draft"})
    return ask.see(f"/cohorts/{save_cohort(ask, begun.name if begun else '', body)}")


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise UsageError("review date", "this is not a day", "For example 2027-04-01.", "go back") from None


def _draft_of(held: HeldCohort, known: Known) -> Draft:
    criteria = held.criteria
    parts = criteria["all"] if isinstance(criteria, dict) and set(criteria) == {"all"} else [criteria]
    read = Draft(tuple(Line(one) for one in parts))
    return Draft.read(read.text, known) or read


def _counted(ask: Asking, draft: Draft) -> Shown | None:
    """How many are left after each line, released under the overlap guard; None while a line is wrong."""
    if not draft.is_ready:
        return None
    body = {"id": "cohorts/draft", "title": "This cohort", "criteria": draft.criteria}
    return ask.shown_of_cohort(
        "cohort-attrition", [body], lambda people: cohort_answers.attrition(people, body)
    )


def _left(shown: Shown | None, draft: Draft) -> list[str]:
    """What stands beside each line: people left, hidden where they are few."""
    if shown is None:
        return [""] * len(draft.lines)
    cells = [line.cells for table in shown.tables for line in table.lines]
    place = next((n for n, name in enumerate(shown.tables[0].across) if "remaining" in name.lower()), 0)
    return [row[place].text for row in cells][-len(draft.lines) :]


def _known(ask: Asking) -> tuple[Known, dict[str, str]]:
    with ask.population() as population:
        places = {one.code: f"{one.name} ({one.kind})" for one in population.places}
        return population.known, places


def _names(known: Known) -> dict[str, list[str]]:
    return {
        "attribute": known.attribute_names,
        "condition": sorted(known.conditions),
        "activity": sorted(known.activities),
        "segment": sorted(known.segments),
        "cohort": sorted(known.cohorts),
    }
