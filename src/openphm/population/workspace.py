"""A workspace: the people of a scope, copied for somebody who was approved to have them.

The people are those registered in the scope in the 12 months to the build's date, with all their rows.
Tables about nobody (definitions, reference, build) are copied whole.

Each export has ids of its own. A key is drawn, used and forgotten; a person's id is HMAC-SHA-256 under it,
and numbers are places in the order of such ids. Two exports, or an export and the build, cannot be joined
by them, not even by us. With the key of a recipient, which the custodian lends, ids of people and households
are the same in all exports to this recipient, and in no other (core.recipient_key).

Ids of records in the standard tables are left out. Rows can still be matched by what they say (dates, codes),
so a workspace is for those who were approved and for nobody else.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from openphm.core.errors import AccessRefused, UsageError, nearest
from openphm.core.recipient_key import RecipientKey
from openphm.population.asking import Asking
from openphm.store import NewWorkspace

ABOUT_PEOPLE = ("person", "activity", "costs", "conditions", "attributes", "segments")
"""Schemas that are copied, for the people of the scope."""
WHOLE = ("definitions", "reference", "build")
"""Schemas that hold nobody and are copied as they are."""
ABOUT_NOBODY = ("costs.price",)
"""Tables of the schemas above that hold nobody."""
ON_REQUEST = ("standard",)
"""Schemas of which tables are copied when they are named."""

_PSEUDONYMS = ("person_id", "household_id")
_WORDS = ("attribute_id", "condition_id")
_APPROVAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]{2,63}")


@dataclass(frozen=True)
class Exported:
    """What an export holds: for the log, and for the file's own manifest."""

    export_id: str
    approval: str
    by: str
    build: str
    as_at: str
    places: str
    people: int
    tables: tuple[str, ...]
    recipient: str = ""
    epoch: str = ""
    sha256: str = ""


def export(
    population: Asking,
    target: Path,
    *,
    approval: str,
    by: str,
    tables: Sequence[str] = (),
    recipient: RecipientKey | None = None,
    before_publishing: Callable[[Exported], None],
) -> Exported:
    """Write the scope's part of the build to a DuckDB file.

    recipient: whose ids people get; without one the ids are of this export alone
    before_publishing: remembers the export; when it raises, there is no file.
    Raises AccessRefused without an approval or when the scope gives totals only.
    """
    _require_leave(population, approval)
    chosen = _tables(population, tables)
    key = recipient or RecipientKey("", "", secrets.token_bytes(32))
    with NewWorkspace(population.build, target) as workspace:
        people = _lend_people(population, workspace, key)
        if any("event_id" in population.columns(table) for table in chosen):
            workspace.lend_select("event_ids", _events_sql(key))
        for table in chosen:
            workspace.copy(table, _select(population, table))
        said = replace(
            _said(population, approval, by, people, chosen), recipient=key.recipient, epoch=key.epoch
        )
        workspace.note("workspace.manifest", _manifest(said))
        exported = replace(said, sha256=workspace.seal())
        before_publishing(exported)
        workspace.publish()
    return exported


def _require_leave(population: Asking, approval: str) -> None:
    population.scope.require_person_rows()
    if not _APPROVAL.fullmatch(approval.strip()):
        raise AccessRefused(
            "--approval",
            "no approval is named" if not approval.strip() else "this does not read as a reference",
            "Rows about people leave only for a workspace that somebody approved. A reference has 3 to 64 "
            "letters, digits, spaces and . _ / -.",
            "give the reference of the approval: --approval DSA-2026-014",
        )


def _tables(population: Asking, named: Sequence[str]) -> list[str]:
    """The tables to copy; those of WHOLE always. Raises UsageError with the nearest known name."""
    held = [one for one in population.tables() if _is_whole(one) or "person_key" in population.columns(one)]
    held = [one for one in held if _schema(one) in (*ABOUT_PEOPLE, *WHOLE, *ON_REQUEST)]
    unknown = [one for one in named if one not in held]
    if unknown:
        close = nearest(unknown[0], held)
        raise UsageError(
            f"--tables {unknown[0]}",
            "this table cannot be exported",
            f"Schemas: {', '.join((*ABOUT_PEOPLE, *WHOLE, *ON_REQUEST))}.",
            f"write '{close}'" if close else "",
        )
    wanted = set(named) or {one for one in held if _schema(one) in ABOUT_PEOPLE}
    return [one for one in held if one in wanted or _schema(one) in WHOLE]


