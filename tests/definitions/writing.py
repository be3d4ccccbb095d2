"""Write small overlay folders for tests."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

HEADER = """\
id: {id}
version: "2026.1"
status: {status}
title: A title
source: a test
licence: Open Government Licence v3.0
owner: the testers
date_reviewed: 2026-11-22
date_next_review: 2027-11-22
"""


def write_definition(folder: Path, id_: str, body: str, *, status: str = "active") -> Path:
    """Write one definition with a right header and this body."""
    path = folder / f"{id_}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER.format(id=id_, status=status) + dedent(body), "utf-8")
    return path
