"""Write a made-up ICS: OUT/extracts, OUT/reference and OUT/truth."""

from __future__ import annotations

import json
import resource
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from openphm.core.errors import UsageError
from openphm.definitions import Definitions, load
from openphm.synthetic.boundaries import write_boundaries
from openphm.synthetic.chunks import World, make_chunk
from openphm.synthetic.delivery import Delivery
from openphm.synthetic.dirt import Dirt as DirtAtWork
from openphm.synthetic.draws import Streams
from openphm.synthetic.nhs_numbers import deal_numbers, number_texts, numbers_of_nobody
from openphm.synthetic.places import make_places
from openphm.synthetic.planted import DEFAULT_PLANT, Plant, enrolment_columns, planted_columns, read_plant
from openphm.synthetic.population import make_roll
from openphm.synthetic.records.all_records import all_batches
from openphm.synthetic.records.reference import reference_rows, write_reference
from openphm.synthetic.records.writer_context import Context
from openphm.synthetic.settings import CSV_UP_TO, PEOPLE_IN_A_CHUNK, Dirt, Settings
from openphm.synthetic.truth import whole_years
from openphm.synthetic.truth_tables import (
    TruthTables,
    true_subsegments,
    write_conditions,
    write_dirt,
    write_people,
    write_subsegments,
)
from openphm.synthetic.unit_costs import UnitCosts
from openphm.synthetic.vocabulary import Vocabulary

_OPEN_FILES = 4_000
Progress = Callable[[int, int], None]


@dataclass
class Summary:
    """What was written."""

    people: int
    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    seconds: float = 0.0
    dirt: Counter[tuple[str, str]] = field(default_factory=Counter)
    list_sizes: np.ndarray = field(default_factory=lambda: np.zeros(0))
    population: np.ndarray = field(default_factory=lambda: np.zeros((2, 91)))
    enrolments: list[pa.Table] = field(default_factory=list)


def synthesise(
    out: str | Path,
    *,
    people: int,
    years: int = 4,
    seed: int = 1,
    as_at: date = date(2026, 3, 31),
    file_format: str | None = None,
    plant: str = DEFAULT_PLANT,
    dirt: Dirt | None = None,
    chunk: int = PEOPLE_IN_A_CHUNK,
    progress: Progress | None = None,
) -> Summary:
    """A made-up ICS of `people` registered people, in the national formats.

    out          an empty or new folder
    file_format  csv or parquet; CSV up to 50,000 people when not given
    plant        a service to plant: `default`, `none`, or a YAML file (see `planted`)
    dirt         how much goes wrong; the usual amounts when not given
    chunk        people made at a time: memory follows it, not the number of people
    progress     called with chunks done and chunks in all

    Raises UsageError for a folder that is in use or sizes out of range.
    """
    started = time.monotonic()
    settings = Settings(people, years, seed, as_at, dirt or Dirt(), chunk)
    folder = _empty_folder(Path(out))
    chosen = file_format or ("csv" if people <= CSV_UP_TO else "parquet")
    _allow_open_files()
    definitions = load()
    whole = Streams(seed, -1)
    world = World(
        settings,
        make_roll(settings, whole),
        make_places(whole),
        Vocabulary(definitions),
        UnitCosts.load(definitions, as_at),
        read_plant(plant),
    )
    dealt = deal_numbers(whole)
    _refuse_more_people_than_numbers(len(world.roll.intended), len(dealt))
    summary = Summary(people, list_sizes=np.zeros(len(world.places.practice_codes)))
    tables = TruthTables(folder / "truth")
    with Delivery(folder / "extracts", settings.clock, chosen) as delivery:
        for chunk in range(settings.chunks):
            _write_chunk(world, chunk, dealt, definitions, delivery, tables, summary)
            if progress:
                progress(chunk + 1, settings.chunks)
    summary.rows, summary.files = delivery.rows, delivery.files
    rows = reference_rows(world.places, summary.list_sizes, summary.population, as_at)
    write_reference(folder / "reference", dict(definitions.extracts), rows)
    write_boundaries(folder / "boundaries.geojson", world.places)
    if world.plant is not None:
        _write_enrolments(folder / "enrolments", world.plant, summary)
    _write_summary(tables, summary, settings, world.plant)
    tables.close()
    summary.seconds = time.monotonic() - started
    return summary


