"""Areas: networks and practices in a funnel, allowing for the age and sex of their people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from openphm.core.shapes import Shape, Shapes
from openphm.pages.drawing import AreaPanel, Placed, Signpost, Spot, area_maps, funnel
from openphm.pages.page import Layout, Page, Record
from openphm.pages.reading import figure
from openphm.population import Population

MEASURES = {
    "gp_contacts": "GP contacts",
    "ed_attendances": "ED attendances",
    "emergency_admissions": "Emergency admissions",
    "emergency_bed_days": "Emergency bed days",
    "deaths": "Deaths",
}
KINDS = {"pcn": "Primary care networks", "practice": "Practices"}
MOST_NAMED = 3


def areas(
    population: Population, *, as_at: date | None = None, by: str | None = None, shapes: Shapes | None = None
) -> Page:
    """Observed ÷ expected of each network and practice, with the limits of chance.

    shapes: where the places lie, for a map before the funnels.
    """
    titles = {**MEASURES, **KINDS, "area_name": "Place"}
    return Page(
        title="Places compared, allowing for age and sex",
        result=population.areas(as_at, by=by),
        headline=headline,
        next_step="look at who lives there before who works there: openphm report segments --place CODE",
        layout=Layout(
            "area_name", "measure", "value", split="area_kind", lower="lower", upper="upper", titles=titles
        ),
        charts=lambda records: [*maps(records, shapes or {}), *charts(records)],
    )


def headline(records: Sequence[Record]) -> str:
    """How many places lie outside the 99.8% limits, and the names of the first few."""
    shown = [record for record in records if _spot(record) is not None]
    if not shown:
        return "There are too few people in every place to compare them."
    outside = [record for record in shown if _side(record)]
    places = len({(r["area_kind"], r["area_code"]) for r in shown})
    if not outside:
        return f"None of {places} places lies outside the 99.8% limits of chance in any measure."
    outside.sort(key=lambda r: -abs((figure(r, "value") or 1) - 1))
    named = [
        f"{r['area_name']} ({MEASURES[str(r['measure'])]}, {figure(r, 'value'):.2f} times the expected)"
        for r in outside[:MOST_NAMED]
    ]
    count = len({(r["area_kind"], r["area_code"]) for r in outside})
    verb = "lies" if count == 1 else "lie"
    return (
        f"{count} of {places} places {verb} outside the 99.8% limits of chance in a measure; furthest from "
        f"1: {'; '.join(named)}."
    )


def charts(records: Sequence[Record]) -> list[str]:
    """A funnel for each kind of place and measure with something to show."""
    drawn = []
    for kind, plural in KINDS.items():
        for measure, title in MEASURES.items():
            held = [r for r in records if r["area_kind"] == kind and r["measure"] == measure]
            spots = [spot for record in held if (spot := _spot(record)) is not None]
            if spots:
                drawn.append(funnel(f"{title}: {plural.lower()}", spots))
    return drawn


def maps(records: Sequence[Record], shapes: Shapes) -> list[str]:
    """Small maps of every measure for each kind of place with known shapes; before them, the names."""
    drawn = []
    outlines = tuple(shape for shape in shapes.values() if shape.rings)
    names = {str(r["area_code"]): str(r["area_name"]) for r in records}
    signposts = [
        Signpost(names[code], shape) for code, shape in shapes.items() if shape.rings and code in names
    ]
    for kind, plural in KINDS.items():
        panels = []
        for measure, title in MEASURES.items():
            held = [r for r in records if r["area_kind"] == kind and r["measure"] == measure]
            places = [_placed(r, shapes[str(r["area_code"])]) for r in held if r["area_code"] in shapes]
            if places:
                has_points = any(one.shape.points for one in places)
                panels.append(AreaPanel(title, tuple(places), outlines if has_points else ()))
        if panels:
            signs = signposts if any(one.shape.rings for panel in panels for one in panel.places) else ()
            drawn.append(area_maps(f"{plural} on the map: observed ÷ expected", panels, signs))
    return drawn


def _placed(record: Record, shape: Shape) -> Placed:
    """A place in its class: 0 and 4 outside the 99.8% limits, 1 and 3 outside the 95% limits, 2 within."""
    spot = _spot(record)
    if spot is None:
        return Placed(str(record["area_name"]), shape, None)
    low, high = spot.limits_95
    rank = 2 + (spot.ratio < low) - (spot.ratio > high) - 1 * (_side(record) > 0) + (_side(record) < 0)
    return Placed(spot.name, shape, rank, f"{spot.ratio:.2f} times the expected")


def _spot(record: Record) -> Spot | None:
    """A place that may be shown with all its figures; None otherwise."""
    names = ("expected", "value", "lower_95", "upper_95", "lower_998", "upper_998")
    found = [figure(record, name) for name in names]
    known = [one for one in found if one is not None]
    if len(known) < len(names):
        return None
    expected, ratio, *limits = known
    return Spot(
        str(record["area_name"]),
        expected,
        ratio,
        (limits[0], limits[1]),
        (limits[2], limits[3]),
        bool(_side(record)),
    )


def _side(record: Record) -> int:
    """1 above the 99.8% limits, -1 below, 0 within, as far as the released figures say."""
    value, low, high = (figure(record, name) for name in ("value", "lower_998", "upper_998"))
    if value is None or low is None or high is None:
        return 0
    return (value > high) - (value < low)
