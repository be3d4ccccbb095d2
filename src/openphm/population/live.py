"""Which build answers now: quickly, for those who keep a build open and must notice a newer one."""

from __future__ import annotations

from pathlib import Path

from openphm.store import Builds


def live_build(store: Path | str) -> str:
    """The id of the live build; empty when the pointer names none. Unchecked: good as a cache key."""
    return Builds(store).live_id()
