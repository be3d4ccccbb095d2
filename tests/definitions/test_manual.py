"""Do the pages of the manual say what the definitions say?"""

from __future__ import annotations

from pathlib import Path

import pytest

from openphm.definitions import load
from tests.definitions.manual_pages import pages

PAGES = pages(load())


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_not_stale(project_root: Path, name: str) -> None:
    page = project_root / "docs" / "reference" / name
    assert page.read_text("utf-8") == PAGES[name], (
        "run python -m tests.definitions.manual_pages docs/reference"
    )
