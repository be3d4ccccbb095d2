"""Bind the columns of a delivered file to the fields of its record, by name and never by position.

Case, punctuation and the word "pseudo" do not count. A column that no field asks for is dropped and
counted: the specification is the list of what may come in.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openphm.core import nearest
from openphm.definitions import RecordSpec, comparable_name
from openphm.extracts.reasons import FileRejected

DELIMITERS = (",", "\t", "|", ";", "^", "~")
_NAMES = {",": "comma", "\t": "tab", "|": "bar", ";": "semicolon", "^": "caret", "~": "tilde"}


@dataclass(frozen=True)
class Binding:
    """Which delivered column holds which field.

    columns  canonical name -> position of the delivered column, in the order of the specification
    years    for a file with one column a year: year -> position
    extra    how many delivered columns are dropped
    width    how many columns the file has
    """

    columns: Mapping[str, int]
    years: Mapping[int, int]
    extra: int
    width: int


def bind(spec: RecordSpec, names: Sequence[str], file: str) -> Binding:
    """Bind delivered column names to the record. Raises FileRejected with all that is wrong."""
    repeated = sorted(name for name, n in Counter(names).items() if n > 1 and name.strip())
    if repeated:
        places = [str(at + 1) for at, name in enumerate(names) if name in repeated][:12]
        raise FileRejected(
            "F_DUP_HEADER",
            file,
            f"columns {', '.join(places)} have the same name{_known(spec, repeated)}.",
            "Each column has its own name.",
            "remove or rename one of them; which one is right cannot be guessed",
        )
    columns = _bound(spec, names)
    missing = [one for one in spec.required_fields if one.name not in columns]
    if missing:
        raise _missing(spec, names, [one.field for one in missing], file)
    years = _years(spec, names)
    used = set(columns.values()) | set(years.values())
    return Binding(columns, years, len(names) - len(used), len(names))


def _bound(spec: RecordSpec, names: Sequence[str]) -> dict[str, int]:
    """The first spelling of a field that the file has wins: its real name, then its aliases."""
    by_name: dict[str, int] = {}
    for position, name in enumerate(names):
        by_name.setdefault(comparable_name(name), position)
    found: dict[str, int] = {}
    for field in spec.fields:
        spellings = (field.field, field.name, *field.aliases)
        for spelling in map(comparable_name, spellings):
            if spelling in by_name:
                found[field.name] = by_name[spelling]
                break
    return found


def _years(spec: RecordSpec, names: Sequence[str]) -> dict[int, int]:
    if not spec.options.get("year_columns"):
        return {}
    plain = [name.strip() for name in names]
    return {int(name): at for at, name in enumerate(plain) if len(name) == 4 and name.isdigit()}


def _missing(spec: RecordSpec, names: Sequence[str], missing: list[str], file: str) -> FileRejected:
    is_header = count_bound(spec, names)[1] > 0
    near = {one: nearest(one, [name for name in names if name]) if is_header else "" for one in missing}
    hints = [f"'{close}' may be '{one}'" for one, close in near.items() if close]
    found = f"the required column{'s' if len(missing) > 1 else ''} {_quoted(missing)} of {spec.name} "
    found += "are missing." if len(missing) > 1 else "is missing."
    return FileRejected(
        "F_COLUMNS",
        file,
        found,
        f"Columns are found by name; case and punctuation do not count. The file has {len(names)} columns.",
        (f"{'; '.join(hints)}: add it under `local_names:` of the overlay, or " if hints else "")
        + "ask the sender for the full file",
    )


def _known(spec: RecordSpec, names: Sequence[str]) -> str:
    """The names that the specification knows. Others are not shown: without a header they are values."""
    known = [name for name in names if spec.find_field(name) is not None]
    return f": {_quoted(known)}" if known else ""


def count_bound(spec: RecordSpec, names: Sequence[str]) -> tuple[int, int]:
    """How many required fields, and how many fields, the names would fill."""
    columns = _bound(spec, names)
    return sum(one.name in columns for one in spec.required_fields), len(columns)


def split_header(line: str, delimiter: str) -> list[str]:
    """The column names of a header line."""
    row = next(csv.reader(io.StringIO(line), delimiter=delimiter), [])
    return [name.strip().lstrip("\ufeff") for name in row]


def find_delimiter(spec: RecordSpec, line: str, file: str) -> str:
    """The sign between the fields: the one that the specification names, or that gives most of its columns.

    Raises FileRejected when no sign does.
    """
    fixed = spec.options.get("delimiter")
    tried = {sign: count_bound(spec, split_header(line, sign)) for sign in DELIMITERS if sign in line}
    best = max(tried, key=lambda sign: tried[sign], default="")
    if fixed:
        wanted = "\t" if fixed in ("tab", "\\t") else str(fixed)
        if best and best != wanted and tried[best] > tried.get(wanted, (0, 0)):
            raise _wrong_delimiter(
                file, f"fields are parted by a {_NAMES[best]}.", _NAMES.get(wanted, wanted)
            )
        return wanted
    if best and tried[best][1] > 0:
        return best
    if count_bound(spec, [line.strip()])[1] or any(_looks_joined(spec, line)):
        if len(spec.fields) == 1 or not _looks_joined(spec, line):
            return ","
        raise _wrong_delimiter(file, "the column names are there, but no known sign stands between them.", "")
    return best or ","


def _looks_joined(spec: RecordSpec, line: str) -> list[str]:
    """Fields whose name occurs in a header that could not be split: the sign between is unknown."""
    flat = comparable_name(line)
    names = [comparable_name(field.field) for field in spec.fields]
    found = [name for name in names if len(name) > 3 and name in flat]
    return found if len(found) > 1 else []


def _wrong_delimiter(file: str, found: str, wanted: str) -> FileRejected:
    known = ", ".join(_NAMES.values())
    return FileRejected(
        "F_DELIM",
        file,
        found,
        f"Allowed: {wanted or known}.",
        "export the file again with a comma between the fields",
    )


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"'{name[:60]}'" for name in list(names)[:12])
