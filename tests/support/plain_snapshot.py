"""person.snapshot of made-up people, worked out in Python one person at a time.

One row for each person and date, with the columns that the build's table has for the names of
`made_up`. Only what a build stores can be shown: flags say nothing but yes, and an attribute has one
value at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pyarrow as pa

from tests.support.builder import Fact, Person
from tests.support.made_up import ACTIVITIES, CONDITIONS, FLAGS
from tests.support.plain_criteria import age_on, months_before, place_of
from tests.support.tables import ETHNIC_GROUPS

NAME = "person.snapshot"
MOMENTARY = frozenset(ACTIVITIES) - {"social_care_residential"}
_WHO = ("practice_code", "pcn_code", "sex_code", "ethnicity_code", "ethnic_group", "lsoa21_code", "ltla_code")
_WHO_MORE = ("subsegment_code", "segment_code")


def schema() -> pa.Schema:
    """Columns and types, as far as the names of `made_up` go."""
    texts = [(name, pa.string()) for name in (*_WHO, *_WHO_MORE, "frailty")]
    flags = [(name, pa.bool_()) for name in (*FLAGS, *(f"has_{name}" for name in CONDITIONS))]
    counts = [(f"n_{pod}", pa.int32()) for pod in ACTIVITIES]
    pounds = [(f"cost_{pod}_gbp", pa.decimal128(14, 2)) for pod in ACTIVITIES]
    first = [("person_key", pa.int32()), ("as_at", pa.date32()), ("age_years", pa.int32())]
    return pa.schema([*first, *texts, *flags, ("multimorbidity_count", pa.float64()), *counts, *pounds])


def as_stored(person: Person) -> Person:
    """The person without what a build never stores: two values at once, a flag that says no."""
    kept: list[Fact] = []
    for fact in person.facts:
        same = [one for one in kept if one.attribute_id == fact.attribute_id]
        if not any(_overlap(fact, one) for one in same):
            is_flag = fact.attribute_id in FLAGS
            kept.append(replace(fact, value_text="true") if is_flag else fact)
    events = tuple(
        replace(event, is_start=event.is_start or event.point_of_delivery in MOMENTARY)
        for event in person.events
    )
    return replace(person, facts=tuple(kept), events=events)


def _overlap(one: Fact, other: Fact) -> bool:
    far = date(9999, 1, 1)
    return one.start < (other.stop or far) and other.start < (one.stop or far)


def snapshot_rows(people: Sequence[Person], day: date, codes: Sequence[tuple[str, str]]) -> pa.Table:
    """The table as at one day; codes: the subsegment and segment of each person."""
    rows = [
        {"person_key": key, "as_at": day, **_row(person, day), **dict(zip(_WHO_MORE, code, strict=True))}
        for key, (person, code) in enumerate(zip(people, codes, strict=True), start=1)
    ]
    return pa.Table.from_pylist(rows, schema=schema())


def _row(person: Person, day: date) -> dict[str, object]:
    held = {f.attribute_id: f for f in person.facts if f.start <= day and (f.stop is None or f.stop > day)}
    row: dict[str, object] = {
        "practice_code": person.practice_code,
        "pcn_code": place_of(person, "registered_pcn"),
        "sex_code": person.sex_code,
        "ethnicity_code": person.ethnicity_code,
        "ethnic_group": ETHNIC_GROUPS.get(person.ethnicity_code or ""),
        "lsoa21_code": person.lsoa21_code,
        "ltla_code": place_of(person, "resident_ltla"),
        "age_years": age_on(person.birth_month, day),
        "frailty": held["frailty"].value_text if "frailty" in held else None,
        "multimorbidity_count": held["multimorbidity_count"].value_number
        if "multimorbidity_count" in held
        else None,
    }
    row.update({name: name in held for name in FLAGS})
    for name in CONDITIONS:
        spells = [s for s in person.spells if s.condition_id == name and s.start <= day]
        row[f"has_{name}"] = any(s.resolved is None or s.resolved > day for s in spells)
    for pod in ACTIVITIES:
        year = [e for e in person.events if e.point_of_delivery == pod and in_months(e.day, day)]
        row[f"n_{pod}"] = sum(e.is_start for e in year)
        row[f"cost_{pod}_gbp"] = sum(e.cost_gbp for e in year)
    return row


def in_months(event: date, day: date) -> bool:
    """In one of the twelve calendar months that end with the month of the day, as person.month adds up."""
    first = months_before(day.replace(day=1), 11)
    return first <= event and (event.year, event.month) <= (day.year, day.month)
