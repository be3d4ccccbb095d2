"""Reference facts: what codes of national sets mean, ethnic categories, standard populations, life stages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from openphm.definitions.definition import Definition
from openphm.definitions.entry import Entry
from openphm.definitions.header import HEADER_KEYS
from openphm.definitions.problems import Problems


@dataclass(frozen=True, order=True)
class Mapped:
    """One code (and a second one, * for any) and what it means."""

    map_id: str
    code: str
    second_code: str
    value: str


@dataclass(frozen=True)
class EthnicCategory:
    """An NHS ethnic category. `group` is None when nothing is stated."""

    code: str
    name: str
    group: str | None
    is_recorded: bool
    is_minority: bool


@dataclass(frozen=True)
class StandardPopulation:
    """A population to standardise rates to: the first age of each band, the last open, and its weight."""

    name: str
    ages: tuple[int, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True)
class LifeStage:
    """A stage of life from an age on, to the next stage."""

    id: str
    name: str
    age_from: int


@dataclass(frozen=True)
class Reference:
    """All reference facts."""

    maps: tuple[Mapped, ...] = ()
    ethnic_categories: tuple[EthnicCategory, ...] = ()
    standard_populations: tuple[StandardPopulation, ...] = ()
    life_stages: tuple[LifeStage, ...] = ()


def read_reference(definitions: Iterable[Definition], problems: Problems) -> Reference:
    """All reference facts of all files."""
    maps: list[Mapped] = []
    categories: list[EthnicCategory] = []
    populations: list[StandardPopulation] = []
    stages: list[LifeStage] = []
    for definition in definitions:
        entry = Entry(definition.body, definition.label, problems)
        entry.allow(*HEADER_KEYS, "note", "based_on", "projection")  # read by projection_facts
        for map_id, one in entry.named_entries("maps"):
            maps += _read_map(map_id, one)
        categories += [_read_category(one) for one in entry.entries("categories")]
        populations += [_read_population(one) for one in entry.entries("standard_populations")]
        stages += read_life_stages(entry)
        entry.done()
    return Reference(tuple(maps), tuple(categories), tuple(populations), tuple(stages))


def read_life_stages(entry: Entry) -> list[LifeStage]:
    """The stages of a file, or none. Notes a problem when the ages do not begin at 0 and rise."""
    stages: list[LifeStage] = []
    for one in entry.entries("life_stages"):
        stages.append(LifeStage(one.text("stage") or "", one.text("name") or "", one.integer("from") or 0))
        one.done()
    ages = [stage.age_from for stage in stages]
    if ages and (ages[0] != 0 or any(later <= earlier for earlier, later in pairwise(ages))):
        entry.problems.add(
            entry.at("life_stages"),
            "the ages do not begin at 0 and rise.",
            remedy="write the stages in the order of age, the first from 0",
        )
    return stages


def _read_map(map_id: str, entry: Entry) -> list[Mapped]:
    entry.text("meaning")
    rows = entry.raw("rows")
    entry.done()
    found: list[Mapped] = []
    seen: set[tuple[str, str]] = set()
    for number, row in enumerate(rows if isinstance(rows, list) else []):
        if not isinstance(row, list) or len(row) != 3:
            entry.problems.add(
                f"{entry.where}.rows[{number}]", "this is not a row.", allowed="[code, second code, word]"
            )
            continue
        one = Mapped(map_id, *(str(item) for item in row))
        if (one.code, one.second_code) in seen:
            entry.problems.add(
                f"{entry.where}.rows[{number}]", f"'{one.code}' is mapped twice.", remedy="keep one"
            )
        seen.add((one.code, one.second_code))
        found.append(one)
    return found


def _read_category(entry: Entry) -> EthnicCategory:
    found = EthnicCategory(
        entry.text("code"),
        entry.text("name"),
        entry.text("group", None),
        bool(entry.flag("is_recorded")),
        bool(entry.flag("is_minority")),
    )
    entry.done()
    return found


def _read_population(entry: Entry) -> StandardPopulation:
    name = entry.text("name") or ""
    bands = entry.entries("bands")
    ages = tuple(band.integer("age") or 0 for band in bands)
    weights = tuple(band.number("weight") or 0.0 for band in bands)
    for band in bands:
        band.done()
    if not ages or ages[0] != 0 or any(later <= earlier for earlier, later in pairwise(ages)):
        entry.problems.add(
            entry.at("bands"),
            "the ages do not begin at 0 and rise.",
            remedy="write the bands in the order of age, each once",
        )
    if any(weight < 0 for weight in weights) or sum(weights) <= 0:
        entry.problems.add(
            entry.at("bands"), "a weight is below zero, or all are zero.", allowed="weights of 0 or more"
        )
    entry.done()
    return StandardPopulation(name, ages, weights)
