"""Apart: a question about a build, asked in a process of its own whose memory goes with it.

A question over 815,000 people takes up to 0.6 GB for some seconds, and Python gives little of it back. So the
process that serves pages asks another: a fork server, which has our modules loaded and no threads, forks one
for each question. What comes back has passed `release` there. At most so many are at work as there are cores;
others wait.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Any

from openphm.access import Scope
from openphm.core.errors import OpenPHMError, StoreError
from openphm.definitions import Definitions, load
from openphm.population.opened import opened
from openphm.release import Overlap
from openphm.web.presenting import Asked, Shown

AT_ONCE = max(2, os.cpu_count() or 2)
LONGEST = 600.0
"""Seconds after which a question is given up."""
_CANNOT_BE_SENT = (pickle.PicklingError, AttributeError, TypeError)
"""What pickle says of a function within a function."""


@dataclass(frozen=True)
class Question:
    """What one process answers: whose people, where, what, and how it meets earlier questions."""

    store: Path
    scope: Scope
    place: str | None
    asked: Asked
    overlaps: tuple[Overlap, ...]
    overlay: Path | None
    memory: str


class AnswerApart:
    """An answer that another process gave; asked again for a question that meets an earlier one."""

    def __init__(self, apart: Apart, scope: Scope, place: str | None, asked: Asked) -> None:
        self._apart, self._scope, self._place, self._asked = apart, scope, place, asked
        self._alone = apart.ask(scope, place, asked)

    def shown(self, overlaps: Sequence[Overlap] = ()) -> Shown:
        """Raises AccessRefused for rows about people."""
        return self._apart.ask(self._scope, self._place, self._asked, overlaps) if overlaps else self._alone


class Apart:
    """Asks one store's live build. Safe for many threads."""

    def __init__(self, store: Path, overlay: Path | None, memory: str) -> None:
        self._store, self._overlay, self._memory = store, overlay, memory
        self._turn = BoundedSemaphore(AT_ONCE)
        self._lock = Lock()
        self._at_work: set[Any] = set()
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["openphm.web.apart_ready"])

    def can_ask(self, asked: Asked) -> bool:
        """Can the question travel? One made of a function within a function cannot."""
        try:
            pickle.dumps(asked)
        except _CANNOT_BE_SENT:
            return False
        return True

    def ask(self, scope: Scope, place: str | None, asked: Asked, overlaps: Sequence[Overlap] = ()) -> Shown:
        """The released page. Raises what the question raised; StoreError when its process ended early."""
        question = Question(self._store, scope, place, asked, tuple(overlaps), self._overlay, self._memory)
        with self._turn, self._process(question) as answers:
            try:
                found = answers.recv() if answers.poll(LONGEST) else None
            except EOFError:
                found = None
        if isinstance(found, OpenPHMError):
            raise found
        if not isinstance(found, Shown):
            raise _ended(found)
        return found

    def close(self) -> None:
        """End what is at work; who waits for it is told."""
        with self._lock:
            for process in self._at_work:
                process.terminate()

    @contextmanager
    def _process(self, question: Question) -> Iterator[Connection]:
        answers, other_end = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_answer, args=(question, other_end), daemon=True)
        process.start()
        other_end.close()
        with self._lock:
            self._at_work.add(process)
        try:
            yield answers
        finally:
            answers.close()
            process.terminate()
            process.join()
            with self._lock:
                self._at_work.discard(process)


def _answer(question: Question, answers: Connection) -> None:
    """What the process does: open, ask, release, send. It opens nothing but the build, and writes nothing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever serves pages ends it
    found: object
    try:
        with opened(
            question.store, question.scope, question.place,
            definitions=definitions_of(question.overlay), memory_limit=question.memory,
        ) as population:  # fmt: skip
            found = question.asked(population).shown(question.overlaps)
    except OpenPHMError as error:
        found = error
    except Exception as fault:
        # its text may hold a value of a row, so its kind alone is said
        found = type(fault).__name__
    answers.send(found)
    answers.close()


@cache
def definitions_of(overlay: Path | None) -> Definitions:
    """The definitions; the shipped ones are read before processes are forked: each has them at once."""
    return load(overlay)


def _ended(found: object) -> StoreError:
    why = f"it met a fault of its own, {found}" if found else "its process ended before it had an answer"
    return StoreError(
        "question",
        why,
        "A question is asked in a process of its own, which may run short of memory.",
        "ask again; if it stays, tell whoever runs the suite",
    )
