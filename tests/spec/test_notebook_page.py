"""The code of docs/how-to/use-a-notebook.md runs, from top to bottom, on a store with people in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.store import a_store
from tests.support.villages import VILLAGE


def test_the_page_runs(tmp_path: Path, project_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pandas")
    a_store(tmp_path / "store", VILLAGE)
    monkeypatch.chdir(tmp_path)
    page = (project_root / "docs" / "how-to" / "use-a-notebook.md").read_text("utf-8")
    names: dict[str, Any] = {"folder": tmp_path}
    for block in re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE):
        exec(block, names)  # noqa: S102 - the page of this repository is what is tested
    assert names["people"]["all"] == 84
    assert round(names["share_of_all"]["all"], 6) == 1
    assert (tmp_path / "segments.xlsx").stat().st_size > 1000
    assert "vega-lite/v6" in (tmp_path / "cost.json").read_text("utf-8")
    assert "<caption" in names["matrix"]._repr_html_()
    assert "<caption" in names["released"]._repr_html_()
