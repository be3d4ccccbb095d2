"""The examples in docstrings print what they say."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import openphm

SOURCE = Path(openphm.__file__).parent
MODULES = sorted(
    ".".join(("openphm", *one.relative_to(SOURCE).with_suffix("").parts))
    for one in SOURCE.rglob("*.py")
    if ">>> " in one.read_text("utf-8")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    found = doctest.testmod(import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.attempted and not found.failed
