"""Input made by others, delivered and built once for all tests that look at it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.real_input.made_people import write_made_people
from tests.real_input.running import built, pseudonymised, raw_folder

SYNTHEA = "synthetic_patients/swpc_synthea_csv_hypertension_1000.zip"
PUBLISHED = ("deprivation", "geo", "ods")


@pytest.fixture(scope="session")
def data(shared: Path) -> Path:
    """The folder of files made by others."""
    return shared / "data"


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("real_input")


@pytest.fixture(scope="session")
def synthea(data: Path, place: Path) -> Path:
    """The Synthea-UK sample, delivered as the zip file that is published."""
    return pseudonymised(raw_folder(place, [data / SYNTHEA], "synthea_zip"), place)


@pytest.fixture(scope="session")
def synthea_unpacked(data: Path, place: Path) -> Path:
    """The same, delivered as the folder in the zip file."""
    raw = raw_folder(place, [], "synthea_folder")
    with zipfile.ZipFile(data / SYNTHEA) as archive:
        archive.extractall(raw)
    return pseudonymised(raw, place)


@pytest.fixture(scope="session")
def synthea_store(synthea: Path, place: Path) -> Path:
    return built(synthea, place / "synthea_store")


@pytest.fixture(scope="session")
def hes(data: Path, place: Path) -> Path:
    """The three artificial HES files."""
    files = sorted((data / "synthetic_patients").glob("artificial_hes_*.csv"))
    return pseudonymised(raw_folder(place, files, "hes"), place)


@pytest.fixture(scope="session")
def lincolnshire(data: Path, place: Path) -> Path:
    """Every published reference file of Lincolnshire, and a few made-up people who live there."""
    raw = place / "lincolnshire"
    files = [file for folder in PUBLISHED for file in sorted((data / folder).glob("*.csv"))]
    raw_folder(raw, files, "reference")
    write_made_people(raw)
    return pseudonymised(raw, place)


@pytest.fixture(scope="session")
def lincolnshire_store(lincolnshire: Path, place: Path) -> Path:
    return built(lincolnshire, place / "lincolnshire_store", "2023-04-30")
