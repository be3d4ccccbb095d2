"""The life stages in force: from reference/life_stages, shipped or a site's own."""

from __future__ import annotations

from openphm.definitions import Definitions
from openphm.definitions.reference import LifeStage

__all__ = ["LifeStage", "stages_of"]


def stages_of(definitions: Definitions) -> tuple[LifeStage, ...]:
    """The stages by age; checked when the definitions were loaded."""
    body = definitions.get("reference/life_stages").body
    return tuple(LifeStage(one["stage"], one["name"], one["from"]) for one in body["life_stages"])
