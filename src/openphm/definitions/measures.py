"""Measures: a numerator over a denominator, with a unit, a direction and an interval.

A measure says nothing about groups or dates: any measure can be asked by any place, segment or month.
Both parts are sums over people, so that parts of a population add up to the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from openphm.definitions.definition import Definition
from openphm.definitions.entry import Entry
from openphm.definitions.header import HEADER_KEYS
from openphm.definitions.names import Names, check_criteria
from openphm.definitions.problems import Problems
from openphm.definitions.quantities import Quantity, read_quantity

DIRECTIONS = ("up", "down", "monitor")
MEASURE_KINDS = ("count", "proportion", "rate", "mean", "sum", "ratio")
INTERVALS = ("wilson", "byar", "exact", "normal", "none")
ATTRIBUTIONS = ("start", "end")
DATA = ("computed", "recorded")
PER = (1, 100, 1_000, 100_000)
STANDARDISED = ("direct", "indirect", "slope")
MOST_MONTHS = 60
LEAST_COVERAGE = 0.9


@dataclass(frozen=True)
class MeasureFile:
    """A measure definition.

    kind           count (people), proportion (some of the denominator), rate (over person-years), mean,
                   sum or ratio
    population     whom it is about, as at the date; None for everyone
    at_start       a criterion that must have held when the window began; None for none
    per            1, 100, 1,000 or 100,000
    window_months  so many months to the date are looked at
    series_months  the same, for one point of a monthly series
    attribution    start or end: whose segment of the window a person counts in
    data           computed from the build, or recorded: readings that somebody delivers
    reason         why a recorded measure is not computed
    feeds          records of which one at least must have been delivered for the window
    least_coverage the share of the usual rows of these records below which no figure is shown
    standardise    how the framework shows it: "direct", "indirect", "slope" or ""
    complement     the value is the days of the window less the mean
    needs          attributes that somebody must have recorded at all; where nobody has, there is no figure
    code           its number in the framework it was proposed in
    """

    id: str
    version: str
    title: str
    unit: str
    direction: str
    kind: str
    numerator: Quantity | None
    denominator: Quantity | None = None
    population: Any = None
    at_start: Any = None
    per: int = 1
    interval: str = "none"
    window_months: int = 12
    series_months: int = 12
    attribution: str = "start"
    data: str = "computed"
    reason: str = ""
    feeds: tuple[str, ...] = ()
    least_coverage: float = LEAST_COVERAGE
    standardise: str = ""
    complement: bool = False
    needs: tuple[str, ...] = ()
    code: str = ""
    note: str = ""
    label: str = "measure"

    @property
    def is_recorded(self) -> bool:
        """True when its figures are delivered and not computed."""
        return self.data == "recorded"


def read_measures(
    definitions: Iterable[Definition], names: Names, problems: Problems
) -> dict[str, MeasureFile]:
    """All measures by id without folder; notes every problem of every file."""
    return {one.name: _read(one, names, problems) for one in definitions}


def read_measure(definition: Definition, names: Names) -> MeasureFile:
    """One measure. Raises DefinitionError with every problem."""
    problems = Problems()
    measure = _read(definition, names, problems)
    problems.raise_if_any()
    return measure


def _read(definition: Definition, names: Names, problems: Problems) -> MeasureFile:
    entry = Entry(definition.body, definition.label, problems)
    entry.allow(*HEADER_KEYS, "based_on", "parameters")
    data = entry.choice("data", DATA, "computed", thing="kind of data")
    per = entry.integer("per", 1, minimum=1)
    if per not in PER:
        problems.add(entry.at("per"), f"found '{per}'.", allowed=", ".join(map(str, PER)))
    window = _months(entry, "window_months", 12)
    computed = data != "recorded"
    population, at_start = entry.raw("population"), entry.raw("at_start")
    for key, criterion in (("population", population), ("at_start", at_start)):
        check_criteria(criterion, entry.at(key), names, problems)
    measure = MeasureFile(
        id=definition.name, version=definition.version, title=definition.title, label=definition.label,
        unit=entry.text("unit"), direction=entry.choice("direction", DIRECTIONS, thing="direction"),
        kind=entry.choice("kind", MEASURE_KINDS, thing="kind of measure"),
        numerator=_part(entry, "numerator", names) if computed else None,
        denominator=_part(entry, "denominator", names) if computed else None,
        population=population, at_start=at_start, per=per or 1,
        interval=entry.choice("interval", INTERVALS, "none", thing="interval"),
        window_months=window, series_months=_months(entry, "series_months", window),
        attribution=entry.choice("attribution", ATTRIBUTIONS, "start", thing="attribution"),
        data=data or "computed", reason=entry.text("reason", ""), feeds=entry.texts("feeds"),
        least_coverage=entry.number("least_coverage", LEAST_COVERAGE),
        standardise=entry.choice("standardise", STANDARDISED, "", thing="way to standardise"),
        complement=bool(entry.flag("complement", False)), needs=_needs(entry, names),
        code=entry.text("code", ""), note=entry.text("note", ""),
    )  # fmt: skip
    if computed:
        _check_kind(entry, measure)
    else:
        entry.text("reason")
        entry.allow("numerator", "denominator")
    entry.done()
    return measure


def _months(entry: Entry, key: str, default: int) -> int:
    months = entry.integer(key, default, minimum=1)
    if months is not None and months > MOST_MONTHS:
        entry.problems.add(entry.at(key), f"found '{months}'.", allowed=f"1 to {MOST_MONTHS} months")
    return int(months or default)


def _needs(entry: Entry, names: Names) -> tuple[str, ...]:
    needed = entry.texts("needs")
    for name in needed:
        if name not in names.attributes:
            entry.problems.add_unknown(entry.at("needs"), name, names.attributes, thing="attribute")
    return needed


def _part(entry: Entry, key: str, names: Names) -> Quantity | None:
    inner = entry.entry(key)
    return None if inner is None else read_quantity(inner, names)


NEEDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "count": (("people",), ()),
    "proportion": (("people", "events"), ("people", "events")),
    "rate": (("activity", "cost", "bed_days", "contacts", "events"), ("person_years",)),
    "mean": (
        ("activity", "cost", "bed_days", "contacts", "events", "attribute"), ("people", "events"),
    ),
    "sum": (("cost", "activity", "bed_days", "contacts", "events"), ()),
    "ratio": (
        ("activity", "cost", "bed_days", "contacts", "events", "people"),
        ("activity", "cost", "bed_days", "contacts", "events", "people"),
    ),
}  # fmt: skip
"""What each kind of measure may divide by what."""

_SUITS = {
    "wilson": ("proportion",), "byar": ("rate", "ratio"), "exact": ("rate", "ratio"), "normal": ("mean",),
}  # fmt: skip


def _check_kind(entry: Entry, measure: MeasureFile) -> None:
    """Numerator, denominator and interval must suit the kind."""
    if measure.kind not in NEEDS:
        return
    over, under = NEEDS[measure.kind]
    for key, part, allowed in (
        ("numerator", measure.numerator, over),
        ("denominator", measure.denominator, under),
    ):
        if part is None:
            if allowed and not entry.has(key):
                entry.problems.add(entry.at(key), "nothing stands here.", allowed=" or ".join(allowed))
        elif part.word not in allowed:
            said = f"a {measure.kind} has no {key}" if not allowed else " or ".join(allowed)
            entry.problems.add(entry.at(key), f"'{part.word}' does not suit a {measure.kind}.", allowed=said)
    if measure.interval in _SUITS and measure.kind not in _SUITS[measure.interval]:
        entry.problems.add(
            entry.at("interval"),
            f"'{measure.interval}' does not suit a {measure.kind}.",
            allowed=f"{', '.join(one for one in INTERVALS if measure.kind in _SUITS.get(one, ()))} or none",
        )
