"""Extract specifications: what a delivered file of a national dataset looks like.

One `RecordSpec` describes one kind of row: its file names, its person, its key, its rule for
resubmissions, and its fields with their real names. Rooms that read files ask these objects and never
the YAML, so a field is renamed in one place.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TYPES = ("id", "date", "timestamp", "integer", "decimal", "code", "flag", "text")
IDENTITY_CLASSES = ("nhs_number", "local_id", "birth_date", "postcode", "uprn", "name", "address", "drop")
DEFAULT_DATE_FORMATS = ("%Y-%m-%d",)
NORMALISERS = ("icd10", "upper", "upper_no_dot")
CHECKS = ("verhoeff",)
ON_ERROR = ("quarantine", "blank")

_WORDS = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True)
class Pattern:
    """A named form that a code may have, such as `icd10`.

    regex      the whole value, after trimming and `normalise`
    normalise  a named cleaning (icd10: no dot, no filler X or -, no dagger or asterisk) or None
    check      a named check-digit rule (verhoeff) or None
    """

    name: str
    regex: str
    normalise: str | None
    check: str | None
    meaning: str


@dataclass(frozen=True)
class FieldSpec:
    """One column of a delivered file.

    name      canonical name, in our tables
    field     the real name, in the delivered file
    aliases   other names it is known by, local ones included
    required  "value": the column must exist and a row without a value is quarantined;
              "column": the column must exist; None: may be absent
    formats   date formats that may occur; one is chosen for each file
    values    the values a code may have, or None when `pattern` says it
    identity  what the custodian does with it (None: passes as it is)
    domain    for local ids: ids of one domain are keyed alike, so that they join
    on_error  "quarantine": a value that does not fit quarantines the row;
              "blank": the value is left out, the row is loaded and the loss is counted
    source    where the name comes from when it is not in the record's published table
    """

    name: str
    field: str
    type: str
    aliases: tuple[str, ...] = ()
    required: str | None = None
    formats: tuple[str, ...] = ()
    pattern: Pattern | None = None
    values: tuple[str, ...] | None = None
    identity: str | None = None
    domain: str | None = None
    on_error: str = "quarantine"
    source: str | None = None

    @property
    def is_required(self) -> bool:
        """True when a row without a value is quarantined."""
        return self.required == "value"

    @property
    def must_exist(self) -> bool:
        """True when a file without this column is rejected."""
        return self.required is not None

    @property
    def spellings(self) -> tuple[str, ...]:
        """All names of the column, made comparable with `comparable_name`, without repeats."""
        names = (comparable_name(name) for name in (self.name, self.field, *self.aliases))
        return tuple(dict.fromkeys(names))


@dataclass(frozen=True)
class PersonLink:
    """How a row of the record points to a person.

    how     nhs_number: `field` holds the NHS number; local: `field` holds a local person id;
            via: `key` is joined to the record `record`, which has the person (a bridging table);
            parent: the row belongs to a row of `record`, found by `key`
    """

    how: str
    field: str | None = None
    record: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class Submission:
    """For one provider and period the file with the latest version wins."""

    provider: str
    period: str
    version: str


@dataclass(frozen=True)
class Coverage:
    """Which provider delivered which month: the column of the provider and of the date."""

    provider: str
    date: str


@dataclass(frozen=True)
class Emit:
    """A row of a foreign format becomes a row of a canonical record.

    when      canonical column -> values it must have (empty: always)
    columns   column of the target record -> where its value comes from, one of
              {field: name}, {field: name, map: {from: to}}, {constant: value},
              {row: name} (a key made of the record and the row number)
    rule      the name of the rule that the check report quotes, such as registered_from_birth
    """

    record: str
    when: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, Mapping[str, Any]]
    rule: str | None = None


@dataclass(frozen=True)
class RecordSpec:
    """One kind of row in a delivered dataset. `name` is the canonical record name.

    facts           published table that the field names were taken from, source/table
    latest_row_by   for a repeated key the row that is last in these columns wins
    child_of        (record, key): the rows stand or fall with their parent row
    sentinel_dates  dates that mean "not known" and are read as empty
    null_words      texts that mean "nothing", such as NULL
    rows            how untidy rows are taken: {short: fill, trailing_empty: drop, may_be_empty: true}
    zone            "custodian" for reference files that only the custodian reads
    options         the remaining keys of the record, as they stand
    """

    name: str
    dataset: str
    definition: str
    title: str
    fields: tuple[FieldSpec, ...]
    files: tuple[str, ...] = ()
    facts: str | None = None
    source: str | None = None
    person: PersonLink | None = None
    key: tuple[str, ...] = ()
    submission: Submission | None = None
    latest_row_by: tuple[str, ...] = ()
    coverage: Coverage | None = None
    child_of: tuple[str, str] | None = None
    emits: tuple[Emit, ...] = ()
    sentinel_dates: tuple[str, ...] = ()
    null_words: tuple[str, ...] = ()
    rows: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    zone: str | None = None
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def field(self, name: str) -> FieldSpec:
        """The field of a canonical name. Raises KeyError when there is none."""
        for spec in self.fields:
            if spec.name == name:
                return spec
        raise KeyError(name)

    def has_field(self, name: str) -> bool:
        """True when the record has a field of this canonical name."""
        return any(spec.name == name for spec in self.fields)

    def find_field(self, column: str) -> FieldSpec | None:
        """The field that a delivered column name means, or None."""
        wanted = comparable_name(column)
        for spec in self.fields:
            if wanted in spec.spellings:
                return spec
        return None

    def matches_file(self, stem: str) -> bool:
        """True when a file name without its ending matches one of the patterns of `files`."""
        return any(_file_pattern(pattern).fullmatch(_plain(stem)) for pattern in self.files)

    @property
    def required_fields(self) -> tuple[FieldSpec, ...]:
        """The fields whose column must exist."""
        return tuple(spec for spec in self.fields if spec.must_exist)


def comparable_name(column: str) -> str:
    """A column name without case and punctuation, and without a leading or trailing word "pseudo".

    >>> comparable_name("Pseudo NHS_NUMBER") == comparable_name("nhs number")
    True
    """
    words = _WORDS.findall(column.casefold())
    if len(words) > 1 and words[0] == "pseudo":
        words = words[1:]
    if len(words) > 1 and words[-1] == "pseudo":
        words = words[:-1]
    return "".join(words)


def _plain(text: str) -> str:
    return "".join(_WORDS.findall(text.casefold()))


def _file_pattern(pattern: str) -> re.Pattern[str]:
    """A file pattern as a regular expression over the plain stem; `*` stands for anything."""
    return re.compile(".*".join(re.escape(_plain(part)) for part in pattern.split("*")))
