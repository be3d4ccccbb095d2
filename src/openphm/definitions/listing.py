"""List and show definitions, for people: `openphm definitions list` and `show`."""

from __future__ import annotations

from openphm.definitions.header import KINDS
from openphm.definitions.load import Definitions
from openphm.definitions.problems import Problems


def list_definitions(definitions: Definitions, kind: str | None = None) -> list[dict[str, str]]:
    """One row a definition, of one kind or of all. Raises DefinitionError when there is no such kind."""
    if kind is not None and kind not in KINDS:
        problems = Problems()
        problems.add_unknown("definitions list", kind, KINDS, thing="kind of definition")
        problems.raise_if_any()
    return [
        {
            "id": one.id,
            "version": one.version,
            "status": one.status,
            "title": one.title,
            "owner": one.header.owner,
            "date_next_review": one.header.date_next_review.isoformat(),
            "from": "overlay" if one.is_overlay else "OpenPHM",
            "sha256": one.sha256,
        }
        for one in definitions
        if kind in (None, one.kind)
    ]


def show_definition(definitions: Definitions, id_: str) -> str:
    """The file of a definition as it was written. Raises DefinitionError with the nearest known id."""
    return definitions.get(id_).path.read_text("utf-8")
