"""What the records of hospitals share: their codes, who pays, and rows that come with another row."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from openphm.synthetic.places import SPECIALISED_COMMISSIONER, SUB_ICB_CODE
from openphm.synthetic.records.batch import Batch
from openphm.synthetic.records.writer_context import Context
from openphm.synthetic.tables import read_columns

COMMISSIONERS = (SUB_ICB_CODE, SPECIALISED_COMMISSIONER)


def hospital_codes(use: str) -> tuple[list[str], np.ndarray]:
    """Codes of one use and their weights."""
    columns = read_columns("hospital_codes")
    mask = columns["use"] == use
    return [str(code) for code in columns["code"][mask]], columns["weight"][mask]


def child_batch(
    record: str, c: Context, columns: dict[str, pa.Array], person: np.ndarray, day: np.ndarray
) -> Batch:
    """Rows that belong to a row of another record and come with it."""
    batch = c.batch(record, columns, person, day)
    batch.late_ok = False
    return batch
