"""Scenarios as definitions: what is planned, for whom, with what effect and at what cost.

    horizon_years: 5
    baseline: {people: 2400, ...}      figures that are stated, or `from: build`
    interventions: [...]               none of them: the unmitigated scenario

A figure that is not certain is written {value: -0.2, p10: -0.28, p90: -0.12}. Effects are changes of
activity: -0.2 is a fifth less. docs/reference/scenarios.md describes every key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openphm.core.errors import PlanError
from openphm.definitions.definition import Definition
from openphm.definitions.entry import Entry
from openphm.definitions.frozen import thaw
from openphm.definitions.header import HEADER_KEYS
from openphm.definitions.own_file import read_own_file
from openphm.definitions.problems import Problems
from openphm.definitions.scenario_interventions import Intervention, read_intervention
from openphm.definitions.scenario_ranges import (
    CERTAINLY_NONE,
    Range,
    read_range,
    read_ranges,
    refuse_negative,
)

LONGEST_HORIZON = 20
FEWEST_RUNS, MOST_RUNS = 100, 20_000
FEWEST_PEOPLE = 10
"""Of a cohort of a build: fewer would let a small group be counted by trying."""
USUAL_WEEKS = 18
"""The NHS constitutional standard from referral to treatment."""
PRICES = ("real", "nominal")
POPULATIONS = ("published", "list")
MOVEMENTS = ("transitions", "fixed")


@dataclass(frozen=True)
class StatedActivity:
    """One activity of a stated baseline: units a person a year, and what one unit is and costs."""

    id: str
    rate: float
    growth: Range
    unit_cost_gbp: float
    bed_days: float = 0.0
    hours: float = 0.0


@dataclass(frozen=True)
class Stated:
    """A baseline whose figures stand in the scenario: a number of people and their rates."""

    people: int
    population_growth: Range
    activities: tuple[StatedActivity, ...]


@dataclass(frozen=True)
class FromBuild:
    """A baseline that is measured from a build.

    population     published: the sub-national projection; list: births, deaths and moves of the list
    movement       transitions: people move between segments as in the last year; fixed: shares stay
    growth         a year's growth of an activity beyond population, by point of delivery
    health_years   years of age by which people are fitter each year: 0.1 is one in ten years
    backlog        units to be done beside, by point of delivery, and over how many years
    waiting_list   waits of more than so many weeks, counted in the build, and over how many years they are
                   done beside; None: the list is left as long as it is
    """

    population: str = "published"
    movement: str = "transitions"
    area: str = ""
    growth: Mapping[str, Range] = field(default_factory=dict)
    health_years: Range = CERTAINLY_NONE
    backlog: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    waiting_list: tuple[int, int] | None = None


@dataclass(frozen=True)
class Scenario:
    """A scenario as it is written."""

    id: str
    title: str
    horizon_years: int
    stated: Stated | None
    from_build: FromBuild | None
    interventions: tuple[Intervention, ...]
    prices: str = "real"
    inflation: Mapping[str, Range] = field(default_factory=dict)
    discounting: str = "green_book"
    cash_releasing_share: float = 0.35
    occupancy: float = 0.92
    hours_per_wte: float = 1545.0
    runs: int = 1000
    seed: int = 1
    correlation: float = 0.5
    version: str = ""
    sha256: str = ""
    label: str = "scenario"


def read_scenarios(definitions: Iterable[Definition], problems: Problems) -> dict[str, Scenario]:
    """All scenarios by id without folder; notes every problem."""
    return {one.name: _read(Entry(thaw(one.body), one.label, problems), one.sha256) for one in definitions}


def read_scenario(body: Mapping[str, Any], label: str = "scenario", sha256: str = "") -> Scenario:
    """One scenario from plain data. Raises PlanError with every problem of it."""
    problems = Problems()
    found = _read(Entry(thaw(body), label, problems), sha256)
    if len(problems):
        raise PlanError.of(problems)
    return found


def read_scenario_file(path: Path) -> Scenario:
    """One scenario from a YAML or JSON file of the user. Raises PlanError with every problem."""
    problems = Problems()
    file = read_own_file(path, problems, thing="scenario")
    if file is None or len(problems):
        raise PlanError.of(problems)
    return read_scenario(file.body, file.label, file.sha256)


def _read(entry: Entry, sha256: str) -> Scenario:
    entry.allow(*HEADER_KEYS, "note", "based_on", "parameters")
    stated, from_build = _baseline(entry)
    simulation = entry.entry("simulation") or Entry({}, entry.at("simulation"), entry.problems)
    found = Scenario(
        id=entry.text("id", "scenarios/unnamed"),
        title=entry.text("title", "") or entry.text("id", "A scenario"),
        horizon_years=_within(
            entry, "horizon_years", entry.integer("horizon_years", minimum=1), LONGEST_HORIZON
        ),
        stated=stated,
        from_build=from_build,
        interventions=tuple(read_intervention(one) for one in entry.entries("interventions")),
        prices=entry.choice("prices", PRICES, "real", thing="kind of prices") or "real",
        inflation=read_ranges(entry, "inflation"),
        discounting=entry.text("discounting", "green_book") or "green_book",
        cash_releasing_share=_share(entry, "cash_releasing_share", 0.35),
        occupancy=_above_0(entry, "occupancy", 0.92, most=1.0),
        hours_per_wte=_above_0(entry, "hours_per_wte", 1545.0),
        runs=_within(simulation, "runs", simulation.integer("runs", 1000, minimum=FEWEST_RUNS), MOST_RUNS),
        seed=simulation.integer("seed", 1),
        correlation=_share(simulation, "correlation", 0.5),
        version=entry.text("version", ""),
        sha256=sha256,
        label=entry.where,
    )
    simulation.done()
    entry.done()
    _check_interventions(entry, found)
    return found


def _baseline(entry: Entry) -> tuple[Stated | None, FromBuild | None]:
    baseline = entry.entry("baseline")
    if baseline is None:
        entry.problems.add(
            entry.at("baseline"), "nothing stands here.", allowed="stated figures, or `from: build`"
        )
        return None, None
    if baseline.has("from"):
        baseline.choice("from", ("build",), thing="source")
        return None, _from_build(baseline)
    return _stated(baseline), None


def _stated(entry: Entry) -> Stated:
    people = entry.integer("people", minimum=1) or 1
    activities = tuple(_activity(name, one) for name, one in entry.named_entries("activities"))
    if not activities:
        entry.problems.add(entry.at("activities"), "there is no activity.", remedy="add at least one")
    found = Stated(people, read_range(entry, "population_growth", 0.0), activities)
    entry.done()
    return found


def _activity(name: str, entry: Entry) -> StatedActivity:
    if not entry.has("unit_cost_gbp"):
        entry.problems.add(
            entry.at("unit_cost_gbp"),
            "the unit cost is missing.",
            allowed="pounds for one unit; 0 when it is not to be priced",
            remedy="add `unit_cost_gbp:`",
        )
    found = StatedActivity(
        name,
        entry.number("rate") or 0.0,
        read_range(entry, "growth", 0.0),
        entry.number("unit_cost_gbp", 0.0) or 0.0,
        entry.number("bed_days", 0.0) or 0.0,
        entry.number("hours", 0.0) or 0.0,
    )
    for key in ("rate", "unit_cost_gbp", "bed_days", "hours"):
        refuse_negative(entry, key, getattr(found, key))
    entry.done()
    return found


def _from_build(entry: Entry) -> FromBuild:
    backlog = {}
    for name, one in entry.named_entries("backlog"):
        backlog[name] = (one.number("units") or 0.0, one.integer("years", minimum=1) or 1)
        refuse_negative(one, "units", backlog[name][0])
        one.done()
    found = FromBuild(
        entry.choice("population", POPULATIONS, "published", thing="population") or "published",
        entry.choice("movement", MOVEMENTS, "transitions", thing="movement") or "transitions",
        entry.text("area", "") or "",
        read_ranges(entry, "growth"),
        read_range(entry, "health_years", 0.0),
        backlog,
        _waiting_list(entry.entry("waiting_list")),
    )
    entry.done()
    return found


def _waiting_list(entry: Entry | None) -> tuple[int, int] | None:
    if entry is None:
        return None
    found = (entry.integer("weeks", USUAL_WEEKS, minimum=0), entry.integer("years", minimum=1) or 1)
    entry.done()
    return found


def _share(entry: Entry, key: str, default: float) -> float:
    value = entry.number(key, default)
    if value is None or not 0 <= value <= 1:
        if value is not None:
            entry.problems.add(entry.at(key), f"{value:g} is not a share.", allowed="0 to 1")
        return default
    return float(value)


def _above_0(entry: Entry, key: str, default: float, most: float = float("inf")) -> float:
    value = entry.number(key, default)
    if value is None or not 0 < value <= most:
        if value is not None:
            allowed = f"more than 0, at most {most:g}" if most < float("inf") else "more than 0"
            entry.problems.add(entry.at(key), f"{value:g} cannot be used.", allowed=allowed)
        return default
    return float(value)


def _within(entry: Entry, key: str, value: int | None, most: int) -> int:
    if value is None:
        return 1
    if value > most:
        entry.problems.add(entry.at(key), f"{value} is more than {most}.", allowed=f"1 to {most}")
        return most
    return value


def _check_interventions(entry: Entry, scenario: Scenario) -> None:
    """Names once each, and every activity one that the stated baseline has."""
    ids = [one.id for one in scenario.interventions]
    for number, id_ in enumerate(ids):
        if id_ in ids[:number]:
            entry.problems.add(
                f"{entry.at('interventions')}[{number}].id",
                f"'{id_}' is used twice.",
                remedy="give it another id",
            )
    for number, one in enumerate(scenario.interventions):
        _check_people(entry, scenario, one, number)
    if scenario.stated is None:
        return
    known = [one.id for one in scenario.stated.activities]
    for number, one in enumerate(scenario.interventions):
        place = f"{entry.at('interventions')}[{number}]"
        for activity in one.activities:
            if activity not in known:
                entry.problems.add_unknown(f"{place}.effects", activity, known, thing="activity")


def _check_people(entry: Entry, scenario: Scenario, one: Intervention, number: int) -> None:
    """How many it is for fits the baseline; a cohort needs people to be found among."""
    place, stated = f"{entry.at('interventions')}[{number}]", scenario.stated
    if stated is not None and one.cohort is not None:
        entry.problems.add(
            f"{place}.cohort",
            "a stated baseline has no people to find a cohort among.",
            remedy="write `people:`, or `baseline: {from: build}`",
        )
    if one.people is None:
        return
    if stated is not None and one.people > stated.people:
        entry.problems.add(
            f"{place}.people",
            f"the cohort has {one.people:,} people, the population {stated.people:,}.",
            allowed="a cohort within the population",
        )
    if stated is None and one.people < FEWEST_PEOPLE:
        entry.problems.add(
            f"{place}.people",
            f"{one.people} people are too few.",
            allowed=f"{FEWEST_PEOPLE} or more, when the baseline comes from a build",
        )
