"""Kept answers: what long work answered of a build, found again by what was asked and of whose people.

An answer is kept as it stands inside the zone, figures with the people behind them, in the register beside
the store. Whoever looks at it gets it through `release` as everything else. A new build has no answers yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from starlette.responses import Response

from openphm.core.records import Job, checksum_of
from openphm.core.results import Cell, Provenance, Result, Scalar
from openphm.population.live import live_build
from openphm.release import Overlap
from openphm.web.asker import Asker
from openphm.web.asking import Asking

KIND = "answer"
KEY = "key"
_PARTS = ("numerator", "denominator", "n_people", "largest_share")


@dataclass(frozen=True)
class Answer:
    """Named results of one piece of work, what else is said, and how its groups meet earlier questions."""

    results: Mapping[str, Result]
    said: Mapping[str, Any] = field(default_factory=dict)
    overlaps: Sequence[Overlap] = ()


def key_of(asker: Asker, question: Mapping[str, Any], *, own: bool = False) -> str:
    """What an answer is found by: the build, the rows of the asker, and everything that was asked.

    own: for this user alone, because what they asked before decides what they may see.
    """
    scope = asker.scope()
    places = [None if held is None else sorted(held) for held in (scope.practices, scope.pcns, scope.lsoas)]
    whose = asker.user.name if own else ""
    build = live_build(asker.suite.settings.store)
    return checksum_of({"build": build, "places": places, "whose": whose, "question": question})


def keep(asker: Asker, key: str, answer: Answer) -> None:
    """Keep an answer under its key."""
    body = {
        "results": {name: _plain(one) for name, one in answer.results.items()},
        "said": dict(answer.said),
        "overlaps": [
            [one.n_only_now, one.n_only_before, one.asked_on.isoformat()] for one in answer.overlaps
        ],
    }
    asker.register.kept.keep(KIND, key, body, owner=asker.user.name)


def find(asker: Asker, key: str) -> Answer | None:
    """The answer of a key; None when the work was not done yet."""
    kept = asker.register.kept.newest(KIND, key)
    if kept is None:
        return None
    overlaps = [Overlap(now, before, date.fromisoformat(day)) for now, before, day in kept.body["overlaps"]]
    results = {name: _result(one) for name, one in kept.body["results"].items()}
    return Answer(results, kept.body["said"], overlaps)


def latest_job(ask: Asking, key: str) -> Job | None:
    """The newest job of this user that makes the answer of a key."""
    own = ask.register.jobs.of(ask.user.name)
    return next((job for job in own if job.parameters.get(KEY) == key), None)


def begin(ask: Asking, kind: str, title: str, key: str, parameters: Mapping[str, Any]) -> Job:
    """Start the work of a key, or find it begun."""
    job = latest_job(ask, key)
    if job is not None and not job.is_over:
        return job
    return ask.submit(kind, title, {**parameters, KEY: key})


def waiting(
    ask: Asking, job: Job | None, title: str, here: str, action: str = "", names: list[str] | None = None
) -> Response:
    """The page of work that is not done: how far it is, or a button that begins it."""
    return ask.page("waiting.html", job=job, what=title, here=here, action=action or here, names=names or [])


def arrived(here: str) -> Response:
    """For a page that asked how far the work is: it is done, load the answer."""
    return Response(headers={"hx-redirect": here})


def _plain(result: Result) -> dict[str, Any]:
    if result.additivity is not None:
        raise ValueError("an answer whose rows add up is not kept: what adds up would be lost")
    return {
        "question": result.question,
        "columns": list(result.columns),
        "rows": [[_plain_item(item) for item in row] for row in result.rows],
        "provenance": result.provenance.as_dict(),
        "notes": list(result.notes),
    }


def _plain_item(item: Cell | Scalar) -> Any:
    if isinstance(item, Cell):
        return {"value": _number(item.value), **{name: getattr(item, name) for name in _PARTS}}
    return _number(item)


def _number(value: Scalar) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def _result(body: Mapping[str, Any]) -> Result:
    source = body["provenance"]
    provenance = Provenance.with_definitions(
        source["build"],
        date.fromisoformat(source["as_at"]),
        used=source["definitions"],
        openphm=source["openphm"],
        disclosure=source["disclosure"],
    )
    rows = tuple(
        tuple(Cell(**item) if isinstance(item, dict) else item for item in row) for row in body["rows"]
    )
    return Result(body["question"], tuple(body["columns"]), rows, provenance, tuple(body["notes"]))
