"""What a site should know of its definitions although they load: drafts, and review dates that passed.

Problems stop the program when definitions are loaded. Findings do not: they are shown by
`openphm definitions check`, until the site has put its own refsets in the overlay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from openphm.definitions.load import Definitions


@dataclass(frozen=True)
class Finding:
    """Something to look after: which file, what is so, what to do."""

    id: str
    kind: str
    found: str
    remedy: str

    def row(self) -> dict[str, str]:
        """The finding as a row of an answer."""
        return {"id": self.id, "kind": self.kind, "found": self.found, "remedy": self.remedy}


def check_definitions(definitions: Definitions, today: date) -> list[Finding]:
    """Every finding, drafts first. `today` is given, so that a check can be repeated."""
    return [*_drafts(definitions), *_overdue(definitions, today), *_few_codes(definitions)]


def _drafts(definitions: Definitions) -> list[Finding]:
    found = []
    for one in definitions:
        if one.status != "draft":
            continue
        refsets = definitions.contents.codelists[one.name].refsets if one.kind == "codelists" else ()
        remedy = (
            f"load {', '.join(refsets)} in the overlay"
            if refsets
            else "review it, or put your own in the overlay"
        )
        found.append(Finding(one.id, "draft", f"'{one.title}' is still a draft.", remedy))
    return found


def _overdue(definitions: Definitions, today: date) -> list[Finding]:
    return [
        Finding(
            one.id,
            "review",
            f"the review date {one.header.date_next_review} has passed.",
            f"ask {one.header.owner} to review it and to set a new date",
        )
        for one in definitions
        if one.header.date_next_review < today and one.status != "withdrawn"
    ]


def _few_codes(definitions: Definitions) -> list[Finding]:
    """A list of one or two codes finds few people; sites should know which these are."""
    return [
        Finding(
            f"codelists/{name}",
            "short",
            f"only {len(one.codes)} codes.",
            "add the codes that are used locally",
        )
        for name, one in sorted(definitions.contents.codelists.items())
        if len(one.codes) < 3
    ]
