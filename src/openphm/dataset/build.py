"""The order in which a build is made, and nothing else.

    people -> standard -> places -> activity -> costs -> conditions -> attributes
           -> months -> segments -> snapshot -> quality

Each stage is a list of tables, each made by one SQL file of `sql/` (or, where there is a column for each
definition, by `month`, `history` and `snapshot`). docs/explanation/dataset.md tells what they mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from openphm.dataset.dates import BuildDates
from openphm.dataset.history import history_file
from openphm.dataset.inputs import hide_delivery, show_delivery
from openphm.dataset.lineage import definition_rows, stage_rows
from openphm.dataset.month import month_file
from openphm.dataset.runner import Progress, Runner, sql_files
from openphm.dataset.settings import find_dates, month_table, parameter_table
from openphm.dataset.snapshot import snapshot_file
from openphm.dataset.words import definition_tables
from openphm.definitions import Definitions
from openphm.extracts import Delivery
from openphm.store import Engine, SqlFile

STAGES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("people", ("working.person_seen", "working.person_said", "working.person_ethnicity", "person.person")),
    ("standard", ("standard.*",)),
    ("delivered", ("person.registration", "reference.*", "lineage.source_file", "quality.file",
                   "quality.quarantine", "quality.feed_coverage", "quality.completeness", "quality.linkage",
                   "quality.source_rule")),
    ("activity", ("working.gp_activity", "working.hospital_activity", "working.community_activity",
                  "working.period_activity", "working.other_activity", "activity.event",
                  "quality.not_activity")),
    ("costs", ("costs.price", "working.record_price", "costs.event_cost")),
    ("conditions", ("working.delivered_code", "working.condition_code", "working.coded_entry",
                    "working.condition_evidence", "conditions.person_condition")),
    ("attributes", ("working.attribute_code", "working.attribute_mark", "working.attribute_held",
                    "working.attribute_reading", "working.social_care_held", "working.use_held",
                    "working.waiting_held", "working.referral_held", "working.address_held",
                    "working.attribute_flag", "working.condition_count", "working.medicine_count",
                    "working.deficit_step", "working.deficit_count", "working.frailty_level",
                    "working.place_value", "attributes.person_attribute")),
    ("months", ("working.bed_day", "person.month")),
    ("segments", ("segments.spine", "segments.history", "segments.window")),
    ("snapshot", ("person.snapshot",)),
    ("quality", ("quality.attribution",)),
)  # fmt: skip

VIEWS = frozenset(
    {
        "working.person_said",
        "working.gp_activity",
        "working.hospital_activity",
        "working.community_activity",
        "working.period_activity",
        "working.other_activity",
        "working.attribute_held",
        "working.social_care_held",
        "working.use_held",
        "working.referral_held",
        "working.address_held",
        "working.place_value",
    }
)
"""Scaffolding that is read once, and so is never written down."""

LAST_OF_DELIVERY = "delivered"
"""After this stage nothing reads the delivered files any more."""


def make_tables(
    engine: Engine,
    delivery: Delivery,
    definitions: Definitions,
    *,
    as_at: date | None = None,
    progress: Progress = lambda stage, doing: None,
) -> tuple[Runner, BuildDates]:
    """Make every table of a build on an engine, from a delivery. Answers what was made, and the dates."""
    runner = Runner(engine, progress, VIEWS)
    show_delivery(engine, delivery, definitions.extracts)
    dates = load_settings(runner, definitions, as_at)
    files = all_files(definitions)
    for stage, tables in STAGES:
        runner.run(stage, chosen(files, tables))
        if stage == "people":
            runner.cut_into_ranges(engine.count_rows("person.person"))
        for view in read_last_in(stage, files):
            engine.drop(view)
        if stage == LAST_OF_DELIVERY:
            hide_delivery(engine, definitions.extracts)
    runner.load("lineage", "lineage.definition", definition_rows(definitions))
    runner.load("lineage", "lineage.stage", stage_rows(runner.made))
    return runner, dates


def read_last_in(stage: str, files: Mapping[str, SqlFile]) -> list[str]:
    """The views that no later stage reads."""
    order = [name for name, _ in STAGES]
    last: dict[str, int] = {}
    for place, (_, tables) in enumerate(STAGES):
        for file in chosen(files, tables):
            last |= {view: place for view in (*file.header.reads, file.header.writes) if view in VIEWS}
    return [view for view, place in sorted(last.items()) if order[place] == stage]


def load_settings(runner: Runner, definitions: Definitions, as_at: date | None) -> BuildDates:
    """The definitions in force and the dates of the build, as tables."""
    for name, rows in definition_tables(definitions).items():
        runner.load("definitions", name, rows)
    dates = find_dates(runner.engine, as_at)
    found = (
        runner.engine.query("SELECT MAX(rows_delivered) AS n FROM extract.quality_files").column(0)[0].as_py()
    )
    runner.load("definitions", "build.parameters", parameter_table(dates, definitions, int(found or 10**9)))
    runner.load("definitions", "build.month", month_table(dates))
    return dates


def all_files(definitions: Definitions) -> dict[str, SqlFile]:
    """Every table's SQL file: those on disk, and those written from the definitions."""
    made = (month_file(definitions), history_file(definitions), snapshot_file(definitions))
    return {**sql_files(), **{file.header.writes: file for file in made}}


def chosen(files: Mapping[str, SqlFile], tables: Sequence[str]) -> list[SqlFile]:
    """The files of a stage; `standard.*` means all tables of the schema."""
    found = []
    for table in tables:
        schema, _, name = table.partition(".")
        if name == "*":
            found += [file for written, file in files.items() if written.startswith(f"{schema}.")]
        else:
            found.append(files[table])
    return found
