"""Does every open practice have registered patients? Compared with the reference list and the last delivery.

The home remembers which practices the last accepted delivery had. A practice that was there before, or that
the reference list calls open, and is missing now stops the delivery until somebody says that it is right.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from openphm.extracts import FileRejected, expect_practices, find_registration_gaps, literal
from openphm.extracts.registrations import LIST_SIZES, PRACTICES, REGISTRATIONS, practices_with_patients
from openphm.store import Engine


@dataclass(frozen=True)
class PracticeCheck:
    """The practices of one delivery. written: record -> the Parquet file that was written for it."""

    engine: Engine
    home: Path
    written: Mapping[str, Path]

    def present(self) -> set[str]:
        """Practices with somebody registered now."""
        source = f"read_parquet([{literal(str(self.written[REGISTRATIONS]))}])"
        rows = self.engine.query(f"SELECT DISTINCT practice_code FROM {source} WHERE end_date IS NULL")
        return {code for code in rows["practice_code"].to_pylist() if code}

    def gap(self, file: str) -> FileRejected | None:
        """The problem with the registration file of this name, or None."""
        present = self.present()
        expected = self._remembered()
        sizes = self.written.get(LIST_SIZES)
        if sizes is not None:
            expected &= practices_with_patients(self.engine, sizes)
        if PRACTICES in self.written:
            expected -= self._closed()
            expected |= expect_practices(self.engine, self.written[PRACTICES], sizes, present)
        return find_registration_gaps(present, expected, file)

    def _closed(self) -> set[str]:
        rows = self.engine.query(
            f"SELECT practice_code FROM read_parquet([{literal(str(self.written[PRACTICES]))}]) "
            "WHERE close_date IS NOT NULL OR coalesce(status_code, 'A') <> 'A'"
        )
        return set(rows["practice_code"].to_pylist())

    @property
    def _memory(self) -> Path:
        return self.home / "practices.json"

    def _remembered(self) -> set[str]:
        return set(json.loads(self._memory.read_text("utf-8"))) if self._memory.is_file() else set()

    def remember(self, present: set[str]) -> None:
        """Keep the practices of an accepted delivery."""
        partial = self._memory.with_name(self._memory.name + ".tmp")
        partial.write_text(json.dumps(sorted(present)), "utf-8")
        partial.replace(self._memory)
