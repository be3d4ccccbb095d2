"""Read a definition file that a user names by its path: one way for cohorts, scenarios and plans."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openphm.definitions.entry import Entry
from openphm.definitions.header import read_header
from openphm.definitions.problems import Problems
from openphm.definitions.yaml_reader import read_yaml


@dataclass(frozen=True)
class OwnFile:
    """What a user's file holds, its name for messages, and its checksum."""

    body: dict[str, Any]
    label: str
    sha256: str


def read_own_file(path: Path, problems: Problems, *, thing: str, header: str = "version") -> OwnFile | None:
    """The file, or None after noting what is wrong with it.

    thing    what it is, for messages: "cohort"
    header   a file with this key has a whole header, which is then checked; a draft may come without
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        said = f"the file cannot be read: {error.strerror}."
        problems.add(f"{thing} {path.name}", said, allowed="the path of a YAML file")
        return None
    body = read_yaml(content, path.name, problems)
    if body is None:
        return None
    if "id" in body and header in body:
        read_header(Entry(body, path.name, problems))
    return OwnFile(body, path.name, hashlib.sha256(content).hexdigest())
