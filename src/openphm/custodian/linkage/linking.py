"""Linking: who the people without a number are, record by record; with a memory and a queue for review."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from openphm.custodian.linkage.comparable import comparable_sql, fields_of, load_words
from openphm.custodian.linkage.counting import NOT_FOUND, count_linked, ethnic, measure_held_out
from openphm.custodian.linkage.finding import FOUND, JUDGED, REGISTER, Means, accepted_rows, find_people
from openphm.custodian.linkage.registry import DIFFERENT, SAME, Decision, Registry
from openphm.custodian.linkage.settings import LinkageSettings
from openphm.definitions import RecordSpec
from openphm.extracts import CheckedRecord, literal, quoted
from openphm.store import Engine

PEOPLE = "zone_i.to_find"
BY_LOCAL_NUMBER, REVIEWED = "number of the local person", "reviewed"
_ROWS_A_PERSON = 20


@dataclass(frozen=True)
class Case:
    """A pair for somebody to look at."""

    record: str
    identity: str
    person_id: str
    probability: float


@dataclass
class Linking:
    """The linkage of one delivery.

    matched  records of which the table zone_i.matched_<record> exists
    cases    pairs for somebody to look at; shown: what the source says of them
    counts   see counting
    """

    engine: Engine
    settings: LinkageSettings
    registry: Registry
    means: Means
    has_register: bool = False
    matched: set[str] = field(default_factory=set)
    cases: list[Case] = field(default_factory=list)
    counts: list[dict[str, Any]] = field(default_factory=list)
    decided: dict[str, list[Decision]] = field(default_factory=dict)
    shown: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def commit(self) -> None:
        """Remember what was decided. Call when the delivery is accepted."""
        for record, decisions in self.decided.items():
            self.registry.keep(record, decisions)

    def rows_matched(self, record: str) -> int:
        """Rows of a record that were found without a number."""
        return sum(
            int(one["rows"])
            for one in self.counts
            if one["record"] == record
            and one["what"] == "linked"
            and one["method"] not in ("number", NOT_FOUND)
        )

    def knows(self, spec: RecordSpec) -> bool:
        """True when rows of this record may find their person without a number."""
        return spec.name in self.settings.sources

    def identity_sql(self, spec: RecordSpec, otherwise: str) -> str:
        """SQL of what a source calls one person, for rows `r`; a row that it does not name stands alone."""
        names = self.settings.sources.get(spec.name, ())
        if not names or not all(spec.has_field(name) for name in names):
            return otherwise
        parts = ", ".join(f"r.{quoted(name)}" for name in names)
        named = " AND ".join(f"r.{quoted(name)} IS NOT NULL" for name in names)
        return (
            f"CASE WHEN {named} THEN concat_ws(chr(31), {literal(spec.name + ' person')}, {parts}) "
            f"ELSE {otherwise} END"
        )

    def columns(self, spec: RecordSpec) -> list[str]:
        """The columns that `identity_sql` reads."""
        return [name for name in self.settings.sources.get(spec.name, ()) if spec.has_field(name)]

    def take_register(self, checked: CheckedRecord, numbers: str) -> None:
        """Keep the people of the register, each by their latest row."""
        spec = checked.spec
        latest = ", ".join(f"r.{quoted(name)} DESC" for name in spec.latest_row_by) or "r.file_id DESC"
        rows = (
            f"SELECT r.*, n.person_id FROM ({checked.clean_sql(checked.names)}) AS r "
            f"JOIN {numbers} AS n ON n.raw = r.nhs_number WHERE n.person_id IS NOT NULL "
            f"QUALIFY row_number() OVER (PARTITION BY n.person_id ORDER BY {latest}, r.row_number DESC) = 1"
        )
        load_words(self.engine, self.settings)
        self.engine.create_table(REGISTER, comparable_sql(rows, "r.person_id", fields_of(spec)))
        if spec.has_field("ethnicity_code"):
            self.engine.create_table(
                "zone_i.register_ethnicity", f"SELECT person_id AS identity, ethnicity_code FROM ({rows})"
            )
        self.has_register = True

    def link(self, checked: CheckedRecord, numbers: str, otherwise: str) -> None:
        """Decide about the rows of a record without a valid number; makes zone_i.matched_<record>.

        numbers    the table of numbers as delivered (raw, person_id)
        otherwise  SQL of a row's own identity, for rows `r`
        """
        spec = checked.spec
        if not self.knows(spec) or spec.person is None or spec.person.field is None:
            return
        number = quoted(spec.person.field)
        wanted = {*fields_of(spec).values(), *self.columns(spec), *spec.key, spec.person.field, *ethnic(spec)}
        source = (
            f"SELECT r.*, n.person_id AS person_of_row FROM ({checked.clean_sql(sorted(wanted))}) AS r "
            f"LEFT JOIN {numbers} AS n ON n.raw = r.{number}"
        )
        identity = self.identity_sql(spec, otherwise)
        open_rows = (
            f"SELECT r.*, {identity} AS identity_of_row FROM ({source}) AS r WHERE person_of_row IS NULL"
        )
        self._show_people(spec, source, open_rows)
        decided = self._decide(
            spec, f"SELECT r.person_of_row, {identity} AS identity_of_row FROM ({source}) AS r"
        )
        self.decided[spec.name] = decided
        self._show_matched(spec, decided)
        matched = f"zone_i.matched_{spec.name}"
        self.counts.extend(count_linked(self.engine, spec, source, open_rows, matched))
        if self.has_register:
            self.counts.extend(measure_held_out(self.engine, spec, PEOPLE))
        for table in (PEOPLE, FOUND, JUDGED):
            self.engine.drop(table)

    def _show_people(self, spec: RecordSpec, source: str, open_rows: str) -> None:
        """PEOPLE: those without a number, and some with one that is hidden."""
        fields = fields_of(spec)
        load_words(self.engine, self.settings)
        both = f"SELECT *, 'open' AS kind FROM ({comparable_sql(open_rows, 'r.identity_of_row', fields)})"
        if self.has_register and self.settings.held_out:
            held = (
                f"SELECT s.* FROM ({source}) AS s JOIN (SELECT DISTINCT person_of_row FROM ({source}) "
                f"WHERE {self._sampled(spec)} ORDER BY 1 LIMIT {self.settings.held_out}) AS h "
                f"USING (person_of_row) JOIN {REGISTER} AS g ON g.identity = s.person_of_row"
            )
            both += f" UNION ALL SELECT *, 'held' FROM ({comparable_sql(held, 'r.person_of_row', fields)})"
        self.engine.create_table(PEOPLE, both)

    def _sampled(self, spec: RecordSpec) -> str:
        """SQL that holds for enough people with a number: of a large record, those of one last letter."""
        rows = self.engine.query(
            f"SELECT CAST(coalesce(sum(n), 0) AS BIGINT) AS n FROM zone_i.seen_{spec.name}"
        )
        many = rows["n"][0].as_py() > _ROWS_A_PERSON * 32 * self.settings.held_out
        return "person_of_row IS NOT NULL" + (" AND person_of_row LIKE '%a'" if many else "")

    def _decide(self, spec: RecordSpec, source: str) -> list[Decision]:
        """One decision at most for each open identity, the surest kind first."""
        rows = self.engine.query(f"SELECT identity FROM {PEOPLE} WHERE kind = 'open'")
        wanted = set(rows["identity"].to_pylist())
        reviewed = self.registry.reviewed(spec.name)
        decided = {
            identity: Decision(identity, person, REVIEWED)
            for (identity, person), word in reviewed.items()
            if word == SAME and identity in wanted
        }
        for one in self._by_local_number(source):
            decided.setdefault(one.identity, one)
        if not self.has_register:
            return sorted(decided.values(), key=lambda one: one.identity)
        for identity, earlier in self.registry.decisions(spec.name).items():
            if identity in wanted and reviewed.get((identity, earlier.person_id)) != DIFFERENT:
                decided.setdefault(identity, earlier)
        with_names = {"forename", "surname"} <= set(fields_of(spec))
        find_people(self.engine, PEOPLE, self.settings, self.means, with_names=with_names)
        for identity, person, method, probability in accepted_rows(self.engine, "open"):
            if reviewed.get((identity, person)) != DIFFERENT:
                decided.setdefault(identity, Decision(identity, person, method, probability))
        self._queue(spec, decided, reviewed)
        return sorted(decided.values(), key=lambda one: one.identity)

    def _by_local_number(self, source: str) -> list[Decision]:
        """Rows of the same local person have a number, and all the same one."""
        rows = self.engine.query(
            f"SELECT p.identity, max(s.person_of_row) AS person_id FROM ({source}) AS s "
            f"JOIN {PEOPLE} AS p ON p.identity = s.identity_of_row AND p.kind = 'open' "
            "WHERE s.person_of_row IS NOT NULL GROUP BY 1 HAVING count(DISTINCT s.person_of_row) = 1"
        )
        pairs = zip(rows["identity"].to_pylist(), rows["person_id"].to_pylist(), strict=True)
        return [Decision(identity, person, BY_LOCAL_NUMBER) for identity, person in pairs]

    def _queue(
        self, spec: RecordSpec, decided: dict[str, Decision], reviewed: dict[tuple[str, str], str]
    ) -> None:
        rows = self.engine.query(
            f"SELECT identity, person_id, probability FROM {JUDGED} "
            "WHERE kind = 'open' AND NOT accepted ORDER BY 1, 3 DESC"
        )
        for identity, person, probability in zip(*(c.to_pylist() for c in rows.columns), strict=True):
            if identity not in decided and (identity, person) not in reviewed:
                self.cases.append(Case(spec.name, identity, person, probability))
        mine = {case.identity for case in self.cases if case.record == spec.name}
        for row in (
            self.engine.query(f"SELECT * FROM {PEOPLE} WHERE kind = 'open'").to_pylist() if mine else ()
        ):
            if row["identity"] in mine:
                self.shown[spec.name, row["identity"]] = row

    def _show_matched(self, spec: RecordSpec, decided: list[Decision]) -> None:
        self.engine.load_rows(
            f"zone_i.matched_{spec.name}",
            pa.table(
                {
                    "identity": pa.array([one.identity for one in decided], pa.string()),
                    "person_id": pa.array([one.person_id for one in decided], pa.string()),
                    "method": pa.array([one.method for one in decided], pa.string()),
                }
            ),
        )
        self.matched.add(spec.name)
