"""`openphm builds rekey`: apply the map of a key change to the live build and the register, then destroy it.

    a new build is made -> it goes live -> enrolments follow -> the map is destroyed

A run that was killed is run again: what was done is found done. Saved cohorts are questions without people.
"""

from __future__ import annotations

import os
from pathlib import Path

from rich.console import Console

from openphm.access import terminal_name
from openphm.audit import AuditLog
from openphm.core.destroying import destroy
from openphm.core.errors import UsageError
from openphm.recording import Register
from openphm.store import Build, Builds
from openphm.store.rekey_map import CODE_VARIABLE, RekeyMap, open_map
from openphm.store.rekeying import applied, plan, rekey


def rekey_store(builds: Builds, given: str | None, *, dry_run: bool, console: Console) -> None:
    """Apply the map in the file `given`. Raises UsageError, StoreError."""
    if given is None:
        raise UsageError("builds rekey", "no map was named", remedy="openphm builds rekey MAP --store STORE")
    path = Path(given)
    opened = open_map(path, os.environ.get(CODE_VARIABLE, ""))
    made = applied(builds, opened.map_id)
    if made is None:
        made = _make(builds, opened, dry_run, console)
    elif dry_run:
        console.print(f"The map was applied already: {made.id}. What remains is to destroy it.")
    if dry_run or made is None:
        return
    if builds.live_id() != made.id:
        builds.publish(made.id)
    with Register.beside(builds.store) as register:
        changed = register.enrolments.rekey(opened.people)
    destroy(path)
    console.print(f"{made.id} is live. {changed:,} enrolments follow. The map is destroyed.")
    console.print("Older builds hold the old pseudonyms: remove them with `openphm builds prune --keep 1`.")


def _make(builds: Builds, opened: RekeyMap, dry_run: bool, console: Console) -> Build | None:
    build = builds.current()
    planned = plan(build, opened)
    console.print(
        f"{planned.from_map:,} people get the pseudonym of the map, {planned.at_random:,} without an "
        f"NHS number a random one; {planned.not_here:,} people of the map are not in {build.id}."
    )
    if dry_run:
        return None
    AuditLog.beside(builds.store).append(
        "builds.rekey",
        actor=terminal_name(),
        detail={
            "live_before": build.id,
            "map": opened.map_id,
            "from": opened.from_epoch,
            "to": opened.to_epoch,
        },
    )
    return rekey(builds, build, opened, planned)
