"""Movement between segments in a year: the matrix, what each gained, and the largest movements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

from openphm.pages.drawing import Stack, diverging_bars, stacked_bars
from openphm.pages.page import Layout, Page, Record
from openphm.pages.reading import Figures
from openphm.population import Population

ALL = "all"
OUTSIDE = {"born": "Born", "joined": "Joined", "died": "Died", "left": "Left"}
LARGEST = 10


def movement(population: Population, *, as_at: date | None = None, by: str | None = None) -> Page:
    """Who was where 12 months before, and where they are now; by segment unless asked by subsegment."""
    if by == "subsegment":
        names = {one.code: one.name for one in population.subsegments}
    else:
        names = {one.segment_code: one.segment_name for one in population.subsegments}
    across = {} if by == "subsegment" else {code: f"{code} {name}" for code, name in names.items()}
    titles = {**OUTSIDE, **across, ALL: "All", "from_code": "From \\ to"}
    return Page(
        title="Movement between segments in 12 months",
        result=population.movement(as_at, by=by),
        headline=partial(headline, names=names),
        next_step="see the subsegments with --by subsegment, or another year with --as-at",
        layout=Layout("from_code", "to_code", "value", titles=titles, key={} if across else names),
        charts=partial(charts, names=names),
    )


def _net(held: Figures, names: Mapping[str, str]) -> dict[str, float | None]:
    """People now less people then, from the released totals; None where either is not shown."""
    found: dict[str, float | None] = {}
    for code in names:
        then, now = held.figure(code, ALL), held.figure(ALL, code)
        found[code] = None if then is None or now is None else now - then
    return found


def _between(held: Figures, names: Mapping[str, str]) -> list[tuple[float, str, str]]:
    """Movements between segments that may be shown, the largest first."""
    found = [
        (people, was, is_now)
        for was in names
        for is_now in names
        if was != is_now and (people := held.figure(was, is_now)) is not None and people > 0
    ]
    return sorted(found, key=lambda one: (-one[0], one[1], one[2]))


def headline(records: Sequence[Record], names: Mapping[str, str]) -> str:
    """The segment that changed most, and the largest movement between two."""
    held = Figures(records, "from_code", "to_code")
    then = [held.figure(code, ALL) for code in names]
    if all(one is None for one in then):
        return "There are too few people here to say who moved."
    everybody = held.figure(ALL, ALL)
    said = f"{everybody:,.0f} people were here then or now." if everybody else ""
    net = {code: gained for code, gained in _net(held, names).items() if gained}
    if net:
        most = max(net, key=lambda code: abs(net[code] or 0))
        gained = net[most] or 0
        said += f" {names[most]} {'grew' if gained > 0 else 'shrank'} most, by {abs(gained):,.0f} people."
    moves = _between(held, names)
    if moves:
        people, was, is_now = moves[0]
        said += f" The largest movement: {people:,.0f} people from {names[was]} to {names[is_now]}."
    return said.strip()


def charts(records: Sequence[Record], names: Mapping[str, str]) -> list[str]:
    """What each segment gained or lost, and the largest movements between segments."""
    held = Figures(records, "from_code", "to_code")
    net = [(f"{code} {names[code]}", gained) for code, gained in _net(held, names).items()]
    drawn = [
        diverging_bars(
            "People now less people a year ago", net, lambda people: f"{people:+,.0f}" if people else "0"
        )
    ]
    moves = _between(held, names)[:LARGEST]
    if moves:
        stacks = [
            Stack(f"{was} {names[was]} → {is_now} {names[is_now]}", (people,), people)
            for people, was, is_now in moves
        ]
        drawn.append(stacked_bars("The largest movements", ["People"], stacks, lambda n: f"{n:,.0f}"))
    return drawn
