"""People of `builder` as the tables of a build, loaded into an engine.

The column names and types are the contract of the dataset room; a test there compares them with a
real build.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from openphm.store import DuckDBEngine, Engine
from tests.support.builder import Event, Person

_MONEY = pa.decimal128(12, 2)

SCHEMAS: dict[str, list[tuple[str, pa.DataType]]] = {
    "segments.spine": [
        ("person_key", pa.int32()),
        ("as_at", pa.date32()),
        ("month_end", pa.date32()),
        ("birth_month", pa.date32()),
        ("sex_code", pa.string()),
        ("ethnicity_code", pa.string()),
        ("practice_code", pa.string()),
        ("lsoa21_code", pa.string()),
    ],
    "conditions.person_condition": [
        ("person_key", pa.int32()),
        ("condition_id", pa.string()),
        ("spell_number", pa.int32()),
        ("start_date", pa.date32()),
        ("resolved_date", pa.date32()),
        ("last_date", pa.date32()),
        ("found_in", pa.string()),
    ],
    "attributes.person_attribute": [
        ("person_key", pa.int32()),
        ("attribute_id", pa.string()),
        ("value_text", pa.string()),
        ("value_number", pa.float64()),
        ("from_date", pa.date32()),
        ("to_date", pa.date32()),
    ],
    "activity.event": [
        ("event_id", pa.int64()),
        ("person_key", pa.int32()),
        ("event_date", pa.date32()),
        ("point_of_delivery", pa.string()),
        ("bed_days", pa.int32()),
        ("is_start", pa.bool_()),
        ("quantity", pa.int32()),
    ],
    "costs.event_cost": [
        ("event_id", pa.int64()),
        ("person_key", pa.int32()),
        ("cost_gbp", _MONEY),
        ("cost_basis", pa.string()),
        ("event_date", pa.date32()),
        ("point_of_delivery", pa.string()),
        ("is_start", pa.bool_()),
    ],
    "reference.practice": [
        ("practice_code", pa.string()),
        ("name", pa.string()),
        ("pcn_code", pa.string()),
        ("pcn_name", pa.string()),
    ],
    "reference.lsoa21": [
        ("lsoa21_code", pa.string()),
        ("ward_code", pa.string()),
        ("ltla_code", pa.string()),
    ],
    "segments.history": [
        ("person_key", pa.int32()),
        ("month_end", pa.date32()),
        ("subsegment_code", pa.string()),
    ],
    "definitions.segment_rule": [("subsegment_code", pa.string()), ("segment_code", pa.string())],
    "definitions.ethnic_category": [("ethnicity_code", pa.string()), ("ethnic_group", pa.string())],
}

# Where codes are kept: the table, its code and its day; and tables that hold no row in these tests.
KEPT_IN = {
    "gp": ("standard.gp_event", "code", "event_date"),
    "emergency": ("standard.sus_ecds_diagnosis", "code", "event_date"),
    "medicine": ("standard.gp_medication", "bnf_code", "item_date"),
    "admission": ("standard.sus_apc_diagnosis", "code", "event_date"),
    "outpatient": ("standard.sus_op_diagnosis", "code", "event_date"),
    "procedure": ("standard.sus_apc_procedure", "code", "procedure_date"),
    "hes admission": ("standard.hes_apc_diagnosis", "code", "event_date"),
    "hes outpatient": ("standard.hes_op_diagnosis", "code", "event_date"),
    "cancer": ("standard.cancer_pathway", "diagnosis_code", "faster_diagnosis_end_date"),
    "vaccination": ("standard.immunisation", "procedure_code", "vaccination_date"),
}
SCHEMAS.update(
    {
        name: [("person_key", pa.int32()), (code, pa.string()), (day, pa.date32())]
        for name, code, day in KEPT_IN.values()
    }
)

PRACTICES = [
    ("Y00001", "The Elms", "U10001", "North"),
    ("Y00002", "Mill Lane", "U10001", "North"),
    ("Y00003", "Harbour", "U10002", "South"),
]
AREAS = [
    ("E01000001", "E05000001", "E07000001"),
    ("E01000002", "E05000002", "E07000001"),
    ("E01000003", "E05000003", "E07000002"),
]
ETHNIC_GROUPS = {"A": "White", "B": "White", "H": "Asian", "N": "Black"}
CODES = [(code, code[0]) for code in ("1a", "1b", "1c", "2a", "2b", "3a", "3b", "4a", "5a")]

Rows = list[tuple[object, ...]]


def load(engine: Engine, name: str, rows: Iterable[Sequence[object]]) -> None:
    """Load plain rows as one table of the contract."""
    schema = pa.schema(SCHEMAS[name])
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(c, kind) for c, kind in zip(columns, schema.types, strict=True)]
    engine.load_rows(name, pa.Table.from_arrays(arrays, schema=schema))


def engine_with(people: Sequence[Person], dates: Sequence[date], history: Rows | None = None) -> DuckDBEngine:
    """An engine in memory that holds these people; person_key is the place in the list, from 1."""
    engine = DuckDBEngine(memory_limit="500MB", threads=1)
    fill(engine, people, dates, history)
    return engine


def fill(
    engine: Engine, people: Sequence[Person], dates: Sequence[date], history: Rows | None = None
) -> None:
    """Load these people into an engine of either kind."""
    keyed = list(enumerate(people, start=1))
    load(engine, "segments.spine", [row for key, p in keyed for row in spine_rows(key, p, dates)])
    load(engine, "conditions.person_condition", [row for key, p in keyed for row in condition_rows(key, p)])
    load(engine, "attributes.person_attribute", [row for key, p in keyed for row in attribute_rows(key, p)])
    events = [(key, event) for key, p in keyed for event in p.events]
    numbered = list(enumerate(events, start=1))
    load(engine, "activity.event", [event_row(n, key, e) for n, (key, e) in numbered])
    load(
        engine,
        "costs.event_cost",
        [
            (n, key, e.cost_gbp, e.cost_basis, e.day, e.point_of_delivery, e.is_start)
            for n, (key, e) in numbered
        ],
    )
    for kept_in, (name, _, _) in KEPT_IN.items():
        found = [(key, c.code, c.day) for key, p in keyed for c in p.codes if c.kept_in == kept_in]
        load(engine, name, found)
    load(engine, "reference.practice", PRACTICES)
    load(engine, "reference.lsoa21", AREAS)
    load(engine, "segments.history", history or [])
    load(engine, "definitions.segment_rule", CODES)
    load(engine, "definitions.ethnic_category", list(ETHNIC_GROUPS.items()))


def spine_rows(key: int, person: Person, dates: Sequence[date]) -> Rows:
    """One row a date, whether or not the person is registered then."""
    rest = (person.birth_month, person.sex_code, person.ethnicity_code)
    return [(key, day, day, *rest, person.practice_code, person.lsoa21_code) for day in dates]


def event_row(number: int, key: int, event: Event) -> tuple[Any, ...]:
    """One event, of which there was one."""
    return number, key, event.day, event.point_of_delivery, event.bed_days, event.is_start, 1


def condition_rows(key: int, person: Person) -> Rows:
    """One row a spell."""
    return [
        (key, s.condition_id, number, s.start, s.resolved, s.resolved or s.start, "gp")
        for number, s in enumerate(person.spells, start=1)
    ]


def attribute_rows(key: int, person: Person) -> Rows:
    """One row an interval."""
    return [(key, f.attribute_id, f.value_text, f.value_number, f.start, f.stop) for f in person.facts]
