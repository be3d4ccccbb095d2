"""Read a sequence: two or more things that happened one after another.

sequence: [{activity: emergency_admission}, {activity: ed_attendance}]
within_days: 30
within_months: 12
"""

from __future__ import annotations

from collections.abc import Mapping

from openphm.criteria.dated import Sequence, Step, codes_of
from openphm.criteria.known import Known
from openphm.criteria.settings import Settings

MAX_STEPS = 6
MAX_DAYS = 3_660
_WORDS = ("activity", "condition", "codelist")
_ALLOWED = "A step is one of 'activity: NAME', 'condition: NAME' (its onset) or 'codelist: NAME'."


def read_sequence(settings: Settings, known: Known) -> Sequence:
    """The sequence of one mapping; every problem of it is noted in `settings`."""
    within, months = settings.whole("within_days", lowest=0), settings.months("within_months")
    same_day = settings.flag("same_day")
    if within is not None and within > MAX_DAYS:
        settings.problem("within_days", f"'within_days' is {within}.", f"Up to {MAX_DAYS} days are allowed.")
    if within == 0 and not same_day:
        found = "'within_days: 0' means the same day, on which one thing is not after another."
        settings.problem("within_days", found, "", "add 'same_day: true', or allow a day or more.")
    given = settings.data["sequence"]
    if not isinstance(given, list | tuple) or not 2 <= len(given) <= MAX_STEPS:
        found = f"'sequence' needs a list of 2 to {MAX_STEPS} steps."
        settings.problem("sequence", found, _ALLOWED, "write '- activity: NAME' for each step.")
        return Sequence(())
    steps = [_step(settings.inside(one, f"sequence[{n}]"), known) for n, one in enumerate(given)]
    _check_absent(settings, steps, within)
    return Sequence(tuple(steps), within, months, same_day)


def _step(settings: Settings, known: Known) -> Step:
    absent = "not" in settings.data and len(settings.data) == 1
    if absent:
        settings = settings.inside(settings.data["not"], "not")
    words = [word for word in _WORDS if word in settings.data]
    if len(words) != 1 or len(settings.data) != 1:
        found = "A step says one thing that happens on a day, with nothing beside it."
        settings.problem("", found, _ALLOWED, "put 'within_months' and 'within_days' beside 'sequence'.")
        return Step("", ())
    word = words[0]
    names = settings.names(word, _known(known, word))
    return Step(word, names, codes_of(names, known.codelists) if word == "codelist" else (), absent)


def _known(known: Known, word: str) -> Mapping[str, object] | frozenset[str]:
    return {"activity": known.activities, "condition": known.conditions}.get(word, known.codelists)


def _check_absent(settings: Settings, steps: list[Step], within: int | None) -> None:
    """What must not follow can only be last, and needs a time in which it would have followed."""
    if any(step.absent for step in steps[:-1]):
        remedy = "to ask that something did not happen at all, put 'not' around a part of its own."
        settings.problem("sequence", "Only the last step can be 'not'.", "", remedy)
    elif steps[-1].absent and within is None:
        found = "'not' as the last step needs 'within_days'."
        settings.problem("sequence", found, "", "write 'within_days: 14' beside 'sequence'.")