def _is_whole(table: str) -> bool:
    return _schema(table) in WHOLE or table in ABOUT_NOBODY


def _lend_people(population: Asking, workspace: NewWorkspace, key: RecipientKey) -> int:
    """Old and new ids of the people of the scope, and of their households."""
    rows = population.ask(
        "SELECT p.person_key, person.* EXCLUDE (person_key) FROM people AS p "
        "JOIN person.person AS person ON person.person_key = p.person_key",
        population.as_at,
    )
    for name in _PSEUDONYMS:
        old = sorted({str(row[name]) for row in rows if row.get(name) is not None})
        new = [key.keyed(name, one) for one in old]
        workspace.lend(
            f"{name}s", pa.table({"old": pa.array(old, pa.string()), "new": pa.array(new, pa.string())})
        )
    keys = [int(row["person_key"]) for row in rows]
    ordered = sorted(keys, key=lambda one: key.keyed("person_key", str(one)))
    numbers = pa.array(range(1, len(keys) + 1), pa.int32())
    workspace.lend("person_keys", pa.table({"old": pa.array(ordered, pa.int32()), "new": numbers}))
    return len(keys)


def _events_sql(key: RecipientKey) -> str:
    """Old and new number of each event of these people: places in an order that only the key gives."""
    salt = key.keyed("event_id", "")
    return (
        f"SELECT e.event_id AS old, row_number() OVER (ORDER BY sha256(concat('{salt}', e.event_id))) AS new "
        "FROM source.activity.event AS e JOIN person_keys AS k ON k.old = e.person_key"
    )


def _select(population: Asking, table: str) -> str:
    """One table with the ids of this export, for the people of the scope; whole when it holds nobody."""
    columns = population.columns(table)
    if _is_whole(table):
        return f"SELECT * FROM source.{table}"
    shown, joins = [], ["JOIN person_keys AS person_keys ON person_keys.old = t.person_key"]
    for name in columns:
        if name in ("person_key", "event_id", *_PSEUDONYMS):
            shown.append(f"{name}s.new AS {name}")
            if name != "person_key":
                joins.append(f"LEFT JOIN {name}s AS {name}s ON {name}s.old = t.{name}")
        elif not name.endswith("_id") or name in _WORDS:
            shown.append(f't."{name}"')
    # In the order of the new ids: two files in the order of the build could be laid side by side.
    return f"SELECT {', '.join(shown)} FROM source.{table} AS t {' '.join(joins)} ORDER BY person_keys.new"


def _said(population: Asking, approval: str, by: str, people: int, tables: Iterable[str]) -> Exported:
    scope = population.scope
    places = [sorted(codes) for codes in (scope.practices, scope.pcns, scope.lsoas) if codes is not None]
    return Exported(
        export_id=secrets.token_hex(8),
        approval=approval.strip(),
        by=by,
        build=population.build.id,
        as_at=population.as_at.isoformat(),
        places=", ".join(code for codes in places for code in codes) or "whole system",
        people=people,
        tables=tuple(tables),
    )


def _manifest(said: Exported) -> dict[str, str]:
    """What the file says of itself."""
    return {
        "export_id": said.export_id,
        "approval": said.approval,
        "exported_by": said.by,
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "build": said.build,
        "as_at": said.as_at,
        "places": said.places,
        "people": str(said.people),
        "tables": ", ".join(said.tables),
        "recipient": said.recipient,
        "terms": "Rows about people, for the approved workspace only. Figures leave it through a disclosure "
        f"rule. Ids are of {'this recipient' if said.recipient else 'this export'} alone.",
    }


def _schema(table: str) -> str:
    return table.partition(".")[0]
