"""Screens: one file for each group of pages. A file with a `screen` is found by itself."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from openphm.web.screen import Screen


def all_screens() -> list[Screen]:
    """The `screen` of every file here, by the ORDER in which each wants to stand."""
    names = sorted(module.name for module in iter_modules(__path__))
    modules = [import_module(f"{__name__}.{name}") for name in names]
    held = [module for module in modules if isinstance(getattr(module, "screen", None), Screen)]
    return [module.screen for module in sorted(held, key=lambda one: getattr(one, "ORDER", 50))]
