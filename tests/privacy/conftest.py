"""Rooms of the custodian for the batteries: made once, copied for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.reidentifying import Room


@pytest.fixture(scope="session")
def room_template(tmp_path_factory: pytest.TempPathFactory) -> Room:
    return Room.make(tmp_path_factory.mktemp("zone-i") / "home")


@pytest.fixture
def room(room_template: Room, tmp_path: Path) -> Room:
    return Room.copy_of(room_template, tmp_path)
