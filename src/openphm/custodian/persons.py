"""Who each row is about: NHS numbers and local numbers become pseudonyms, bridges carry them on.

Each distinct number is turned into a pseudonym once, however many rows and records hold it. A row without
a valid number is an unlinked person of its own, so that activity and cost still add up and nobody is
merged with anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from openphm.custodian.keyed_sql import unlinked_person_sql
from openphm.custodian.keys import RootKey
from openphm.custodian.linkage import Linking
from openphm.custodian.pseudonyms import pseudonymise_local_ids, pseudonymise_numbers
from openphm.definitions import RecordSpec
from openphm.extracts import CheckedRecord, literal, quoted
from openphm.store import Engine

_NUMBERS = "zone_i.numbers"
_PEOPLE_AT_A_TIME = 50_000


@dataclass(frozen=True)
class PersonSql:
    """How a SELECT over rows `r` gets its person: an expression, and the joins it needs.

    is_matched   SQL: the person was found without a number
    """

    person_id: str
    joins: str
    is_matched: str = "FALSE"


@dataclass
class Persons:
    """The pseudonyms of one delivery, in tables of zone I that vanish with the process.

    linking     finds people who come without a number
    superseded  old number -> number in force
    """

    engine: Engine
    key: RootKey
    linking: Linking
    superseded: Mapping[str, str] = field(default_factory=dict)
    _parts: dict[str, list[str]] = field(default_factory=dict)
    _bridges: set[str] = field(default_factory=set)

    def learn(self, checked: CheckedRecord) -> None:
        """Make pseudonyms for the numbers of a record that were not seen before, and count its rows."""
        spec = checked.spec
        if spec.person is None or spec.person.how == "parent":
            return
        column = spec.person.field or spec.person.key
        assert column is not None
        seen = f"zone_i.seen_{spec.name}"
        self.engine.create_table(
            seen,
            f"SELECT r.{quoted(column)} AS raw, count(*) AS n "
            f"FROM ({checked.clean_sql([column])}) AS r GROUP BY 1",
        )
        if spec.person.how == "via":
            return
        table = _table_of(spec)
        self._show(table)
        new = self.engine.query(
            f"SELECT raw FROM {seen} AS s WHERE raw IS NOT NULL "
            f"AND NOT EXISTS (SELECT 1 FROM {table} AS n WHERE n.raw = s.raw)"
        )["raw"].combine_chunks()
        if len(new):
            part = f"{table}_{len(self._parts[table])}"
            self.engine.load_rows(part, self._pseudonyms(spec, new))
            self._parts[table].append(part)
            self._show(table)
        if spec.person.how == "nhs_number":
            if spec.name == self.linking.settings.register:
                self.linking.take_register(checked, table)
            self.linking.link(checked, table, _own_key(spec))

    def _pseudonyms(self, spec: RecordSpec, raw: pa.Array) -> pa.Table:
        assert spec.person is not None and spec.person.field is not None
        if spec.person.how == "nhs_number":
            made = pseudonymise_numbers(raw, self.key, self.superseded)
            return pa.table({"raw": raw, "digits": made.digits, "person_id": made.person_id})
        domain = spec.field(spec.person.field).domain or spec.name
        person_ids = pseudonymise_local_ids(raw, domain, self.key)
        return pa.table({"raw": raw, "digits": pa.nulls(len(raw), pa.string()), "person_id": person_ids})

    def _show(self, table: str) -> None:
        parts = self._parts.setdefault(table, [])
        if not parts:
            empty = pa.table({name: pa.nulls(0, pa.string()) for name in ("raw", "digits", "person_id")})
            self.engine.load_rows(f"{table}_0", empty)
            parts.append(f"{table}_0")
        self.engine.create_view(table, " UNION ALL ".join(f"SELECT * FROM {part}" for part in parts))

    def keep_bridge(self, checked: CheckedRecord) -> None:
        """Remember which person each local id of a bridging record is."""
        spec = checked.spec
        found = self.sql(spec)
        assert found is not None  # a bridging record has an NHS number or a local id
        name = spec.key[0]
        select = (
            f"SELECT r.{quoted(name)} AS raw, {found.person_id} AS person_id, "
            f"CASE WHEN n.person_id IS NOT NULL THEN 'linked' WHEN n.raw IS NOT NULL THEN 'invalid' "
            f"ELSE 'none' END AS state, {found.is_matched} AS is_matched "
            f"FROM ({checked.clean_sql([*_columns(spec), *self.linking.columns(spec)])}) AS r {found.joins}"
        )
        self.engine.create_table(f"zone_i.bridge_{spec.name}", select)
        self._bridges.add(spec.name)

    def sql(self, spec: RecordSpec) -> PersonSql | None:
        """The person of each row; None for records that have none of their own."""
        link = spec.person
        if link is None or link.how == "parent":
            return None
        if link.how == "via":
            assert link.record is not None and link.key is not None
            local = f"r.{quoted(link.key)}"
            nobody = unlinked_person_sql(f"concat_ws(chr(31), {literal(link.record)}, {local})")
            if link.record not in self._bridges:
                return PersonSql(nobody, "")
            join = f"LEFT JOIN zone_i.bridge_{link.record} AS n ON n.raw = {local}"
            return PersonSql(f"CASE WHEN n.person_id IS NOT NULL THEN n.person_id ELSE {nobody} END", join)
        assert link.field is not None
        identity = self.linking.identity_sql(spec, _own_key(spec))
        nobody = unlinked_person_sql(identity)
        join = f"LEFT JOIN {_table_of(spec)} AS n ON n.raw = r.{quoted(link.field)}"
        if spec.name not in self.linking.matched:
            return PersonSql(f"CASE WHEN n.person_id IS NOT NULL THEN n.person_id ELSE {nobody} END", join)
        join += (
            f" LEFT JOIN zone_i.matched_{spec.name} AS m "
            f"ON m.identity = CASE WHEN n.person_id IS NULL THEN {identity} END"
        )
        found = (
            "CASE WHEN n.person_id IS NOT NULL THEN n.person_id "
            f"WHEN m.person_id IS NOT NULL THEN m.person_id ELSE {nobody} END"
        )
        return PersonSql(found, join, "m.person_id IS NOT NULL")

    def linkage(self, checked: CheckedRecord) -> dict[str, object] | None:
        """How many loaded rows found their person, had no number, had an invalid one. Call after `learn`.

        A row that was found without a number counts as linked, and still as one without a number.
        """
        spec = checked.spec
        link = spec.person
        if link is None or link.how == "parent":
            return None
        state = "CASE WHEN n.person_id IS NOT NULL THEN 'linked' WHEN n.raw IS NOT NULL THEN 'invalid' END"
        matched = "FALSE"
        if link.how == "via":
            known = link.record in self._bridges
            state, matched = ("n.state", "n.is_matched") if known else ("NULL", "FALSE")
            join = f"LEFT JOIN zone_i.bridge_{link.record} AS n USING (raw)" if known else ""
        else:
            join = f"LEFT JOIN {_table_of(spec)} AS n USING (raw)"
        rows = self.engine.query(
            f"SELECT {state} AS state, CAST(sum(s.n) AS BIGINT) AS n, "
            f"CAST(coalesce(sum(s.n) FILTER (WHERE {matched}), 0) AS BIGINT) AS matched "
            f"FROM zone_i.seen_{spec.name} AS s {join} GROUP BY 1"
        )
        self.engine.drop(f"zone_i.seen_{spec.name}")
        counts = dict(zip(rows["state"].to_pylist(), rows["n"].to_pylist(), strict=True))
        linked, invalid = counts.get("linked", 0), counts.get("invalid", 0)
        total = sum(counts.values())
        found = self.linking.rows_matched(spec.name) + sum(rows["matched"].to_pylist())
        return {
            "record": spec.name, "rows": total, "rows_linked": linked + found,
            "rows_no_number": total - linked - invalid, "rows_invalid_number": invalid,
        }  # fmt: skip

    def numbers(self) -> str:
        """The table of the numbers of the delivery (raw, digits, person_id); empty when there were none."""
        self._show(_NUMBERS)
        return _NUMBERS

    def identified(self) -> Iterator[tuple[str, str]]:
        """(person_id, ten digits) of every person with a valid NHS number, for the vault."""
        for part in self._parts.get(_NUMBERS, []):
            rows = self.engine.query(f"SELECT person_id, digits FROM {part} WHERE digits IS NOT NULL")
            for batch in rows.to_batches(max_chunksize=_PEOPLE_AT_A_TIME):
                yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _table_of(spec: RecordSpec) -> str:
    assert spec.person is not None and spec.person.field is not None
    if spec.person.how == "nhs_number":
        return _NUMBERS
    domain = spec.field(spec.person.field).domain or spec.name
    return "zone_i.local_" + "".join(one if one.isalnum() else "_" for one in domain.lower())


def _columns(spec: RecordSpec) -> list[str]:
    assert spec.person is not None and spec.person.field is not None
    return [*spec.key, spec.person.field]


def _own_key(spec: RecordSpec) -> str:
    """What makes a row's unlinked person its own: the record and its key, or its place in the file."""
    parts = [f"CAST(r.{quoted(name)} AS VARCHAR)" for name in spec.key] or [
        "CAST(r.file_id AS VARCHAR)", "CAST(r.row_number AS VARCHAR)",
    ]  # fmt: skip
    return f"concat_ws(chr(31), {literal(spec.name)}, {', '.join(parts)})"
