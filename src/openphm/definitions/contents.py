"""Check what stands in the definitions, kind by kind, and what they say of each other."""

from __future__ import annotations

from collections.abc import Sequence

from openphm.definitions.definition import Definition
from openphm.definitions.problems import Problems


def check_contents(definitions: Sequence[Definition], problems: Problems) -> None:
    """Note every problem in the content of the definitions."""
