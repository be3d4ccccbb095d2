"""What leaves zone I: the columns of the specification, each by its identity class, and nothing else.

A column is on this list or it does not leave: names, addresses and numbers have no branch here that would
let them through. Free text about people is refused by the specification itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from openphm.core import DefinitionError
from openphm.custodian.keyed_sql import cut_sql, household_sql, keyed_sql
from openphm.custodian.persons import Persons
from openphm.custodian.places import Places
from openphm.definitions import FieldSpec, RecordSpec
from openphm.extracts import SQL_TYPES, CheckedRecord, quoted

HOUSEHOLD = (
    ("household_id", "VARCHAR"),
    ("household_size", "BIGINT"),
    ("is_care_home_address", "BOOLEAN"),
)
AREAS = (("lsoa11_code", "VARCHAR"), ("lsoa21_code", "VARCHAR"))
RULE = "source_rule"
_DROPPED = ("nhs_number", "name", "drop")
_PASSES = ("date", "timestamp", "integer", "decimal", "code", "flag")


@dataclass(frozen=True)
class Identities:
    """What `select_pseudonymised` needs to know of the delivery."""

    persons: Persons
    places: Places
    with_rule: frozenset[str]


def columns_of(spec: RecordSpec, with_rule: frozenset[str]) -> dict[str, str]:
    """Name and DuckDB type of every column of a pseudonymised record, in order."""
    columns: dict[str, str] = {}
    if spec.person is not None and spec.person.how != "parent":
        columns["person_id"] = "VARCHAR"
    for field in spec.fields:
        columns.update(_columns_of_field(spec, field))
    if spec.name in with_rule:
        columns[RULE] = "VARCHAR"
    return columns | {"file_id": "INTEGER", "row_number": "BIGINT"}


def _columns_of_field(spec: RecordSpec, field: FieldSpec) -> dict[str, str]:
    match field.identity:
        case "birth_date":
            return {"birth_month": "DATE"}
        case "postcode":
            return dict(AREAS)
        case "uprn" | "address":
            return dict(HOUSEHOLD)
        case "local_id":
            return {field.name: "VARCHAR"}
        case None:
            if field.type in _PASSES or spec.person is None:
                return {field.name: SQL_TYPES[field.type]}
            raise DefinitionError(
                f"{spec.definition}, records.{spec.name}, {field.name}",
                f"a column of type {field.type} about people has no identity class.",
                "Ids are keyed and free text is dropped before anything leaves the custodian.",
                "give it `identity: local_id` with a domain, or `identity: drop`",
            )
        case _ if field.identity in _DROPPED:
            return {}
    raise DefinitionError(
        f"{spec.definition}, records.{spec.name}, {field.name}",
        f"the custodian does not know the identity class '{field.identity}'.",
        remedy="use one of the documented classes",
    )


def select_pseudonymised(checked: CheckedRecord, known: Identities) -> str:
    """The SELECT that turns the clean rows of a record into what may leave."""
    spec = checked.spec
    values, joins = _values(checked, known)
    chosen = [
        f"CAST({values[name]} AS {kind}) AS {quoted(name)}"
        for name, kind in columns_of(spec, known.with_rule).items()
    ]
    return f"SELECT {', '.join(chosen)} FROM ({_with_digests(checked)}) AS r {' '.join(joins)}"


def _with_digests(checked: CheckedRecord) -> str:
    """The clean rows, with the keyed hash of each local id: worked out once, and used in two pieces."""
    digests = "".join(
        f", {keyed_sql(quoted(field.name), field.domain or checked.spec.name)} AS {_digest(field)}"
        for field in checked.spec.fields
        if field.identity == "local_id"
    )
    return f"SELECT *{digests} FROM ({checked.clean_sql(checked.names)})"


def _digest(field: FieldSpec) -> str:
    return quoted(f"digest of {field.name}")


def _values(checked: CheckedRecord, known: Identities) -> tuple[dict[str, str], list[str]]:
    """SQL of the value of each column that may leave, and the joins."""
    spec = checked.spec
    values = {"file_id": "r.file_id", "row_number": "r.row_number", RULE: "NULL"}
    joins: list[str] = []
    person = known.persons.sql(spec)
    if person is not None:
        values["person_id"] = person.person_id
        joins.append(person.joins)
    for field in spec.fields:
        column = f"r.{quoted(field.name)}"
        if field.identity == "birth_date":
            values["birth_month"] = f"make_date(year({column}), month({column}), 15)"
        elif field.identity == "local_id":
            values[field.name] = cut_sql("k", f"r.{_digest(field)}")
        elif field.identity == "postcode":
            areas, join = known.places.small_areas(field)
            values |= areas
            joins.append(join)
        elif field.identity is None:
            values[field.name] = column
    if any(field.identity in ("uprn", "address") for field in spec.fields):
        _add_household(checked, known, values, joins)
    return values, joins


def _add_household(
    checked: CheckedRecord, known: Identities, values: dict[str, str], joins: list[str]
) -> None:
    places = known.places
    place = places.household_place(checked.spec)
    person_joins = " ".join(joins)
    sizes = places.count_households(checked, values.get("person_id", "r.row_number"), person_joins)
    joins.append(f"LEFT JOIN {sizes} AS h ON h.place = {place}")
    values["household_id"] = household_sql(place)
    values["household_size"] = "h.people"
    values["is_care_home_address"] = places.care_home_column(checked.spec)
