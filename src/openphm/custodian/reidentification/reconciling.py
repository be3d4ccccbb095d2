"""Do the log, the ledger and the vault tell the same story? What does not fit is said, one line each."""

from __future__ import annotations

from collections import Counter

from openphm.custodian.reidentification.desk import Desk
from openphm.custodian.reidentification.steps import EVENT


def reconcile(desk: Desk) -> list[str]:
    """What does not fit; nothing when all is well. Reads the whole log."""
    openings: dict[str, tuple[str, int]] = {}
    moves, unknown = set[str](), set[str]()
    for entry in desk.log.entries():
        move, people = str(entry.detail.get("move")), entry.detail.get("people")
        if entry.event == EVENT + "outcome_unknown":
            unknown.add(move)
        elif entry.event.startswith(EVENT) and "move" in entry.detail:
            moves.add(move)
            if entry.event == EVENT + "vault_opened" and isinstance(people, int):
                openings[move] = (str(entry.detail.get("request")), people)
    logged = Counter[str]()
    for move, (request, people) in openings.items():
        logged[request] += people if move not in unknown else 0
    with desk.ledger.reading() as page:
        opened = page.openings()
        cases = {case.request_id: case for case in page.cases()}
        known = page.move_ids()
    found = [f"the log has a move that the ledger has not: {one}" for one in sorted(moves - known - unknown)]
    found += [f"the ledger has a move that the log has not: {one}" for one in sorted(known - moves)]
    for request in sorted({*logged, *opened}):
        case = cases.get(request)
        released = case.released if case else 0
        if logged[request] != opened.get(request, 0) or released > logged[request]:
            found.append(
                f"request {request}: the vault was opened for {opened.get(request, 0)} people, the log says "
                f"{logged[request]}, released were {released}"
            )
    if desk.steps.home.vault_path.exists() and desk.steps.home.vault_path.stat().st_mode & 0o077:
        found.append("other users of this machine may read the vault")
    return found
