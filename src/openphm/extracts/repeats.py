"""Rows delivered twice, and rows that a later delivery replaces.

The rules are those of the specification: `submission` (for one provider and period the file with the
latest version wins), `latest_row` (for one key the latest row wins), `child_of` (a row follows the row it
belongs to), and `key`. Only keys that occur more than once are looked at row by row, so the cost of a
clean delivery is one narrow pass, and memory is bounded however long the history is.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow.parquet as pq

from openphm.extracts.checked import CheckedRecord, add_removed
from openphm.extracts.columns import quoted
from openphm.extracts.landing import Landed
from openphm.store import Engine

ROWS_AT_A_TIME = 4_000_000
"""Keys are counted in so many parts that each holds at most about this number of rows."""


def set_repeats_aside(engine: Engine, checked: CheckedRecord) -> None:
    """Add R_SUPERSEDED, R_DUPLICATE and R_KEY_CONFLICT rows to what is set aside."""
    spec = checked.spec
    if spec.submission is not None:
        _supersede_submissions(engine, checked)
    if not spec.key:
        return
    repeated = f"repeats.{spec.name}__keys"
    if _repeated_keys(engine, checked, repeated):
        candidates = f"repeats.{spec.name}__rows"
        _fetch_rows(engine, checked, repeated, candidates)
        _decide(engine, checked, candidates)
        engine.drop(candidates)
    engine.drop(repeated)


def set_orphans_aside(engine: Engine, checked: CheckedRecord, parent: CheckedRecord) -> None:
    """Set aside the rows of a parent row that was not loaded and stands in no other file.

    R_SUPERSEDED where a later submission left the parent out, R_PARENT where the parent had a fault.
    """
    assert checked.spec.child_of is not None
    name = checked.spec.child_of[1]
    key = quoted(name)
    gone = f"repeats.{checked.spec.name}__parents"
    found = engine.create_table(
        gone,
        f"SELECT t.{key} AS parent, max(x.reason_code) AS reason FROM ({parent.typed_sql([name])}) AS t "
        f"JOIN {parent.removed} AS x ON x.file_id = t.file_id AND x.row_number = t.row_number "
        f"WHERE t.{key} IS NOT NULL AND x.reason_code <> 'R_DUPLICATE' GROUP BY 1",
    )
    if found:
        alive = (
            f"SELECT DISTINCT c.{key} AS parent FROM ({parent.clean_sql([name])}) AS c "
            f"JOIN {gone} AS g ON g.parent = c.{key}"
        )
        add_removed(
            engine,
            checked,
            f"SELECT t.file_id, t.row_number, '{name}' AS column_name, "
            "CASE WHEN g.reason = 'R_SUPERSEDED' THEN 'R_SUPERSEDED' ELSE 'R_PARENT' END AS reason_code "
            f"FROM ({checked.typed_sql([name])}) AS t JOIN {gone} AS g ON g.parent = t.{key} "
            f"WHERE g.parent NOT IN (SELECT parent FROM ({alive})) AND {checked.is_kept('t')}",
        )
    engine.drop(gone)


def _supersede_submissions(engine: Engine, checked: CheckedRecord) -> None:
    """A file's version for a provider and period is the latest version date among its rows of them."""
    rule = checked.spec.submission
    assert rule is not None
    checked = checked.of_files(_files_of_shared_periods(checked, rule.period))
    if not checked.groups:
        return
    provider, period, version = quoted(rule.provider), quoted(rule.period), quoted(rule.version)
    names = [rule.provider, rule.period, rule.version]
    old = f"repeats.{checked.spec.name}__submissions"
    found = engine.create_table(
        old,
        f"SELECT file_id, {provider}, {period} FROM (SELECT *, "
        f"max(v) OVER (PARTITION BY {provider}, {period}) AS latest FROM ("
        f"SELECT file_id, {provider}, {period}, max({version}) AS v FROM ({checked.typed_sql(names)}) "
        f"WHERE {provider} IS NOT NULL AND {period} IS NOT NULL GROUP BY 1, 2, 3)) WHERE v < latest",
    )
    if found:
        add_removed(
            engine,
            checked,
            f"SELECT t.file_id, t.row_number, '{rule.version}' AS column_name, 'R_SUPERSEDED' AS reason_code "
            f"FROM ({checked.typed_sql([rule.provider, rule.period])}) AS t JOIN {old} AS o ON "
            f"o.file_id = t.file_id AND o.{provider} = t.{provider} AND o.{period} = t.{period} "
            f"WHERE {checked.is_kept('t')}",
        )
    engine.drop(old)


def _files_of_shared_periods(checked: CheckedRecord, period: str) -> set[int]:
    """Files whose period another file has too, or that hold more than one period. The others stand alone."""
    by_period: dict[object, list[int]] = {}
    mixed = []
    for group, _ in checked.groups:
        for file_id, landed in group.files.items():
            only = _only_value(landed, period)
            if only is None:
                mixed.append(file_id)
            else:
                by_period.setdefault(only, []).append(file_id)
    if mixed:
        return {file_id for group, _ in checked.groups for file_id in group.files}
    return {file_id for ids in by_period.values() if len(ids) > 1 for file_id in ids}


