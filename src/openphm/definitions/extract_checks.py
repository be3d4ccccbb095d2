"""Check extract specifications against themselves: keys that name fields, spellings, free text, links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openphm.definitions import extract_specs as specs
from openphm.definitions.entry import Entry
from openphm.definitions.problems import Problems


def check_record(entry: Entry, spec: specs.RecordSpec) -> None:
    """Names that must be fields of the record are; no two columns share a spelling."""
    problems, names = entry.problems, [one.name for one in spec.fields]
    if not spec.fields:
        problems.add(entry.where, "the record has no fields.", remedy="list its columns under `fields:`")
    named: list[tuple[str, str | None]] = [("key", name) for name in spec.key]
    named += [("latest_row", name) for name in spec.latest_row_by]
    if spec.person and spec.person.how in ("nhs_number", "local"):
        named.append(("person", spec.person.field))
    elif spec.person:
        named.append(("person", spec.person.key))
    if spec.submission:
        named += [
            ("submission", getattr(spec.submission, part)) for part in ("provider", "period", "version")
        ]
    if spec.coverage:
        named += [("coverage", spec.coverage.provider), ("coverage", spec.coverage.date)]
    for key, name in named:
        if name is not None and name not in names:
            problems.add_unknown(entry.at(key), name, names, thing="field of this record")
    _check_spellings(entry, spec)


def _check_spellings(entry: Entry, spec: specs.RecordSpec) -> None:
    owner: dict[str, str] = {}
    for field in spec.fields:
        for spelling in field.spellings:
            other = owner.setdefault(spelling, field.name)
            if other != field.name:
                entry.problems.add(
                    entry.at("fields"),
                    f"'{spelling}' means both '{other}' and '{field.name}'.",
                    remedy="case and punctuation are ignored; drop the alias from one of them",
                )
    if spec.person is not None:
        for field in spec.fields:
            if field.type == "text" and field.identity is None:
                entry.problems.add(
                    entry.at("fields"),
                    f"the free text '{field.name}' of a person is not dropped.",
                    remedy="give it `identity: drop` (or name, address), or make it a code",
                )


def check_links(
    records: Mapping[str, specs.RecordSpec], local_names: Mapping[str, Mapping[str, Any]], problems: Problems
) -> None:
    """Records and fields that another record or an overlay names exist."""
    for spec in records.values():
        targets = [emit.record for emit in spec.emits]
        targets += [spec.child_of[0]] if spec.child_of else []
        targets += [spec.person.record] if spec.person and spec.person.record else []
        for name in targets:
            if name not in records:
                problems.add_unknown(f"{spec.definition}, records.{spec.name}", name, records, thing="record")
    for record, names in local_names.items():
        if record not in records:
            problems.add_unknown("local_names", record, records, thing="record")
            continue
        for field in names:
            if not records[record].has_field(field):
                known = [one.name for one in records[record].fields]
                problems.add_unknown(f"local_names.{record}", field, known, thing="field")
