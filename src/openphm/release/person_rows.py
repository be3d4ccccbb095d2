"""Rows about people: the two ways out for a table of one row a person.

A pseudonym is not anonymous, so nothing is rounded or hidden here; what keeps people safe is who may have the
table and why. Both are facts that `access` and the register of approvals settled before, and they go out with
the table: on its foot, in its provenance and in the log.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from openphm.core.errors import AccessRefused, UsageError
from openphm.core.identifiers import NHSNumber
from openphm.core.results import Cell, Result, Scalar
from openphm.release.deciding import Figure
from openphm.release.released import Released, seal_rows

PERSON_ID = "person_id"
_IDENTITY = re.compile(
    r"nhs_?number|forename|surname|given_name|family_name|(^|_)name$|postcode|address|telephone|phone|email"
    r"|date_of_birth|birth_date|(^|_)dob$|uprn|person_key|initials"
)
_PLACES = ("practice", "pcn", "provider", "place", "subsegment", "segment", "intervention", "cohort", "team")


@dataclass(frozen=True)
class Recipient:
    """Who receives rows about people, and by what right.

    who         the user, or the workspace
    authority   the agreement, approval or legitimate relationship that allows it
    place       the practice, network or team they act for
    """

    who: str
    authority: str
    place: str = ""

    def __post_init__(self) -> None:
        if not self.who.strip() or not self.authority.strip():
            raise AccessRefused(
                "rows about people",
                "it is not said who receives them, or by which authority",
                "Every release of rows about people names a recipient and an approval or agreement.",
                "name both",
            )


class ReleasedRows(Released):
    """A table of one row a person that may go to one recipient for one purpose."""

    purpose: str
    recipient: Recipient


def direct_care(result: Result, recipient: Recipient) -> ReleasedRows:
    """Rows for those who look after these people. They hold pseudonyms; only the custodian turns them back.

    Raises AccessRefused when the table holds identity, UsageError when it has no person_id.
    """
    return _released(result, recipient, "direct_care", "For the direct care of these people only")


def approved_workspace(result: Result, recipient: Recipient) -> ReleasedRows:
    """Rows for an approved workspace, from which only released tables leave again."""
    return _released(result, recipient, "approved_workspace", "For use in the approved workspace only")


def _released(result: Result, recipient: Recipient, purpose: str, said: str) -> ReleasedRows:
    if result.grain != "person" or PERSON_ID not in result.columns:
        raise UsageError(
            result.question,
            "this answer is not one row a person",
            f"Rows about people have a column {PERSON_ID} and the grain 'person'.",
            "release counts with openphm.release.secondary_use",
        )
    _refuse_identity(result)
    place = f", {recipient.place}" if recipient.place else ""
    note = f"{said}: {recipient.who}{place}, under {recipient.authority}. Do not pass it on."
    released = seal_rows(
        ReleasedRows,
        result,
        rows=tuple(tuple(Figure(i.value) if isinstance(i, Cell) else i for i in row) for row in result.rows),
        rule=purpose,
        notes=(*result.notes, note),
    )
    released.purpose = purpose
    released.recipient = recipient
    return released


def _refuse_identity(result: Result) -> None:
    """Neither a column meant for identity nor a value that is an NHS number leaves zone P: there is none."""
    named = [name for name in result.columns if _is_identity(name)]
    if named:
        raise AccessRefused(
            f"{result.question}, columns {', '.join(named)}",
            "these say who a person is",
            f"A person is a pseudonym in {PERSON_ID}, and nothing else.",
            "leave them out; the custodian re-identifies for direct care",
        )
    for place, name in enumerate(result.columns):
        if any(_is_number(row[place]) for row in result.rows):
            raise AccessRefused(
                f"{result.question}, column {name}",
                "holds what reads as an NHS number",
                "Nothing in zone P may.",
                "tell the information governance lead: this must not have come so far",
            )


def _is_identity(name: str) -> bool:
    found = _IDENTITY.search(name.lower())
    return found is not None and not (name.lower().endswith("name") and name.lower().startswith(_PLACES))


def _is_number(item: Cell | Scalar) -> bool:
    value = item.value if isinstance(item, Cell) else item
    return isinstance(value, str) and len(value) <= 12 and NHSNumber.parse(value) is not None
