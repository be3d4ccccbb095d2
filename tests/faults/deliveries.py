"""Small deliveries for tests: good files to damage, and what became of them.

    raw.write("gp_event", rows_of("gp_event", 3))
    outcome = raw.pseudonymise()

NHS numbers are of the 999 range, which is never issued.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from openphm.core import ExtractRejected, OpenPHMError
from openphm.core.identifiers import nhs_check_digit
from openphm.custodian import Home, Options, pseudonymise
from openphm.definitions import RecordSpec, load

SPECS = load().extracts
Row = dict[str, str]


def nhs_number(place: int) -> str:
    """The n-th valid number of the 999 range, more or less: those without a check digit are skipped."""
    stem = 999_000_000 + place * 7
    while (digit := nhs_check_digit(str(stem))) is None:
        stem += 1
    return f"{stem}{digit}"


def a_gp_event(place: int, **other: str) -> Row:
    row = {
        "event_key": f"EV{place:06d}", "nhs_number": nhs_number(place % 40), "practice_code": "X80001",
        "event_date": f"2025-{place % 12 + 1:02d}-{place % 28 + 1:02d}", "code": "195967001", "value": "",
        "report_period": "2025-12-01", "received_date": "2026-01-10",
    }  # fmt: skip
    return row | other


def a_spell(place: int, **other: str) -> Row:
    row = {
        "spell_key": f"SP{place:06d}", "nhs_number": nhs_number(place % 40), "birth_date": "1950-06-17",
        "sex_code": "1", "postcode": "ZZ1 1AA", "practice_code": "X80001", "provider_code": "XA1",
        "admission_method_code": "21", "patient_classification_code": "1", "admission_date": "2025-04-03",
        "discharge_date": "2025-04-05", "hrg_code": "DZ11V", "tariff_gbp": "1234.50",
        "report_period": "2025-04-01", "received_date": "2025-05-10",
    }  # fmt: skip
    return row | other


def a_diagnosis(place: int, **other: str) -> Row:
    row = {
        "spell_key": f"SP{place:06d}", "episode_key": f"EP{place:06d}", "position": "1", "code": "I500",
    }  # fmt: skip
    return row | other


def a_patient(place: int, **other: str) -> Row:
    row = {
        "patient_key": f"PT{place:06d}", "nhs_number": nhs_number(place), "practice_code": "X80001",
        "forename": "Ottoline", "surname": "Quillfeather", "birth_date": "1980-05-17", "sex_code": "2",
        "address": "1 Madeup Lane", "uprn": f"{10_000_000 + place}", "postcode": "ZZ1 1AA",
        "received_date": "2026-04-10",
    }  # fmt: skip
    return row | other


def a_registration(place: int, **other: str) -> Row:
    row = {
        "registration_key": f"RG{place:06d}", "nhs_number": nhs_number(place),
        "practice_code": f"X8000{place % 3 + 1}", "registration_type": "Regular",
        "start_date": "2010-01-01", "end_date": "",
    }  # fmt: skip
    return row | other


def a_practice(place: int, **other: str) -> Row:
    row = {
        "practice_code": f"X8000{place}", "name": f"PRACTICE {place}", "status_code": "A",
        "commissioner_code": "X9E", "prescribing_setting": "4",
    }  # fmt: skip
    return row | other


def spell_out(
    record: str, rows: Sequence[Row], *, delimiter: str = ",", columns: Sequence[str] = (), end: str = "\n"
) -> str:
    """Rows as CSV text under the real column names, in the given order of canonical names."""
    spec: RecordSpec = SPECS[record]
    names = list(columns) or list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end)
    writer.writerow([spec.field(name).field for name in names])
    writer.writerows([[row.get(name, "") for name in names] for row in rows])
    return text.getvalue()


@dataclass
class Outcome:
    """What pseudonymising gave: a delivery or an error."""

    out: Path
    document: Mapping[str, Any] | None = None
    error: OpenPHMError | None = None

    def quality(self, name: str) -> list[dict[str, Any]]:
        return list(pq.read_table(self.out / "quality" / f"{name}.parquet").to_pylist())

    def rows(self, record: str) -> list[dict[str, Any]]:
        return list(pq.read_table(self.out / "extracts" / record).to_pylist())

    def reasons(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for row in self.quality("quarantine"):
            counts[row["reason_code"]] = counts.get(row["reason_code"], 0) + 1
        return counts

    @property
    def codes(self) -> list[str]:
        """The file codes of the message, in order."""
        assert isinstance(self.error, ExtractRejected), self.error
        return [problem.found.partition(":")[0] for problem in self.error.problems]

    def assert_adds_up(self) -> None:
        """Rows delivered = loaded + quarantined, and the rows are really there."""
        for file in self.quality("files"):
            assert file["rows_delivered"] == file["rows_loaded"] + file["rows_quarantined"]
            aside = {
                row["row_number"] for row in self.quality("quarantine") if row["file_id"] == file["file_id"]
            }
            assert len(aside) == file["rows_quarantined"]


@dataclass
class Raw:
    """A folder of raw extracts that a test fills and damages."""

    folder: Path
    home: Home
    out: Path
    options: Options = field(default_factory=lambda: Options(threads=2, memory_limit="500MB"))

    def path(self, name: str) -> Path:
        path = self.folder / "extracts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write(self, record: str, rows: Sequence[Row], *, name: str = "", **how: Any) -> Path:
        path = self.path(name or f"{record}_2025-12.csv")
        path.write_text(spell_out(record, rows, **how), "utf-8")
        return path

    def write_bytes(self, name: str, content: bytes) -> Path:
        path = self.path(name)
        path.write_bytes(content)
        return path

    def reference(self, record: str, rows: Sequence[Row]) -> Path:
        path = self.folder / "reference" / f"{record}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(spell_out(record, rows), "utf-8")
        return path

    def pseudonymise(self, **options: Any) -> Outcome:
        chosen = Options(threads=2, memory_limit="500MB", **options)
        try:
            return Outcome(self.out, pseudonymise(self.folder, self.out, self.home, load(), options=chosen))
        except OpenPHMError as error:
            return Outcome(self.out, error=error)


def gzipped(text: str) -> bytes:
    return gzip.compress(text.encode(), mtime=0)


def zipped(members: Iterable[tuple[str, str]], *, compress: bool = True) -> bytes:
    made = io.BytesIO()
    kind = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with zipfile.ZipFile(made, "w", kind) as archive:
        for name, text in members:
            archive.writestr(name, text)
    return made.getvalue()
