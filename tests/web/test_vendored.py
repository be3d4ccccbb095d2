"""Files of other projects: they are what the lock says, name no other host, and show no protected mark."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from openphm.web.vendoring import FOLDER, LOCK, PACKAGES

THIRD_PARTY = Path(__file__).resolve().parents[2] / "THIRD_PARTY.md"


def test_every_file_has_the_checksum_of_the_lock() -> None:
    locked = {name: digest for one in json.loads(LOCK.read_text()) for name, digest in one["sha256"].items()}
    found = {
        path.relative_to(FOLDER).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in FOLDER.rglob("*")
        if path.is_file() and path != LOCK
    }
    assert found == locked


def test_the_lock_is_of_the_packages_that_the_script_names() -> None:
    locked = {(one["name"], one["version"], one["licence"]) for one in json.loads(LOCK.read_text())}
    assert locked == {(one.name, one.version, one.licence) for one in PACKAGES}
    assert "://" not in LOCK.read_text()


def test_each_licence_is_told() -> None:
    told = THIRD_PARTY.read_text("utf-8")
    for one in PACKAGES:
        assert f"| {one.name.removesuffix('.org')} | {one.version} |" in told


def test_nothing_is_fetched_from_elsewhere_and_no_font_or_logo_is_kept() -> None:
    style = (FOLDER / "nhsuk-frontend.min.css").read_text("utf-8")
    assert "@font-face" not in style
    assert not re.findall(r"url\((?!images/|\"?data:)[^)]*\)", style)
    images = {path.name for path in (FOLDER / "images").iterdir()}
    assert set(re.findall(r"images/([\w-]+\.svg)", style)) == images
    assert not {name for name in images if "logo" in name or "favicon" in name}