def _only_value(landed: Landed, name: str) -> object:
    """The one value that a column has in every row, by the statistics of the Parquet file; None if unsure."""
    if name not in landed.columns:
        return None
    physical = landed.columns[name][0]
    with pq.ParquetFile(landed.path) as file:
        if physical not in file.schema_arrow.names:
            return None
        place = file.schema_arrow.names.index(physical)
        found: set[object] = set()
        for number in range(file.metadata.num_row_groups):
            statistics = file.metadata.row_group(number).column(place).statistics
            if statistics is None or not statistics.has_min_max:
                return None
            found |= {statistics.min, statistics.max}
    return found.pop() if len(found) == 1 else None


def _repeated_keys(engine: Engine, checked: CheckedRecord, table: str) -> int:
    """Keys that occur more than once, as their hashes. Counted in parts when there are many rows."""
    key = _hash(checked.spec.key)
    rows = sum(landed.delivered for landed in checked.files.values())
    parts = max(1, -(-rows // ROWS_AT_A_TIME))
    selects = [
        f"SELECT h FROM (SELECT {key} AS h FROM ({checked.typed_sql(checked.spec.key)})) "
        f"WHERE h % {parts} = {part} GROUP BY h HAVING count(*) > 1"
        for part in range(parts)
    ]
    found = engine.create_table(table, selects[0])
    for part, select in enumerate(selects[1:], start=1):
        more = f"{table}_{part}"
        found += engine.create_table(more, select)
        engine.create_table(f"{table}_all", f"SELECT h FROM {table} UNION ALL SELECT h FROM {more}")
        engine.create_table(table, f"SELECT h FROM {table}_all")
        engine.drop(more)
        engine.drop(f"{table}_all")
    return found


def _hash(names: Sequence[str]) -> str:
    """SQL of a 64-bit hash. Two keys that share one by accident are told apart when rows are compared."""
    return f"hash({', '.join(quoted(name) for name in names)})"


def _fetch_rows(engine: Engine, checked: CheckedRecord, repeated: str, table: str) -> None:
    """Every loadable row of a repeated key: its key, a hash of its whole content, and its rank.

    The few rows are found in the key columns; only they are read in full.
    """
    spec = checked.spec
    few = f"{table}_few"
    engine.create_table(
        few,
        f"SELECT t.file_id, t.row_number FROM ({checked.clean_sql(spec.key)}) AS t "
        f"JOIN {repeated} AS r ON r.h = hash({', '.join('t.' + quoted(name) for name in spec.key)})",
    )
    engine.create_table(
        table,
        f"SELECT t.file_id, t.row_number, {_key(spec.key, 't')} AS k, "
        f"hash({', '.join('t.' + quoted(name) for name in checked.names)}) AS content, "
        f"{_rank(checked)} AS rank FROM ({checked.typed_sql(checked.names, only=few)}) AS t",
    )
    engine.drop(few)


def _key(names: Sequence[str], alias: str) -> str:
    parts = ", ".join(f"CAST({alias}.{quoted(name)} AS VARCHAR)" for name in names)
    return f"concat_ws(chr(31), {parts})"


def _rank(checked: CheckedRecord) -> str:
    """What decides between rows of one key: the columns of `latest_row`, or the version of the submission."""
    spec = checked.spec
    by = spec.latest_row_by or ((spec.submission.version,) if spec.submission else ())
    if by:
        parts = ", ".join(f"coalesce(CAST(t.{quoted(name)} AS VARCHAR), '')" for name in by)
        return f"concat_ws(' ', {parts})"
    # rows of a child record and of a published list carry no version of their own; files are numbered in the
    # order of their names, and a later one is named after the one it corrects (..._2025-04, ..._2025-04_v2;
    # epcn_2023, epcn_2024)
    return "printf('%09d', t.file_id)" if spec.child_of or spec.dataset == "reference" else "''"


def _decide(engine: Engine, checked: CheckedRecord, rows: str) -> None:
    """Of word-for-word repeats one stays, in the latest file; else the latest wins; a tie is a conflict."""
    key = checked.spec.key[0]
    judged = (
        "SELECT file_id, row_number, k, content, rank, "
        "row_number() OVER (PARTITION BY k, content ORDER BY rank DESC, file_id, row_number) AS copy, "
        "max(rank) OVER (PARTITION BY k) AS latest, "
        "count(DISTINCT content) FILTER (WHERE rank = best) OVER (PARTITION BY k) AS contents_of_latest "
        f"FROM (SELECT *, max(rank) OVER (PARTITION BY k) AS best FROM {rows})"
    )
    add_removed(
        engine,
        checked,
        f"SELECT file_id, row_number, '{key}' AS column_name, CASE WHEN copy > 1 THEN 'R_DUPLICATE' "
        "WHEN rank < latest THEN 'R_SUPERSEDED' ELSE 'R_KEY_CONFLICT' END AS reason_code "
        f"FROM ({judged}) WHERE copy > 1 OR rank < latest OR contents_of_latest > 1",
    )
