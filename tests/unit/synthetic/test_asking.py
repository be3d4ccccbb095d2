"""Settings and plants that cannot be."""

from datetime import date
from pathlib import Path

import pytest

from openphm.core.errors import OpenPHMError
from openphm.synthetic.planted import read_plant
from openphm.synthetic.settings import LARGEST, Settings


@pytest.mark.parametrize("people", [0, 99, LARGEST + 1])
def test_sizes_out_of_range_are_refused(people: int) -> None:
    with pytest.raises(OpenPHMError, match="people"):
        Settings(people)


@pytest.mark.parametrize("years", [0, 1, 11])
def test_histories_out_of_range_are_refused(years: int) -> None:
    with pytest.raises(OpenPHMError, match="years"):
        Settings(1000, years)


def test_an_as_at_date_that_is_no_month_end_is_refused() -> None:
    with pytest.raises(OpenPHMError, match="month end"):
        Settings(1000, as_at=date(2026, 3, 15))


def test_the_shipped_service_is_read() -> None:
    plant = read_plant("default")
    assert plant is not None
    assert plant.id == "evaluations/demo_high_intensity"
    assert len(plant.pcns) == 4
    assert read_plant("none") is None


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("uptake: 0.75", "uptake: 7"),
        ("pcns: [3, 6, 9, 12]", "pcns: [99]"),
        ("name: High-intensity use service", ""),
    ],
)
def test_a_service_that_cannot_be_is_refused(tmp_path: Path, change: str, named: str) -> None:
    shipped = Path(__file__).parents[3] / "src/openphm/synthetic/data/demo_high_intensity.yaml"
    file = tmp_path / "plant.yaml"
    file.write_text(shipped.read_text(encoding="utf-8").replace(change, named), encoding="utf-8")
    with pytest.raises(OpenPHMError, match="plant"):
        read_plant(str(file))


def test_a_plant_that_does_not_exist_is_refused() -> None:
    with pytest.raises(OpenPHMError, match="plant"):
        read_plant("no-such-file.yaml")
