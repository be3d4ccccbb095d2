"""The page of areas has a map where the suite was given boundaries, and all else without."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from openphm.definitions.boundaries import read_boundaries
from openphm.web.app import make_app
from openphm.web.settings import Settings
from tests.web.conftest import HOST, another_store


def test_boundaries_make_a_map_of_the_released_figures(built: Path, tmp_path: Path) -> None:
    store, shapes = (
        another_store(built, tmp_path),
        read_boundaries(built.parent / "raw" / "boundaries.geojson"),
    )
    for held in (None, shapes):
        app = make_app(Settings(store, is_demo=True, names=(HOST,), shapes=held))
        with TestClient(app) as client:
            client.post("/demo/sign-in", data={"role": "icb_analyst"})
            page = client.get("/overview/areas")
            assert page.status_code == 200
            assert ("on the map" in page.text) is (held is not None)
            assert ("Practices on the map" in page.text) is (held is not None)
