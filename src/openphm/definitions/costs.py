"""Costs: points of delivery, what a unit costs, in which order a price is looked for, deflators."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from openphm.definitions.definition import Definition
from openphm.definitions.entry import Entry
from openphm.definitions.header import HEADER_KEYS
from openphm.definitions.problems import Problems

CATEGORIES = (
    "acute_planned", "acute_unplanned", "acute_other", "general_practice", "community_mental_health",
    "social_care", "none",
)  # fmt: skip
BASES = ("record", "tariff", "mean", "proxy", "none")
UNITS = ("event", "day", "bed_day", "item")
_YEAR = re.compile(r"(20[0-9]{2})/([0-9]{2})")
_FLAGS = ("is_emergency_admission", "is_ed_attendance", "is_gp_contact", "counts_bed_days")


@dataclass(frozen=True)
class PointOfDelivery:
    """A way in which care reaches people, and the cost row it belongs to."""

    id: str
    name: str
    setting: str
    cost_category: str
    unit: str
    is_emergency_admission: bool
    is_ed_attendance: bool
    is_gp_contact: bool
    counts_bed_days: bool


@dataclass(frozen=True)
class UnitCost:
    """Pounds a unit for a point of delivery and currency (HRG, staff type ...; * for all)."""

    point_of_delivery: str
    currency: str
    unit: str
    cost_gbp: Decimal
    price_year: str
    basis: str
    deflator: str
    source: str


@dataclass(frozen=True)
class Deflator:
    """The GDP deflator of a financial year."""

    price_year: str
    gdp: float
    is_forecast: bool


@dataclass(frozen=True)
class Costs:
    """All definitions of costs. `price_order`: (point of delivery or *, bases in order)."""

    points_of_delivery: tuple[PointOfDelivery, ...] = ()
    unit_costs: tuple[UnitCost, ...] = ()
    price_order: tuple[tuple[str, tuple[str, ...]], ...] = ()
    deflators: tuple[Deflator, ...] = ()


def read_costs(definitions: Iterable[Definition], problems: Problems) -> Costs:
    """All costs; each file holds one or more of the four parts."""
    pods: list[PointOfDelivery] = []
    costs: list[UnitCost] = []
    order: list[tuple[str, tuple[str, ...]]] = []
    deflators: list[Deflator] = []
    entries = [(Entry(one.body, one.label, problems), one) for one in definitions]
    for entry, _ in entries:
        entry.allow(*HEADER_KEYS, "note", "based_on", "rows_csv")
        pods += [_read_pod(one) for one in entry.entries("points_of_delivery")]
        deflators += [_read_deflator(one) for one in entry.entries("deflators")]
    known, years = {pod.id for pod in pods}, {one.price_year for one in deflators}
    for entry, _ in entries:
        costs += [_read_cost(one, Entry({}, one.where, problems)) for one in entry.entries("unit_costs")]
        costs += _read_rows(entry)
        order += _read_order(entry)
        entry.done()
    _check(costs, order, known, years, problems)
    return Costs(tuple(pods), tuple(costs), tuple(order), tuple(deflators))


def _read_pod(entry: Entry) -> PointOfDelivery:
    found = PointOfDelivery(
        entry.text("id"),
        entry.text("name"),
        entry.text("setting"),
        entry.choice("cost_category", CATEGORIES, thing="cost category"),
        entry.choice("unit", UNITS, thing="unit"),
        *(entry.flag(name, False) for name in _FLAGS),
    )
    entry.done()
    return found


def _read_deflator(entry: Entry) -> Deflator:
    found = Deflator(
        entry.text("price_year"), entry.number("gdp") or 0.0, bool(entry.flag("is_forecast", False))
    )
    entry.done()
    return found


def _read_rows(entry: Entry) -> list[UnitCost]:
    defaults = entry.entry("defaults") or Entry({}, entry.where, entry.problems)
    return [_read_cost(one, defaults) for one in entry.entries("rows")]


def _read_cost(entry: Entry, defaults: Entry) -> UnitCost:
    def either(key: str) -> str:
        return str(entry.text(key) if entry.has(key) or not defaults.has(key) else defaults.text(key))

    value = either("cost_gbp")
    try:
        pounds = Decimal(value).quantize(Decimal("0.01"))
    except InvalidOperation:
        entry.problems.add(
            entry.at("cost_gbp"), f"'{value}' is not a sum of money.", allowed="pounds, such as 48.00"
        )
        pounds = Decimal(0)
    found = UnitCost(
        point_of_delivery=either("point_of_delivery"),
        currency=either("currency"),
        unit=either("unit"),
        cost_gbp=pounds,
        price_year=either("price_year"),
        basis=either("basis"),
        deflator=either("deflator"),
        source=either("source"),
    )
    entry.done()
    return found


def _read_order(entry: Entry) -> list[tuple[str, tuple[str, ...]]]:
    found = [("*", entry.texts("order"))] if entry.has("order") else []
    for one in entry.entries("exceptions"):
        found.append((one.text("point_of_delivery"), one.texts("order")))
        one.done()
    return found


def _check(
    costs: list[UnitCost],
    order: list[tuple[str, tuple[str, ...]]],
    known: set[str],
    years: set[str],
    problems: Problems,
) -> None:
    seen: set[tuple[str, str, str]] = set()
    for cost in costs:
        where = f"costs, {cost.point_of_delivery} {cost.currency}"
        if cost.point_of_delivery not in known:
            problems.add_unknown(where, cost.point_of_delivery, known, thing="point of delivery")
        if cost.basis not in BASES:
            problems.add_unknown(where, cost.basis, BASES, thing="cost basis")
        if _YEAR.fullmatch(cost.price_year) is None or cost.price_year not in years:
            problems.add_unknown(where, cost.price_year, years, thing="price year with a deflator")
        if (cost.point_of_delivery, cost.currency, cost.basis) in seen:
            problems.add(where, "this price stands twice.", remedy="keep one of the two")
        seen.add((cost.point_of_delivery, cost.currency, cost.basis))
    for pod, bases in order:
        if pod != "*" and pod not in known:
            problems.add_unknown("costs/price_order", pod, known, thing="point of delivery")
        for basis in bases:
            if basis not in BASES:
                problems.add_unknown("costs/price_order", basis, BASES, thing="cost basis")
