"""What `import openphm` offers, and what it costs."""

import subprocess
import sys

import pytest

import openphm

NAMES = [name for name in openphm.__all__ if name != "__version__"]


@pytest.mark.parametrize("name", NAMES)
def test_public_name_can_be_used(name: str) -> None:
    assert getattr(openphm, name) is not None


def test_public_names_are_few() -> None:
    assert len(NAMES) <= 25


def test_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(AttributeError, match="Result"):
        _ = openphm.no_such_name


def test_importing_openphm_opens_no_room() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, openphm; print(*sorted(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not {name for name in loaded if name.startswith("openphm.")}
    assert not {"duckdb", "numpy", "pyarrow", "yaml"} & set(loaded)
