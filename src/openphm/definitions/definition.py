"""One definition: a file that says what a word means, with its checksum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openphm.definitions.header import Header


@dataclass(frozen=True)
class Definition:
    """A file after reading. `body` cannot be changed; `sha256` is of the bytes as delivered.

    label       how messages name the file: its path within its folder
    is_overlay  True when the site's own folder holds it
    """

    header: Header
    body: Mapping[str, Any]
    sha256: str
    path: Path
    label: str
    is_overlay: bool = False

    @property
    def id(self) -> str:
        """kind/name, for example `conditions/asthma`."""
        return self.header.id

    @property
    def kind(self) -> str:
        """The folder, for example `conditions`."""
        return self.header.kind

    @property
    def name(self) -> str:
        """The id without its folder, for example `asthma`."""
        return self.header.name

    @property
    def version(self) -> str:
        """The version of the content, for example 2026.1."""
        return self.header.version

    @property
    def status(self) -> str:
        """draft, active or withdrawn."""
        return self.header.status

    @property
    def title(self) -> str:
        """One line for people."""
        return self.header.title

    def used(self) -> dict[str, str]:
        """What a result says about the definitions behind it."""
        return {"id": self.id, "version": self.version, "sha256": self.sha256}
