"""python -m docs.generate: write the generated reference pages."""

from pathlib import Path

from docs.generate import PAGES

REFERENCE = Path(__file__).resolve().parents[1] / "reference"

for name, write in PAGES.items():
    (REFERENCE / name).write_text(write(), encoding="utf-8")
