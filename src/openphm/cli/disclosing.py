"""Find the disclosure rule that the user named, ours or the site's."""

from __future__ import annotations

from pathlib import Path

from openphm.definitions import load
from openphm.release import DisclosureRule

KIND = "disclosure/"


def rule_named(name: str, overlay: Path | None) -> DisclosureRule:
    """The rule of a name such as `default` or `none`. Raises DefinitionError with the nearest known name."""
    found = load(overlay).get(KIND + name.removeprefix(KIND))
    return DisclosureRule.from_definition(found.id, found.body)
