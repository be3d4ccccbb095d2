"""Where people live, without saying where: small areas instead of postcodes, a key instead of an address.

Two people are one household when their address has the same UPRN or, without one, when address and
postcode read alike. The size counts people who are registered now. An address is a care home when its UPRN
is one of the regulator's list or, failing that, when postcode and name are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from openphm.definitions import FieldSpec, RecordSpec
from openphm.extracts import CheckedRecord, literal, quoted
from openphm.store import Engine

POSTCODES = "ref_postcode"
CARE_HOMES = "ref_care_home"
QUINTILES = "zone_i.quintiles"
_DEPRIVATION = (("ref_iod2025", "lsoa21_code"), ("ref_imd2019", "lsoa11_code"))


@dataclass
class Places:
    """The reference tables that only zone I has, and who is registered now."""

    engine: Engine
    has_postcodes: bool = False
    has_care_homes: bool = False
    has_registrations: bool = False

    def take_reference(self, checked: CheckedRecord) -> None:
        """Keep the postcode directory or the list of care homes."""
        rows = checked.clean_sql(checked.names)
        if checked.spec.name == POSTCODES:
            self.engine.create_table(
                "zone_i.postcode",
                f"SELECT {plain('postcode')} AS postcode, max(lsoa11_code) AS lsoa11_code, "
                f"max(lsoa21_code) AS lsoa21_code FROM ({rows}) GROUP BY 1",
            )
            self.has_postcodes = True
        if checked.spec.name == CARE_HOMES:
            self.engine.create_table(
                "zone_i.care_home",
                f"SELECT DISTINCT {_uprn('uprn')} AS uprn, {plain('postcode')} AS postcode, "
                f"{plain('name')} AS name FROM ({rows})",
            )
            self.has_care_homes = True

    def know_deprivation(self, written: Mapping[str, Path], specs: Mapping[str, RecordSpec]) -> None:
        """Make QUINTILES: postcode and fifth of deprivation (1: most deprived), where it is delivered."""
        select = "SELECT '' AS postcode, 0 AS quintile WHERE FALSE"
        for record, area in _DEPRIVATION if self.has_postcodes else ():
            if record in written:
                select = (
                    f"SELECT p.postcode, CAST(ceil(5.0 * max(d.imd_rank) / "
                    f"{int(specs[record].options['national_areas'])}) AS INTEGER) AS quintile "
                    f"FROM zone_i.postcode AS p JOIN read_parquet([{literal(str(written[record]))}]) AS d "
                    f"USING ({area}) GROUP BY 1"
                )
                break
        self.engine.create_table(QUINTILES, select)

    def take_registrations(self, written: Path) -> None:
        """Keep who is registered now."""
        self.engine.create_table(
            "zone_i.registered",
            f"SELECT DISTINCT person_id FROM read_parquet([{literal(str(written))}]) WHERE end_date IS NULL",
        )
        self.has_registrations = True

    def small_areas(self, field: FieldSpec) -> tuple[dict[str, str], str]:
        """SQL of lsoa11_code and lsoa21_code of rows `r`, and the join they need."""
        if not self.has_postcodes:
            return {"lsoa11_code": "NULL", "lsoa21_code": "NULL"}, ""
        join = f"LEFT JOIN zone_i.postcode AS p ON p.postcode = {plain('r.' + quoted(field.name))}"
        return {"lsoa11_code": "p.lsoa11_code", "lsoa21_code": "p.lsoa21_code"}, join

    def household_place(self, spec: RecordSpec) -> str:
        """SQL of what makes an address the same for rows `r`; null without UPRN and address."""
        uprn, address, postcode = (_of_class(spec, one) for one in ("uprn", "address", "postcode"))
        by_uprn = f"'uprn|' || {_uprn('r.' + quoted(uprn.name))}" if uprn else "NULL"
        by_text = "NULL"
        if address:
            after = f" || coalesce(r.{quoted(postcode.name)}, '')" if postcode else ""
            by_text = f"'text|' || {plain(f'(r.{quoted(address.name)}{after})')}"
        return f"coalesce({by_uprn}, {by_text})"

    def count_households(self, checked: CheckedRecord, person_id: str, joins: str) -> str:
        """Make the table of household sizes from the latest row of each person; answers its name."""
        spec = checked.spec
        latest = ", ".join(f"r.{quoted(name)}" for name in spec.latest_row_by) or "r.file_id"
        alive = f"WHERE r.{quoted('death_date')} IS NULL" if spec.has_field("death_date") else ""
        now = "WHERE person_id IN (SELECT person_id FROM zone_i.registered)" if self.has_registrations else ""
        table = f"zone_i.household_{spec.name}"
        self.engine.create_table(
            table,
            "SELECT place, CAST(count(*) AS BIGINT) AS people FROM ("
            f"SELECT {person_id} AS person_id, "
            f"arg_max({self.household_place(spec)}, ({latest}, r.row_number)) AS place "
            f"FROM ({checked.clean_sql(checked.names)}) AS r {joins} {alive} GROUP BY 1) {now} GROUP BY 1",
        )
        return table

    def care_home_column(self, spec: RecordSpec) -> str:
        """SQL: the address of row `r` is a registered care home; null when the list was not delivered."""
        uprn, address, postcode = (_of_class(spec, one) for one in ("uprn", "address", "postcode"))
        if not self.has_care_homes:
            return "CAST(NULL AS BOOLEAN)"
        tests = []
        if uprn:
            tests.append(
                f"coalesce({_uprn('r.' + quoted(uprn.name))} IN "
                "(SELECT uprn FROM zone_i.care_home WHERE uprn IS NOT NULL), false)"
            )
        if address and postcode:
            tests.append(
                "EXISTS (SELECT 1 FROM zone_i.care_home AS c WHERE "
                f"c.postcode = {plain('r.' + quoted(postcode.name))} AND c.name IS NOT NULL "
                f"AND contains({plain('r.' + quoted(address.name))}, c.name))"
            )
        return f"({' OR '.join(tests) or 'false'})"


def plain(text: str) -> str:
    """SQL of a text in capitals with letters and digits only; null when nothing is left."""
    return f"nullif(regexp_replace(upper({text}), '[^A-Z0-9]', '', 'g'), '')"


def _uprn(text: str) -> str:
    """SQL of a UPRN without leading zeros; null when it is none."""
    return f"nullif(ltrim(regexp_replace({text}, '[^0-9]', '', 'g'), '0'), '')"


def _of_class(spec: RecordSpec, identity: str) -> FieldSpec | None:
    return next((field for field in spec.fields if field.identity == identity), None)
