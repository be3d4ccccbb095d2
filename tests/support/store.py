"""A whole store with one live build, made from people of `builder`.

Subsegments come from the plain evaluator and the shipped rules, not from SQL, so that what population
answers is compared with something made in another way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from openphm.core.periods import Month, Window
from openphm.criteria import known_names, segment_rules
from openphm.definitions import Definitions, load
from openphm.store import Builds, DuckDBEngine
from tests.support.builder import AS_AT, Person
from tests.support.plain_criteria import first_rule
from tests.support.tables import (
    AREAS,
    PRACTICES,
    SCHEMAS,
    Rows,
    attribute_rows,
    condition_rows,
    event_row,
)

MONTHS = list(Month(2024, 1).until(Month(2026, 3)))
_KINDS = {"VARCHAR": pa.string(), "INTEGER": pa.int32(), "BIGINT": pa.int64(), "DOUBLE": pa.float64(),
          "BOOLEAN": pa.bool_(), "DATE": pa.date32(), "DECIMAL(12,2)": pa.decimal128(12, 2)}  # fmt: skip


@dataclass(frozen=True)
class Held:
    """A person's place in a month: the last registered day, and whether it is the month's last."""

    month_end: date
    as_at: date
    practice_code: str
    is_registered: bool


def held_months(person: Person) -> list[Held]:
    """One row for each month with a registered day."""
    found: dict[date, Held] = {}
    for spell in person.registrations:
        for month in MONTHS:
            stop = spell.end or date.max
            if spell.start <= month.end and stop > month.start:
                last = min(month.end, stop - timedelta(days=1))
                found[month.end] = Held(month.end, last, spell.practice_code, stop > month.end)
    return [found[day] for day in sorted(found)]


def person_days(person: Person, as_at: date) -> int:
    """Days registered in the 12 months to a date."""
    window = Window.twelve_months_to(as_at)
    return sum(
        max((min(spell.end or date.max, window.stop) - max(spell.start, window.start)).days, 0)
        for spell in person.registrations
    )


def person_id(key: int) -> str:
    """The pseudonym of a made-up person."""
    return f"p{key:05d}"


def a_store(folder: Path, people: Sequence[Person], *, as_at: date = AS_AT) -> Path:
    """A store folder whose live build holds these people; person_key is the place in the list, from 1."""
    definitions = load()
    builds = Builds(folder)
    with builds.new() as new:
        with DuckDBEngine(new.database, memory_limit="500MB", threads=1) as engine:
            _load_definitions(engine, definitions)
            _load_people(engine, people, definitions, as_at)
            _load_quality(engine)
        build = new.finish(as_at=as_at.isoformat(), definitions=definitions.used())
        builds.publish(build.id)
    return folder


def table(engine: DuckDBEngine, name: str, columns: Sequence[tuple[str, pa.DataType]], rows: Rows) -> None:
    """Load plain rows."""
    lists = list(zip(*rows, strict=True)) or [()] * len(columns)
    arrays = [pa.array(one, kind) for one, (_, kind) in zip(lists, columns, strict=True)]
    engine.load_rows(name, pa.Table.from_arrays(arrays, names=[column for column, _ in columns]))


def _load_definitions(engine: DuckDBEngine, definitions: Definitions) -> None:
    from openphm.definitions.tables import COLUMNS

    rows = definitions.tables()
    for name in ("segment_rule", "point_of_delivery", "ethnic_category", "condition"):
        columns = [(column.name, _KINDS[column.type]) for column in COLUMNS[name]]
        table(engine, f"definitions.{name}", columns, [tuple(row.values()) for row in rows[name]])


def _load_people(
    engine: DuckDBEngine, people: Sequence[Person], definitions: Definitions, as_at: date
) -> None:
    keyed = list(enumerate(people, start=1))
    day, text, whole = pa.date32(), pa.string(), pa.int32()
    months = [(month.start, month.end, month.number == 3) for month in MONTHS]
    table(
        engine, "build.month", [("month_start", day), ("month_end", day), ("is_year_end", pa.bool_())], months
    )
    table(
        engine,
        "person.person",
        [("person_key", whole), ("person_id", text), ("sex_code", text), ("birth_month", day),
         ("death_date", day), ("ethnicity_code", text), ("lsoa21_code", text)],
        [(k, person_id(k), p.sex_code, p.birth_month, p.death_date, p.ethnicity_code, p.lsoa21_code)
         for k, p in keyed],
    )  # fmt: skip
    table(
        engine,
        "person.registration",
        [("person_key", whole), ("practice_code", text), ("start_date", day), ("end_date", day)],
        [(k, r.practice_code, r.start, r.end) for k, p in keyed for r in p.registrations],
    )
    table(engine, "reference.practice", SCHEMAS["reference.practice"], list(PRACTICES))
    table(engine, "reference.lsoa21", SCHEMAS["reference.lsoa21"], list(AREAS))
    for name, rows_of in (
        ("conditions.person_condition", condition_rows),
        ("attributes.person_attribute", attribute_rows),
    ):
        table(engine, name, SCHEMAS[name], [row for k, p in keyed for row in rows_of(k, p)])
    events = list(enumerate(((k, event) for k, p in keyed for event in p.events), start=1))
    table(engine, "activity.event", SCHEMAS["activity.event"], [event_row(n, k, e) for n, (k, e) in events])
    priced = [
        (n, k, e.cost_gbp, e.cost_basis, e.day, e.point_of_delivery, e.is_start) for n, (k, e) in events
    ]
    table(engine, "costs.event_cost", SCHEMAS["costs.event_cost"], priced)
    _load_segments(engine, people, definitions, as_at)
    _load_months(engine, people, definitions)
    _load_attribution(engine, people, as_at)


def _load_segments(
    engine: DuckDBEngine, people: Sequence[Person], definitions: Definitions, as_at: date
) -> None:
    rules = segment_rules(definitions.get("segments/life_course"), known_names(definitions))
    history: Rows = []
    window: Rows = []
    first = Window.twelve_months_to(as_at).start
    for key, person in enumerate(people, start=1):
        held = held_months(person)
        codes = {one.month_end: first_rule(rules, person, one.as_at) for one in held}
        history += [
            (key, h.month_end, h.as_at, h.practice_code, h.is_registered, *codes[h.month_end]) for h in held
        ]
        recent = [one for one in held if first <= one.month_end <= as_at]
        if recent:
            last = recent[-1]
            registered = last.month_end == as_at and last.is_registered
            code = codes[last.month_end][0]
            window.append((key, last.practice_code, code, person_days(person, as_at), registered))
    day, text, whole, yes = pa.date32(), pa.string(), pa.int32(), pa.bool_()
    table(
        engine,
        "segments.history",
        [("person_key", whole), ("month_end", day), ("as_at", day), ("practice_code", text),
         ("is_registered_at_month_end", yes), ("subsegment_code", text), ("rule_position", whole)],
        history,
    )  # fmt: skip
    table(
        engine,
        "segments.window",
        [("person_key", whole), ("practice_code", text), ("subsegment_code", text), ("person_days", whole),
         ("is_registered_as_at", yes)],
        window,
    )  # fmt: skip


def _load_months(engine: DuckDBEngine, people: Sequence[Person], definitions: Definitions) -> None:
    """person.month: counts and pounds by point of delivery, contacts and emergency bed days."""
    points = definitions.tables()["point_of_delivery"]
    ids = [str(point["point_of_delivery"]) for point in points]
    contacts = {str(p["point_of_delivery"]) for p in points if p["is_gp_contact"]}
    bedded = {str(p["point_of_delivery"]) for p in points if p["counts_bed_days"]}
    money = pa.decimal128(12, 2)
    columns = [("person_key", pa.int32()), ("month_end", pa.date32())]
    columns += [(f"n_{one}", pa.int32()) for one in ids] + [(f"cost_{one}_gbp", money) for one in ids]
    columns += [("emergency_bed_days", pa.int32()), ("gp_contacts", pa.int32())]
    rows: Rows = []
    for key, person in enumerate(people, start=1):
        for month in sorted({Month.containing(event.day) for event in person.events}):
            events = [event for event in person.events if Month.containing(event.day) == month]
            counts = [sum(e.point_of_delivery == one for e in events) for one in ids]
            pounds = [
                sum((e.cost_gbp for e in events if e.point_of_delivery == one), Decimal(0)) for one in ids
            ]
            bed_days = sum(e.bed_days for e in events if e.point_of_delivery in bedded)
            n_contacts = sum(e.point_of_delivery in contacts for e in events)
            rows.append((key, month.end, *counts, *pounds, bed_days, n_contacts))
    table(engine, "person.month", columns, rows)


def _load_attribution(engine: DuckDBEngine, people: Sequence[Person], as_at: date) -> None:
    """Pounds of the 12 months, of people in the window and of nobody."""
    window = Window.twelve_months_to(as_at)
    rows: Rows = []
    for code, is_held in (("held", True), ("unattributed", False)):
        group = [p for p in people if (person_days(p, as_at) > 0) is is_held]
        pounds = sum((e.cost_gbp for p in group for e in p.events if e.day in window), Decimal(0))
        rows.append((code, len(group) if is_held else 0, pounds))
    columns = [("subsegment_code", pa.string()), ("n_people", pa.int64()), ("cost_gbp", pa.decimal128(18, 2))]
    table(engine, "quality.attribution", columns, rows)


def _load_quality(engine: DuckDBEngine) -> None:
    """Two files of one record, some rows set aside, one month missing, one definition a draft."""
    columns = {
        "quality.file": "file_id file_name record rows_delivered rows_loaded rows_quarantined "
        "status is_reconciled",
        "quality.quarantine": "file_id record row_number column_name reason_code",
        "quality.feed_coverage": "record provider_code month_end n_rows rows_late usual_rows is_missing",
        "quality.completeness": "record column_name n_rows rows_mended present_share valid_share",
        "quality.linkage": "record n_rows rows_no_number rows_invalid_number linked_share",
        "quality.not_activity": "record reason n_rows tariff_gbp",
        "quality.source_rule": "source_rule n_registrations",
        "lineage.definition": "id version status sha256",
        "lineage.stage": "position stage table_name n_rows",
    }
    february, march = date(2026, 2, 28), date(2026, 3, 31)
    rows: dict[str, Rows] = {
        "quality.file": [
            (1, "op_1.csv", "sus_op", 100, 97, 3, "loaded", True),
            (2, "op_2.csv", "sus_op", 50, 50, 0, "loaded", True),
        ],
        "quality.quarantine": [(1, "sus_op", n, "appointment_date", "R_DATE") for n in (3, 8, 9)],
        "quality.feed_coverage": [
            ("sus_op", "RAA", february, 97, 2, 73.5, False),
            ("sus_op", "RAA", march, 50, 0, 73.5, False),
            ("sus_op", "RBB", march, 0, 0, 40.0, True),
        ],
        "quality.completeness": [("sus_op", "site_code", 150, 3, 0.8, 0.95)],
        "quality.linkage": [("sus_op", 147, 1, 1, 145 / 147)],
        "quality.not_activity": [("sus_op", "not attended", 9, Decimal("0.00"))],
        "quality.source_rule": [("registered_from_birth", 12)],
        "lineage.definition": [("codelists/asthma", "2026.1", "draft", "0" * 64)],
        "lineage.stage": [(1, "people", "person.person", 5)],
    }
    for name, held in rows.items():
        made = pa.Table.from_pylist([dict(zip(columns[name].split(), row, strict=True)) for row in held])
        engine.load_rows(name, made)
