"""Turn `extracts/*.yaml` into `RecordSpec` objects, noting every problem on the way.

A specification decides which rows are loaded and which columns are identity, so it is checked harder
than other definitions: unknown keys, unknown patterns, two columns with the same spelling, keys that
name no field, free text that nobody drops.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from openphm.definitions import extract_parts as parts
from openphm.definitions import extract_specs as specs
from openphm.definitions.definition import Definition
from openphm.definitions.emit_reader import read_emits
from openphm.definitions.entry import Entry
from openphm.definitions.extract_checks import check_links, check_record
from openphm.definitions.frozen import freeze
from openphm.definitions.header import HEADER_KEYS
from openphm.definitions.problems import Problems

PATTERNS_ID = "extracts/patterns"
RECORD_OPTIONS = (
    "national_areas", "year_columns", "has_header", "delimiter", "encoding", "note",
)  # fmt: skip
_REQUIRED = {True: "value", "column": "column", False: None, None: None}


def read_extracts(definitions: Iterable[Definition], problems: Problems) -> Mapping[str, specs.RecordSpec]:
    """All records of all specifications, by canonical name, with local names of the overlay added."""
    files = [one for one in definitions if one.status != "withdrawn"]
    patterns = _read_patterns(files, problems)
    codelists = _value_lists(files)
    local_names = _read_local_names(files, problems)
    records: dict[str, specs.RecordSpec] = {}
    for definition in files:
        if definition.id == PATTERNS_ID:
            continue
        reader = _FileReader(definition, patterns, codelists, local_names, problems)
        for spec in reader.records():
            if spec.name in records:
                problems.add(
                    f"{definition.label}, records.{spec.name}",
                    "this record is specified twice.",
                    remedy=f"it is also in {records[spec.name].definition}; keep one",
                )
            records[spec.name] = spec
    check_links(records, local_names, problems)
    return MappingProxyType(records)


class _FileReader:
    """Reads one specification file."""

    def __init__(
        self,
        definition: Definition,
        patterns: Mapping[str, specs.Pattern],
        lists: Mapping[str, tuple[str, ...]],
        local_names: Mapping[str, Mapping[str, tuple[str, ...]]],
        problems: Problems,
    ) -> None:
        self._definition, self._problems = definition, problems
        self._patterns, self._lists, self._local_names = patterns, lists, local_names

    def records(self) -> list[specs.RecordSpec]:
        entry = Entry(self._definition.body, self._definition.label, self._problems)
        entry.allow(*HEADER_KEYS, "lists", "local_names")
        self._formats = parts.read_date_formats(entry.entry("formats"), specs.DEFAULT_DATE_FORMATS)
        self._sentinels = entry.texts("sentinel_dates")
        if not entry.has("records"):
            entry.allow("records", "dataset")
            entry.done()
            return []
        dataset = entry.text("dataset")
        found = [self._record(name, one, dataset) for name, one in entry.named_entries("records")]
        entry.done()
        return [spec for spec in found if spec is not None]

    def _record(self, name: str, entry: Entry, dataset: str) -> specs.RecordSpec | None:
        before = len(self._problems)
        formats = parts.read_date_formats(entry.entry("formats"), self._formats)
        local = self._local_names.get(name, {})
        fields = [self._field(one, formats, local) for one in entry.entries("fields")]
        spec = specs.RecordSpec(
            name=name,
            dataset=dataset,
            definition=self._definition.id,
            title=entry.text("title"),
            fields=tuple(one for one in fields if one is not None),
            files=entry.texts("files"),
            facts=entry.text("facts", None),
            source=entry.text("source", None),
            person=parts.read_person(entry),
            key=entry.texts("key"),
            submission=parts.read_submission(entry),
            latest_row_by=parts.read_latest_row(entry),
            coverage=parts.read_coverage(entry),
            child_of=parts.read_child_of(entry),
            emits=read_emits(entry),
            sentinel_dates=entry.texts("sentinel_dates") or self._sentinels,
            null_words=entry.texts("null_words"),
            rows=freeze(entry.raw("rows") or {}),
            zone=entry.text("zone", None),
            options=freeze({key: entry.raw(key) for key in RECORD_OPTIONS if entry.raw(key) is not None}),
        )
        entry.done()
        check_record(entry, spec)
        return spec if len(self._problems) == before else None

    def _field(
        self, entry: Entry, formats: tuple[str, ...], local: Mapping[str, tuple[str, ...]]
    ) -> specs.FieldSpec | None:
        before = len(self._problems)
        name, type_ = entry.text("name"), entry.choice("type", specs.TYPES, thing="type")
        required = entry.raw("required")
        if isinstance(required, dict | list) or required not in _REQUIRED:
            self._problems.add(entry.at("required"), f"found '{required}'.", allowed="true, false or column")
            required = None
        spec = specs.FieldSpec(
            name=name,
            field=entry.text("field"),
            type=type_,
            aliases=entry.texts("aliases") + tuple(local.get(name, ())),
            required=_REQUIRED[required],
            formats=(entry.texts("formats") or formats) if type_ in ("date", "timestamp") else (),
            pattern=self._pattern(entry),
            values=self._values(entry),
            identity=entry.choice("identity", specs.IDENTITY_CLASSES, None, thing="identity class"),
            domain=entry.text("domain", None),
            on_error=entry.choice(
                "on_error", specs.ON_ERROR, "quarantine", thing="way to take a wrong value"
            ),
            source=entry.text("source", None),
        )
        entry.allow("note", "meaning")
        entry.done()
        self._check_field(entry, spec)
        return spec if len(self._problems) == before else None

    def _pattern(self, entry: Entry) -> specs.Pattern | None:
        name = entry.text("pattern", None)
        if name is None:
            return None
        if name not in self._patterns:
            self._problems.add_unknown(entry.at("pattern"), name, self._patterns, thing="pattern")
        return self._patterns.get(name)

    def _values(self, entry: Entry) -> tuple[str, ...] | None:
        value = entry.raw("list")
        if value is None:
            return None
        if isinstance(value, str):
            if value not in self._lists:
                self._problems.add_unknown(entry.at("list"), value, self._lists, thing="value list")
            return self._lists.get(value)
        return entry.texts("list")

    def _check_field(self, entry: Entry, spec: specs.FieldSpec) -> None:
        if spec.type == "code" and spec.pattern is None and spec.values is None:
            self._problems.add(
                entry.where,
                f"the code '{spec.name}' says neither `pattern` nor `list`.",
                remedy="add `pattern: ods` (or another) or `list: [...]`",
            )
        if spec.identity == "local_id" and spec.domain is None:
            self._problems.add(
                entry.where,
                f"the local id '{spec.name}' names no `domain`.",
                remedy="ids of one domain are keyed alike; write the name of the numbering system",
            )
        if spec.pattern is not None and spec.values is not None:
            self._problems.add(
                entry.where, f"'{spec.name}' has a pattern and a list.", allowed="one of the two"
            )


def _read_patterns(files: list[Definition], problems: Problems) -> dict[str, specs.Pattern]:
    patterns: dict[str, specs.Pattern] = {}
    for definition in files:
        if "patterns" not in definition.body:
            continue
        entry = Entry(definition.body, definition.label, problems)
        entry.allow(*HEADER_KEYS, "lists", "local_names", "records", "dataset")
        for name, one in entry.named_entries("patterns"):
            regex = one.text("regex")
            try:
                re.compile(regex or "")
            except re.error as error:
                problems.add(one.at("regex"), f"not a regular expression: {error}.")
            patterns[name] = specs.Pattern(
                name, regex, one.choice("normalise", specs.NORMALISERS, None, thing="cleaning"),
                one.choice("check", specs.CHECKS, None, thing="check"), one.text("meaning", ""),
            )  # fmt: skip
            one.done()
        entry.done()
    return patterns


def _value_lists(files: list[Definition]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for definition in files:
        for name, values in dict(definition.body.get("lists") or {}).items():
            found[name] = tuple(str(value) for value in values)
    return found


def _read_local_names(files: list[Definition], problems: Problems) -> dict[str, dict[str, tuple[str, ...]]]:
    """record -> canonical field -> local column names, from every `local_names:` mapping."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for definition in files:
        entry = Entry(definition.body, definition.label, problems)
        for record, one in entry.named_entries("local_names"):
            names = found.setdefault(record, {})
            for field in one.names():
                names[field] = names.get(field, ()) + one.texts(field)
    return found
