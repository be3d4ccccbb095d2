"""The segment model (Figure 10): five segments, sixteen subsegments, the rule and the people of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from openphm.definitions.segments import SegmentModel, Subsegment
from openphm.pages import Page
from openphm.pages.reading import Figures, pounds
from openphm.population import Population
from openphm.population.segments import ALL
from openphm.reports import REPORTS
from openphm.web.asking import Ask, Asking, NotFound
from openphm.web.presenting import CONFIDENTIAL, Shown, ShownCell
from openphm.web.screen import READERS, Screen
from openphm.web.screens.cohort_builder_draft import Draft, Line, in_words
from openphm.web.screens.reports import USUAL

ORDER = 15  # after the pages of reports, so that their addresses come before /segments/{code}
MATRIX, MOVEMENT, FLOWS = "segments", "movement", "/segments/flows"
LARGEST = 5
screen = Screen("segments", roles=READERS)


@dataclass(frozen=True)
class Part:
    """A segment or subsegment, with its people, their share of everybody, and the cost of each for a year."""

    code: str
    name: str
    people: str
    share: str
    cost: str
    rule: str = ""
    position: int = 0


@dataclass(frozen=True)
class Moved:
    """People who came from, or went to, another subsegment in the last 12 months."""

    code: str
    name: str
    people: int


@screen.get("/segments", "The model", says="Five segments, sixteen subsegments, and the rule of each.")
def model(ask: Ask) -> Response:
    """Every person stands in one subsegment: the first rule that holds for them, in this order."""
    held = _model(ask)
    shown = ask.shown(MATRIX, REPORTS[MATRIX], options=USUAL)
    found = Figures(list(shown.released.records()), "subsegment_code", "measure")
    everybody = found.figure(ALL, "population")
    groups = []
    for code, name in held.segments.items():
        own = [_part(one, found, everybody) for one in held.subsegments if one.segment_code == code]
        groups.append(
            (_whole(code, name, own, found, everybody, held), sorted(own, key=lambda one: one.code))
        )
    return ask.page("segments/model.html", shown=shown, groups=groups)


@screen.get("/segments/{code}", "Subsegment")
def subsegment(ask: Ask, code: str) -> Response:
    """One subsegment: its rule, its people beside everybody, and who came and went."""
    held = _model(ask)
    rule = next((one for one in held.subsegments if one.code == code), None)
    if rule is None:
        raise NotFound
    shown = ask.shown(MATRIX, REPORTS[MATRIX], options=USUAL)
    records = list(shown.released.records())
    found = Figures(records, "subsegment_code", "measure")
    part = _part(rule, found, found.figure(ALL, "population"))
    came, went = _moved(ask, held, code)
    before = [one for one in held.subsegments if one.position < rule.position]
    return ask.page(
        "segments/one.html",
        shown=shown,
        part=part,
        segment=held.segments[rule.segment_code],
        measures=_beside(shown, code),
        before=before,
        came=came,
        went=went,
        draft=Draft((Line({"segment": [code]}),)).address("/cohorts/new"),
    )


def _model(ask: Asking) -> SegmentModel:
    """The model in force: the one that the build was made with has its name."""
    return next(iter(ask.definitions.contents.segments.values()))


def _part(one: Subsegment, found: Figures, everybody: float | None) -> Part:
    people = found.figure(one.code, "population")
    cost = found.figure(one.code, "cost_pppy_total")
    rule = "everybody else" if "everyone" in one.criteria else in_words(one.criteria)
    return Part(
        one.code, one.name, _count(people), _share(people, everybody), _cost(cost), rule, one.position
    )


def _whole(
    code: str, name: str, own: Sequence[Part], found: Figures, everybody: float | None, model: SegmentModel
) -> Part:
    """A segment from its subsegments; hidden when one of them is, so that no part is had by taking away."""
    codes = [one.code for one in model.subsegments if one.segment_code == code]
    people = [found.figure(each, "population") for each in codes]
    costs = [found.figure(each, "cost_total_gbp") for each in codes]
    known = [one for one in people if one is not None]
    if len(known) < len(people):
        return Part(code, name, CONFIDENTIAL, CONFIDENTIAL, "")
    spent = [one for one in costs if one is not None]
    total = f"{pounds(sum(spent))} in 12 months" if len(spent) == len(costs) else ""
    return Part(code, name, _count(sum(known)), _share(sum(known), everybody), total)


def _moved(ask: Asking, held: SegmentModel, code: str) -> tuple[list[Moved], list[Moved]]:
    """Those who came and those who went, the most first; nobody for roles that may not see movement."""
    if not ask.suite.paths[FLOWS] & ask.roles:
        return [], []
    shown = ask.shown(MOVEMENT, _by_subsegment, options={**USUAL, "by": "subsegment"})
    found = Figures(list(shown.released.records()), "from_code", "to_code")
    names = {one.code: one.name for one in held.subsegments if one.code != code}
    came = {other: found.figure(other, code) for other in names}
    went = {other: found.figure(code, other) for other in names}
    return _most(came, names), _most(went, names)


def _by_subsegment(population: Population) -> Page:
    return REPORTS[MOVEMENT](population, by="subsegment")


def _most(people: Mapping[str, float | None], names: Mapping[str, str]) -> list[Moved]:
    known = [Moved(code, names[code], int(n)) for code, n in people.items() if n]
    return sorted(known, key=lambda one: (-one.people, one.code))[:LARGEST]


def _beside(shown: Shown, code: str) -> list[tuple[str, str, ShownCell, ShownCell]]:
    """Heading, measure, this subsegment's figure and everybody's, as the matrix shows them."""
    table = shown.tables[0]
    own, all_ = table.across.index(code), table.across.index("All")
    return [(line.group, line.name, line.cells[own], line.cells[all_]) for line in table.lines]


def _count(value: float | None) -> str:
    return CONFIDENTIAL if value is None else f"{value:,.0f}"


def _share(value: float | None, everybody: float | None) -> str:
    """From rounded counts."""
    return CONFIDENTIAL if value is None or not everybody else f"{100 * value / everybody:.1f}%"


def _cost(value: float | None) -> str:
    return CONFIDENTIAL if value is None else pounds(value)
