"""Differencing: how a group asked about now meets what the same person asked about before.

The command line and the web suite both guard questions about freely described groups with this.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from openphm.access import Scope
from openphm.population.cohorts.chosen import What
from openphm.population.population import Population
from openphm.recording import Fingerprints
from openphm.release import DisclosureRule, Overlap, too_close


def overlaps_with_earlier(
    people: Population,
    cohorts: Sequence[What],
    *,
    asker: str,
    fingerprints: Fingerprints,
    rule: DisclosureRule,
    places: Scope | None = None,
    as_at: date | None = None,
) -> list[Overlap]:
    """How these cohorts meet what `asker` asked in the last 30 days, of the same build and date.

    people: opened for all that the asker may ask about, also where the question is about `places` alone.
    The question is remembered, unless it was too close: then no figure is shown and nothing was learned.
    """
    day = people.checked_date(as_at)
    earlier = [one for one in fingerprints.recent(asker) if (one.as_at, one.build) == (day, people.build.id)]
    groups = [people.group(cohort, places) for cohort in cohorts]
    found = [
        Overlap(meeting.n_only_now, meeting.n_only_before, before.asked_at.date())
        for group in groups
        for before, meeting in people.meetings(group, earlier, day)
    ]
    if rule.method == "none" or not too_close(found, rule):
        for group in groups:
            fingerprints.add(asker, group.question(), as_at=day, build=people.build.id)
    return found
