"""A question asked in a process of its own gives the same page and errors, and leaves nothing behind."""

from __future__ import annotations

import multiprocessing
import os
import threading
from functools import partial
from pathlib import Path

import pytest
from fastapi import FastAPI

from openphm.access import Purpose, Scope
from openphm.core.errors import StoreError, UsageError
from openphm.pages import Page
from openphm.population import Population
from openphm.reports import REPORTS
from openphm.web.apart import Apart
from openphm.web.presenting import Asked
from openphm.web.suite import Suite

EVERYBODY = Scope.whole_system(Purpose.PLANNING)
SEGMENTS = REPORTS["segments"]


def _dies(population: Population) -> Page:
    os._exit(1)


def _wrong(population: Population) -> Page:
    raise KeyError("a value of a row")


def _stays(started: Path, population: Population) -> Page:
    started.touch()
    threading.Event().wait()
    raise AssertionError


def test_a_page_asked_apart_is_the_page_asked_here_and_errors_arrive(app: FastAPI, tmp_path: Path) -> None:
    suite: Suite = app.state.suite
    apart = Apart(suite.settings.store, None, "500MB")
    asked = Asked(SEGMENTS, suite.rule)
    assert apart.can_ask(asked)
    assert not apart.can_ask(Asked(lambda population: SEGMENTS(population), suite.rule))
    there = apart.ask(EVERYBODY, None, asked)
    with suite.builds.population(EVERYBODY) as population:
        here = asked(population).shown()
    assert there.tables == here.tables
    assert there.drawings == here.drawings
    assert there.headline == here.headline
    assert there.as_file("csv") == here.as_file("csv")
    for drawn, again in zip(here.drawings, there.drawings, strict=True):
        assert getattr(again, "specification", str)() == getattr(drawn, "specification", str)()
    with pytest.raises(UsageError, match="no such place"):
        apart.ask(EVERYBODY, "X99999", asked)
    with pytest.raises(StoreError, match="ended before"):
        apart.ask(EVERYBODY, None, Asked(_dies, suite.rule))
    with pytest.raises(StoreError, match="KeyError") as fault:
        apart.ask(EVERYBODY, None, Asked(_wrong, suite.rule))
    assert "a value of a row" not in str(fault.value)
    assert multiprocessing.active_children() == []
    _is_told_when_the_suite_ends(apart, Asked(partial(_stays, tmp_path / "started"), suite.rule))


def _is_told_when_the_suite_ends(apart: Apart, asked: Asked) -> None:
    said: list[str] = []

    def ask() -> None:
        try:
            apart.ask(EVERYBODY, None, asked)
        except StoreError as error:
            said.append(error.found)

    thread = threading.Thread(target=ask)
    thread.start()
    assert isinstance(asked.make, partial)
    while not asked.make.args[0].exists():
        assert thread.is_alive()
    apart.close()
    thread.join(20)
    assert said == ["its process ended before it had an answer"]
