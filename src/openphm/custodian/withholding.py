"""Withholding: rows of people who object, and restricted events, leave a delivery before it exists.

Works on the files that were written, while nobody else can enter their folder. An event is withheld whole:
the stay with its episodes, diagnoses and procedures, wherever the code stood. Rows withheld are set aside
with one reason, R_WITHHELD, which does not say why; delivery.json has the counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from openphm.custodian.keyed_sql import unlinked_person_sql
from openphm.custodian.restricted import DROP, NULL, STRIP, RestrictedCodes
from openphm.definitions import RecordSpec
from openphm.extracts import literal, quoted
from openphm.store import Engine

REASON = "R_WITHHELD"
OBJECTING, EVENTS = "zone_i.objecting", "zone_i.restricted_events"
_IDENTIFYING = ("lsoa11_code", "lsoa21_code", "birth_month", "household_id", "household_size")


@dataclass
class Withheld:
    """Counts, and the rows that were taken out: (record, file_id, row_number)."""

    rows: Counter[str] = field(default_factory=Counter)
    people: dict[str, int] = field(default_factory=dict)
    removed: list[pa.Table] = field(default_factory=list)


@dataclass
class Withholding:
    """One delivery. objecting: dataset -> kind -> people; written: the folder `extracts`."""

    engine: Engine
    specs: Mapping[str, RecordSpec]
    codes: RestrictedCodes
    written: Path
    objecting: Mapping[str, Mapping[str, frozenset[str]]]
    withheld: Withheld = field(default_factory=Withheld)
    _hits: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)

    def apply(self) -> Withheld:
        """Rewrite the files that hold something to withhold; the others stay as they are."""
        files = {path.name: sorted(path.glob("*.parquet")) for path in sorted(self.written.iterdir())}
        self._load_objecting()
        for root, family in self._families(files):
            self._hits = {
                record: self._restricted_codes(self.specs[record], files[record]) for record in family
            }
            if not any(self._hits.values()) and not self.objecting.get(root.dataset):
                continue
            self._find_events(root, family, files)
            for record in family:
                for path in files[record]:
                    self._rewrite(root, self.specs[record], path)
        return self.withheld

    def _families(self, files: Mapping[str, list[Path]]) -> Iterator[tuple[RecordSpec, list[str]]]:
        """Each record that is no part of another, with itself and its parts."""
        children: dict[str, list[str]] = {}
        for name in files:
            spec = self.specs[name]
            root = spec.person.record if spec.person and spec.person.how == "parent" else None
            if root is None or root not in files:
                children.setdefault(name, []).insert(0, name)
            else:
                children.setdefault(root, []).append(name)
        for root, family in children.items():
            yield self.specs[root], family

    def _load_objecting(self) -> None:
        rows = [
            (dataset, person) for dataset, kinds in self.objecting.items() for people in kinds.values()
            for person in people
        ]  # fmt: skip
        self.engine.load_rows(
            OBJECTING,
            pa.table(
                {
                    "dataset": pa.array([one[0] for one in rows], pa.string()),
                    "person_id": pa.array([one[1] for one in rows], pa.string()),
                }
            ),
        )

    def _find_events(self, root: RecordSpec, family: list[str], files: Mapping[str, list[Path]]) -> None:
        """EVENTS: the keys of whole events to withhold, with the action."""
        key = _key_of(root)
        selects = []
        for record in family:
            spec = self.specs[record]
            action = self._restriction(spec)
            if action and key is not None:
                column = key if spec.name == root.name else _link_of(spec)
                selects.append(
                    f"SELECT {quoted(column)} AS key, {action} AS action FROM {_from(files[record])}"
                )
        if key is not None and self.objecting.get(root.dataset) and _has_person(root):
            selects.append(
                f"SELECT {quoted(key)} AS key, 'objection' AS action FROM {_from(files[root.name])} "
                f"WHERE person_id IN {_who_object(root)}"
            )
        nothing = "SELECT '' AS key, '' AS action WHERE FALSE"
        order = f"CASE action WHEN 'objection' THEN 0 WHEN {literal(DROP)} THEN 1 ELSE 2 END"
        self.engine.create_table(
            EVENTS,
            f"SELECT CAST(key AS VARCHAR) AS key, arg_min(action, {order}) AS action "
            f"FROM ({' UNION ALL '.join([*selects, nothing])}) "
            f"WHERE key IS NOT NULL AND action IS NOT NULL AND action <> {literal(NULL)} GROUP BY 1",
        )

    def _restriction(self, spec: RecordSpec) -> str | None:
        """SQL of the action that the codes of a row call for; None when no delivered code does."""
        cases = []
        for action in (DROP, STRIP, NULL):
            for column, codes in self._hits[spec.name].items():
                listed = ", ".join(literal(code) for code, one in sorted(codes.items()) if one == action)
                if listed:
                    cases.append(f"WHEN {quoted(column)} IN ({listed}) THEN {literal(action)}")
        return f"CASE {' '.join(cases)} END" if cases else None

    def _restricted_codes(self, spec: RecordSpec, paths: list[Path]) -> dict[str, dict[str, str]]:
        """Column -> delivered code -> action, of the codes that are on the list."""
        found = {}
        for column, system in self.codes.columns(spec).items() if paths else ():
            rows = self.engine.query(
                f"SELECT DISTINCT {quoted(column)} AS code FROM {_from(paths)} "
                f"WHERE {quoted(column)} IS NOT NULL"
            )
            hits = self.codes.among(system, rows["code"].to_pylist())
            if hits:
                found[column] = hits
        return found

    def _rewrite(self, root: RecordSpec, spec: RecordSpec, path: Path) -> None:
        key = _key_of(root) if spec.name == root.name else _link_of(spec)
        action = self._action(spec, key)
        self.engine.create_table(
            "zone_i.judged_rows",
            f"SELECT file_id, row_number, action FROM (SELECT t.*, {action} AS action "
            f"FROM {_from([path])} AS t) WHERE action IS NOT NULL",
        )
        counted = "SELECT action, count(*) AS n FROM zone_i.judged_rows GROUP BY 1"
        counts = self.engine.query(counted).to_pylist()
        if not counts:
            return
        self.withheld.rows.update({row["action"]: row["n"] for row in counts})
        self._count_removed(spec)
        columns = self.engine.query(f"SELECT * FROM {_from([path])} LIMIT 0").schema.names
        chosen = ", ".join(self._value(spec, name) for name in columns)
        partial = path.with_name(path.name + ".kept")
        self.engine.copy_to_parquet(
            f"SELECT {chosen} FROM {_from([path])} AS t "
            "LEFT JOIN zone_i.judged_rows AS j USING (file_id, row_number) "
            f"WHERE j.action IS NULL OR j.action IN ({literal(STRIP)}, {literal(NULL)})",
            partial,
        )
        partial.replace(path)

    def _action(self, spec: RecordSpec, key: str | None) -> str:
        by_event = f"(SELECT e.action FROM {EVENTS} AS e WHERE e.key = t.{quoted(key)})" if key else "NULL"
        objecting = "NULL"
        if _has_person(spec):
            objecting = f"CASE WHEN t.person_id IN {_who_object(spec)} THEN 'objection' END"
        by_code = self._restriction(spec) or "NULL"
        return f"coalesce({objecting}, {by_event}, {by_code})"

    def _count_removed(self, spec: RecordSpec) -> None:
        self.withheld.removed.append(
            self.engine.query(
                f"SELECT file_id, {literal(spec.name)} AS record, row_number, "
                f"CAST(NULL AS VARCHAR) AS column_name, {literal(REASON)} AS reason_code "
                f"FROM zone_i.judged_rows "
                f"WHERE action NOT IN ({literal(STRIP)}, {literal(NULL)}) ORDER BY ALL"
            )
        )

    def _value(self, spec: RecordSpec, name: str) -> str:
        """A column of a row that stays: as it is, or without what points to a person or says the code."""
        column = f"t.{quoted(name)}"
        stripped = f"j.action = {literal(STRIP)}"
        fields = {one.name: one for one in spec.fields}
        is_local = name in fields and fields[name].identity == "local_id"
        if name == "person_id":
            row = f"concat_ws(chr(31), 'stripped', {literal(spec.name)}, t.file_id, t.row_number)"
            column = f"CASE WHEN {stripped} THEN {unlinked_person_sql(row)} ELSE {column} END"
        elif name in _IDENTIFYING or (is_local and name not in (_key_of(spec), _link_of(spec))):
            column = f"CASE WHEN {stripped} THEN NULL ELSE {column} END"
        elif name in self._hits[spec.name]:
            codes = [code for code, action in self._hits[spec.name][name].items() if action == NULL]
            if codes:
                listed = ", ".join(map(literal, sorted(codes)))
                column = f"CASE WHEN {column} IN ({listed}) THEN NULL ELSE {column} END"
        return f"{column} AS {quoted(name)}"


def _from(paths: list[Path]) -> str:
    return f"read_parquet([{', '.join(literal(str(path)) for path in paths)}], union_by_name = true)"


def _who_object(spec: RecordSpec) -> str:
    return f"(SELECT person_id FROM {OBJECTING} WHERE dataset = {literal(spec.dataset)})"


def _key_of(spec: RecordSpec) -> str | None:
    """The column by which parts of an event point to it."""
    return spec.key[0] if spec.key else None


def _link_of(spec: RecordSpec) -> str:
    return str(spec.person.key) if spec.person and spec.person.how == "parent" else ""


def _has_person(spec: RecordSpec) -> bool:
    return spec.person is not None and spec.person.how != "parent"
