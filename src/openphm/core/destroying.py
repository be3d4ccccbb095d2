"""Destroy a file that must not be read again: a key that was lent, a map that was used."""

from __future__ import annotations

import os
from pathlib import Path


def destroy(path: Path) -> None:
    """Overwrite and remove. On storage that copies on write the blocks may live on: encrypt the disk."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.write(os.urandom(min(size, 1 << 20)))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
