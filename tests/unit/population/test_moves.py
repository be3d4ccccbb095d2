"""Who moves when the segment rules change."""

from __future__ import annotations

from pathlib import Path

from openphm.access import Scope
from openphm.definitions import load
from openphm.population import open_in_scope
from tests.support.store import a_store
from tests.support.villages import VILLAGE

OVERLAY = """
id: segments/life_course
based_on: segments/life_course
version: "local"
status: active
title: Children up to 40, to see somebody move
source: a test
licence: Open Government Licence v3.0
owner: a test
date_reviewed: 2026-11-22
date_next_review: 2027-11-22
parameters: {oldest_child: {value: 40}}
"""


def test_only_those_whom_the_new_rule_places_elsewhere_move(tmp_path: Path) -> None:
    overlay = tmp_path / "overlay" / "segments"
    overlay.mkdir(parents=True)
    (overlay / "life_course.yaml").write_text(OVERLAY, "utf-8")
    with open_in_scope(a_store(tmp_path / "store", VILLAGE), Scope.whole_system()) as village:
        moved = village.moves(load(), load(overlay.parent))
        assert moved.values() == [("1c", "1b", 25, "people")]
        assert village.moves(load(), load()).values() == []
