"""What this user asked before, and how close it is to what they ask now."""

from __future__ import annotations

from collections.abc import Sequence

from openphm.access import terminal_name
from openphm.cli.answering import allowed_scope
from openphm.cli.disclosing import rule_named
from openphm.cli.options import Asked
from openphm.definitions import Definitions
from openphm.recording import Register
from openphm.release import Overlap, too_close
from openphm.reports import opened


def overlaps_with_earlier(asked: Asked, cohorts: Sequence[str], definitions: Definitions) -> list[Overlap]:
    """How these cohorts meet what this user asked in the last 30 days, of the same build and date.

    The question is remembered, unless it was too close: then no figure is shown and nothing was learned.
    People are compared over all that the user may ask about, also where the question is about one place.
    """
    if not cohorts:
        return []
    user, rule = terminal_name(), rule_named(asked.disclosure, asked.overlay)
    scope = allowed_scope(asked)
    narrowed = scope.at_place(asked.place) if asked.place else scope
    with (
        Register.beside(asked.store) as register,
        opened(asked.store, scope, definitions=definitions) as people,
    ):
        as_at = people.checked_date(asked.as_at)
        earlier = [
            one
            for one in register.fingerprints.recent(user)
            if (one.as_at, one.build) == (as_at, people.build.id)
        ]
        groups = [people.group(cohort, narrowed) for cohort in cohorts]
        found = [
            Overlap(meeting.n_only_now, meeting.n_only_before, before.asked_at.date())
            for group in groups
            for before, meeting in people.meetings(group, earlier, as_at)
        ]
        if rule.method == "none" or not too_close(found, rule):
            for group in groups:
                register.fingerprints.add(user, group.question(), as_at=as_at, build=people.build.id)
    return found
