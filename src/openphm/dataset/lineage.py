"""What a build says about how it was made: which definitions, and what each stage did in what time."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from openphm.dataset.runner import Made
from openphm.dataset.words import arrow_rows
from openphm.definitions import Definitions


def definition_rows(definitions: Definitions) -> pa.Table:
    """lineage.definition: every definition in force, with the checksum of its file."""
    columns = (("id", "STRING"), ("version", "STRING"), ("status", "STRING"), ("sha256", "STRING"))
    rows = [
        {"id": one.id, "version": one.version, "status": one.status, "sha256": one.sha256}
        for one in definitions
    ]
    return arrow_rows(columns, rows)


def stage_rows(made: Sequence[Made]) -> pa.Table:
    """lineage.stage: every table in the order it was made. Seconds differ from run to run, so they stand in
    the manifest and not in a table whose checksum must be the same each time."""
    columns = (("position", "INTEGER"), ("stage", "STRING"), ("table_name", "STRING"), ("n_rows", "BIGINT"))
    rows = [
        {"position": position, "stage": one.stage, "table_name": one.table, "n_rows": one.rows}
        for position, one in enumerate(made, start=1)
    ]
    return arrow_rows(columns, rows)
