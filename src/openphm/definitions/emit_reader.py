"""Read `emits`: how rows of a foreign format (Synthea, HES) become rows of canonical records.

emits:
  - record: gp_event
    when: {code_system: [SNOMED-CT]}
    columns:
      event_date: start_date            # the value of that field
      code: {field: code}               # the same, written out
      sex_code: {field: sex, map: {M: '1', F: '2'}}
      practice_code: {constant: Y00001}
      event_key: {row: synthea_conditions}     # record and row number
"""

from __future__ import annotations

from typing import Any

from openphm.definitions.entry import Entry
from openphm.definitions.extract_specs import Emit
from openphm.definitions.frozen import freeze


def read_emits(entry: Entry) -> tuple[Emit, ...]:
    """All emit rules of a record."""
    return tuple(_emit(one) for one in entry.entries("emits"))


def _emit(entry: Entry) -> Emit:
    when = entry.entry("when")
    conditions = {key: when.texts(key) for key in when.names()} if when else {}
    columns = entry.entry("columns")
    mapped = {name: _column(columns, name) for name in columns.names()} if columns else {}
    found = Emit(
        record=entry.text("record"),
        when=freeze(conditions),
        columns=freeze(mapped),
        rule=entry.text("rule", None),
    )
    entry.allow("note")
    entry.done()
    return found


def _column(columns: Entry, name: str) -> dict[str, Any]:
    value = columns.raw(name)
    if isinstance(value, str):
        return {"field": value}
    entry = Entry(value, columns.at(name), columns.problems)
    sources = [key for key in ("field", "constant", "row") if entry.has(key)]
    if len(sources) != 1:
        columns.problems.add(
            columns.at(name),
            "the value has no single source.",
            allowed="one of {field: ...}, {constant: ...}, {row: ...}",
        )
    entry.allow("field", "constant", "row", "map")
    entry.done()
    return value if isinstance(value, dict) else {}
