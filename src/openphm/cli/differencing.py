"""What this user asked before, and how close it is to what they ask now."""

from __future__ import annotations

from collections.abc import Sequence

from openphm.access import terminal_name
from openphm.cli.answering import allowed_scope
from openphm.cli.disclosing import rule_named
from openphm.cli.options import Asked
from openphm.definitions import Definitions
from openphm.recording import Register
from openphm.release import Overlap
from openphm.reports import opened
from openphm.reports import overlaps_with_earlier as overlaps


def overlaps_with_earlier(asked: Asked, cohorts: Sequence[str], definitions: Definitions) -> list[Overlap]:
    """How these cohorts meet what this user asked in the last 30 days, of the same build and date.

    People are compared over all that the user may ask about, also where the question is about one place.
    """
    if not cohorts:
        return []
    scope = allowed_scope(asked)
    with (
        Register.beside(asked.store) as register,
        opened(asked.store, scope, definitions=definitions) as people,
    ):
        return overlaps(
            people,
            cohorts,
            asker=terminal_name(),
            fingerprints=register.fingerprints,
            rule=rule_named(asked.disclosure, asked.overlay),
            places=scope.at_place(asked.place) if asked.place else scope,
            as_at=asked.as_at,
        )
