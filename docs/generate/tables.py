"""docs/reference/data-dictionary.md: every table of a build, from the headers of the SQL files."""

from itertools import groupby
from pathlib import Path

import openphm
from docs.generate.markdown import GENERATED, code, page, table
from openphm.store import SqlFile, read_folder

PACKAGE = Path(openphm.__file__).parent
INTRODUCTION = f"""# Data dictionary

{GENERATED}

The tables of a build. A schema is a subject. Each table is written by one file, whose header is the source
of this page. All intervals are half-open: from the first day, included, to the second, excluded; an empty
second date means open. `person_key` is a number within one build; `person_id`, the pseudonym, stands in
`person.person` alone. Tables that hold definitions have [a page of their own](definitions-tables.md)."""


def tables_page() -> str:
    files = sorted(read_folder(PACKAGE / "dataset" / "sql"), key=lambda file: file.header.writes)
    schemas = groupby(files, key=lambda file: file.header.writes.split(".")[0])
    sections = [
        page(f"## {schema}", *(_section(file) for file in members)).rstrip() for schema, members in schemas
    ]
    return page(INTRODUCTION, *sections)


def _section(file: SqlFile) -> str:
    header = file.header
    where = file.path.relative_to(PACKAGE.parent.parent).as_posix()
    facts = (
        f"{header.purpose[:1].upper()}{header.purpose[1:]}. {header.grain[:1].upper()}{header.grain[1:]}. "
        f"Key: {', '.join(code(name) for name in header.key)}.\n"
        f"Reads {', '.join(code(name) for name in header.reads)}. Written by `{where}`."
    )
    columns = table(
        ("column", "type", "meaning"), [(code(c.name), c.type, c.meaning) for c in header.columns]
    )
    return page(f"### `{header.writes}`", facts, columns).rstrip()