def _write_chunk(
    world: World,
    chunk: int,
    dealt: np.ndarray,
    definitions: Definitions,
    delivery: Delivery,
    tables: TruthTables,
    summary: Summary,
) -> None:
    """Lives, truth and records of one chunk."""
    settings = world.settings
    streams = Streams(settings.seed, chunk)
    made = make_chunk(world, chunk, streams)
    life = made.life
    numbers = number_texts(dealt, life.people.number)
    context = Context(life, made.homes, world.places, world.vocabulary, numbers, chunk)
    excluded = world.vocabulary.codes("polypharmacy_exclusions", "bnf", "not")
    write_people(tables, context)
    write_conditions(tables, context)
    write_subsegments(tables, context, true_subsegments(life, settings.clock, excluded))
    if made.planted is not None and world.plant is not None:
        tables.write("planted_service", planted_columns(made.planted, world.plant, numbers, world.places))
        summary.enrolments.append(
            pa.table(enrolment_columns(made.planted, world.plant, numbers, world.places))
        )
    _count_people(context, summary)
    everybody = len(world.roll.intended)
    dirt = DirtAtWork(settings, streams, world.places.practice_codes, numbers_of_nobody(dealt, everybody))
    for batch in all_batches(context):
        spec = definitions.extracts[batch.record]
        for delivered in dirt.apply(batch, spec):
            for name, column in context.periods(delivered).items():
                if spec.has_field(name) and name not in delivered.columns:
                    delivered.columns[name] = column
            delivery.write(dirt.duplicates(delivered, spec), spec)
    write_dirt(tables, dirt)
    for record, kind, count, _ in dirt.notes:
        summary.dirt[record, kind] += count


def _write_enrolments(folder: Path, plant: Plant, summary: Summary) -> None:
    """The service's own list of people, and what is known of it: effect and rule, in the truth."""
    folder.mkdir(parents=True, exist_ok=True)
    pacsv.write_csv(pa.concat_tables(summary.enrolments), folder / f"{plant.short_id}.csv")


def _count_people(context: Context, summary: Summary) -> None:
    people = context.life.people
    here = people.stop == context.life.clock.stop
    summary.list_sizes += np.bincount(context.homes.practice[here], minlength=len(summary.list_sizes))
    age = whole_years(people, np.full(people.count, context.life.clock.stop - 1, np.int32)).clip(0, 90)
    np.add.at(summary.population, (people.sex[here] - 1, age[here]), 1)


def _write_summary(tables: TruthTables, summary: Summary, settings: Settings, plant: Plant | None) -> None:
    """truth/dirt_rates: rows spoilt of rows delivered, by record and kind."""
    keys = sorted(summary.dirt)
    tables.write(
        "dirt_rates",
        {
            "record": pa.array([record for record, _ in keys], pa.string()),
            "kind": pa.array([kind for _, kind in keys], pa.string()),
            "rows": pa.array([summary.dirt[key] for key in keys], pa.int64()),
            "rows_delivered": pa.array([summary.rows.get(record, 0) for record, _ in keys], pa.int64()),
        },
    )
    tables.write(
        "settings",
        {
            "people": [settings.people],
            "years": [settings.years],
            "seed": [settings.seed],
            "as_at": [settings.as_at],
            "plant": [json.dumps(None if plant is None else vars(plant))],
            "dirt": [json.dumps(vars(settings.dirt) | {"unnumbered": dict(settings.dirt.unnumbered)})],
        },
    )


def _refuse_more_people_than_numbers(lives: int, numbers: int) -> None:
    """People who left or died need a number as well."""
    if lives > numbers:
        raise UsageError(
            where="people",
            found=f"{lives:,} people with those who left or died",
            allowed=f"up to {numbers:,}: the NHS numbers that are never issued last no longer",
            remedy="ask for fewer people or fewer years",
        )


def _empty_folder(folder: Path) -> Path:
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(
            where="OUT",
            found="a folder with something in it",
            allowed="a new or an empty folder",
            remedy="name another folder, or empty this one",
        )
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _allow_open_files() -> None:
    """About 1,500 files are open at a time; the usual limit of a shell is lower."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
