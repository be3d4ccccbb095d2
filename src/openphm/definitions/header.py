"""The header that every definition begins with: who says so, since when, until when.

A number without an owner and a review date is a rumour. So each file names its source, its licence,
who looks after it and when it is looked at next.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from openphm.definitions.entry import Entry

KINDS = (
    "attributes", "codelists", "cohorts", "conditions", "costs", "custodian", "disclosure", "evaluations",
    "extracts", "instruments", "interventions", "measures", "outcomes", "profiles", "reference", "scenarios",
    "segments",
)  # fmt: skip
STATUSES = ("draft", "active", "withdrawn")
HEADER_KEYS = (
    "id", "version", "status", "title", "source", "licence", "owner", "date_reviewed", "date_next_review",
)  # fmt: skip
_ID = re.compile(r"[a-z]+(/[a-z0-9][a-z0-9_]*)+")


@dataclass(frozen=True)
class Header:
    """The nine lines that every definition file begins with."""

    id: str
    version: str
    status: str
    title: str
    source: str
    licence: str
    owner: str
    date_reviewed: date
    date_next_review: date

    @property
    def kind(self) -> str:
        """The folder: `conditions` of `conditions/asthma`."""
        return self.id.split("/")[0]

    @property
    def name(self) -> str:
        """The id without its folder: `asthma` of `conditions/asthma`."""
        return self.id.split("/", 1)[1]


def read_header(entry: Entry) -> Header | None:
    """The header of a file, or None after noting every problem of it."""
    before = len(entry.problems)
    id_ = entry.text("id")
    version, status = entry.text("version"), entry.choice("status", STATUSES, thing="status")
    title, source = entry.text("title"), entry.text("source")
    licence, owner = entry.text("licence"), entry.text("owner")
    reviewed, next_review = entry.day("date_reviewed"), entry.day("date_next_review")
    if id_ is not None:
        _check_id(entry, id_)
    if reviewed and next_review and next_review <= reviewed:
        entry.problems.add(
            entry.at("date_next_review"),
            f"{next_review} is not after date_reviewed {reviewed}.",
            allowed="a later date",
            remedy="say when this file is to be looked at again",
        )
    if len(entry.problems) > before:
        return None
    return Header(id_, version, status, title, source, licence, owner, reviewed, next_review)


def _check_id(entry: Entry, id_: str) -> None:
    if not _ID.fullmatch(id_):
        entry.problems.add(
            entry.at("id"),
            f"'{id_}' is not an id.",
            allowed="kind/name in small letters, digits and _, such as conditions/asthma",
        )
    elif id_.split("/")[0] not in KINDS:
        entry.problems.add_unknown(entry.at("id"), id_.split("/")[0], KINDS, thing="kind of definition")
