"""docs/reference/definitions.md and extracts.md: what ships, from the definitions themselves."""

from itertools import groupby

from docs.generate.markdown import GENERATED, code, page, table
from openphm.definitions import load
from openphm.definitions.extract_specs import FieldSpec, RecordSpec

DEFINITIONS = f"""# Definitions

{GENERATED}

What ships with OpenPHM. `openphm definitions show ID` prints one; a file with the same id in your overlay
takes its place. `draft` means: replace it by your own list before you use figures in earnest."""

EXTRACTS = f"""# Extract specifications

{GENERATED}

The records OpenPHM reads, with the field names of the national data sets. Columns match by name, field or
alias, ignoring capital letters and punctuation. *Identity* says what the custodian does with a column;
where it is empty, the value passes as it is. A column that is not listed is dropped and counted."""


def definitions_page() -> str:
    everything = sorted(load(), key=lambda one: (one.kind, one.id))
    sections = [
        page(
            f"## {kind}",
            table(
                ("id", "version", "status", "title", "source"),
                [(code(one.id), one.version, one.status, one.title, one.header.source) for one in members],
            ),
        ).rstrip()
        for kind, members in groupby(everything, key=lambda one: one.kind)
    ]
    return page(DEFINITIONS, *sections)


def extracts_page() -> str:
    records = load().extracts
    return page(EXTRACTS, *(_record(records[name]) for name in sorted(records)))


def _record(spec: RecordSpec) -> str:
    files = ", ".join(code(pattern) for pattern in spec.files)
    fields = [(code(f.name), code(f.field), f.type, _needed(f), f.identity) for f in spec.fields]
    return page(
        f"## `{spec.name}`",
        f"{spec.title}. Files: {files}.",
        table(("name", "field in the file", "type", "needed", "identity"), fields),
    ).rstrip()


def _needed(field: FieldSpec) -> str:
    return {"value": "every row", "column": "the column"}.get(field.required or "", "")
