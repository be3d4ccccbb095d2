"""What projections assume: dated discount rates, growth beyond population, staff hours for a unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from openphm.definitions.definition import Definition
from openphm.definitions.entry import Entry
from openphm.definitions.frozen import thaw
from openphm.definitions.problems import Problems
from openphm.definitions.scenario_ranges import Range


@dataclass(frozen=True)
class ProjectionFacts:
    """discount_rates: for each name (first year, rate) in order; growth and hours by point of delivery."""

    discount_rates: Mapping[str, tuple[tuple[int, float], ...]] = field(default_factory=dict)
    growth: Mapping[str, Range] = field(default_factory=dict)
    hours: Mapping[str, float] = field(default_factory=dict)


def read_projection_facts(definitions: Iterable[Definition], problems: Problems) -> ProjectionFacts:
    """The facts of the files that hold a `projection:` part."""
    rates: dict[str, list[tuple[int, float]]] = {}
    growth: dict[str, Range] = {}
    hours: dict[str, float] = {}
    for definition in definitions:
        entry = Entry(thaw(definition.body), definition.label, problems).entry("projection")
        if entry is None:
            continue
        for one in entry.entries("discount_rates"):
            rates.setdefault(one.text("id") or "", []).append(
                (one.integer("from_year") or 0, one.number("rate") or 0.0)
            )
            one.done()
        for one in entry.entries("growth"):
            growth[one.text("activity") or ""] = Range(
                one.number("value"), one.number("p10"), one.number("p90")
            )
            one.done()
        for one in entry.entries("hours"):
            hours[one.text("activity") or ""] = one.number("hours") or 0.0
            one.done()
        entry.done()
    return ProjectionFacts({name: tuple(sorted(held)) for name, held in rates.items()}, growth, hours)
