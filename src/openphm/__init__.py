"""OpenPHM: from the extracts a health system receives to one person-level dataset, and what to do with it.

    import openphm
    ics = openphm.open("store")
    ics.segments().to_pandas()

This is the front door and no room: each name is loaded from its room when it is first used, so that
`import openphm` is quick and needs no database.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# The public names, and the room each lives in. Anything else may change between versions.
_NAMES = {
    "open": "openphm.population",
    "load_definitions": "openphm.definitions:load",
    "Cell": "openphm.core",
    "FinancialYear": "openphm.core",
    "Month": "openphm.core",
    "Provenance": "openphm.core",
    "Result": "openphm.core",
    "Purpose": "openphm.access",
    "Scope": "openphm.access",
    "AccessRefused": "openphm.core",
    "BuildCheckFailed": "openphm.core",
    "CustodianRefused": "openphm.core",
    "DefinitionError": "openphm.core",
    "ExtractRejected": "openphm.core",
    "OpenPHMError": "openphm.core",
    "PlanError": "openphm.core",
    "StoreError": "openphm.core",
    "UsageError": "openphm.core",
}

__all__ = ["__version__", *_NAMES]


def __getattr__(name: str) -> Any:
    """Load a public name from its room."""
    if name not in _NAMES:
        raise AttributeError(f"openphm has no '{name}'; it has {', '.join(_NAMES)}")
    room, _, attribute = _NAMES[name].partition(":")
    return getattr(import_module(room), attribute or name)


def __dir__() -> list[str]:
    return sorted(__all__)
