"""A population is lent to one thread at a time, a few are at work at once, and an unused one is closed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from openphm.access import Purpose, Scope
from openphm.population import Population
from openphm.population.opened import opened
from openphm.web.lending import MOST_AT_ONCE, MOST_FREE, Lending

IDLE = 0.2


class Opened:
    """Opens the build and remembers what was opened and how many at most were open."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self.made: list[Population] = []

    def __call__(self, key: str) -> Population:
        self.made.append(opened(self._store, Scope.whole_system(Purpose.PLANNING)))
        return self.made[-1]


@pytest.fixture
def opening(built: Path) -> Opened:
    return Opened(built)


@pytest.fixture
def lending(opening: Opened) -> Iterator[Lending[str]]:
    lending: Lending[str] = Lending(opening, IDLE)
    yield lending
    lending.end()


def until(so: Callable[[], bool]) -> bool:
    end = time.monotonic() + 10
    while not so() and time.monotonic() < end:
        time.sleep(0.02)
    return so()


def answers(population: Population) -> bool:
    """Is it open?"""
    try:
        return bool(population.ask_reference("SELECT practice_code FROM reference.practice LIMIT 1"))
    except Exception:
        return False


def test_the_next_question_of_a_scope_finds_it_open(lending: Lending[str], opening: Opened) -> None:
    for _ in range(3):
        with lending.one("a") as population:
            assert answers(population)
    assert len(opening.made) == 1


def test_a_thread_is_lent_the_same_again_while_it_holds_it(lending: Lending[str]) -> None:
    with lending.one("a") as outer, lending.one("a") as inner:
        assert inner is outer


def test_unused_ones_are_closed(lending: Lending[str], opening: Opened) -> None:
    for key in ("a", "b", "c"):
        with lending.one(key):
            pass
    assert lending.n_free == MOST_FREE
    assert until(lambda: lending.n_free == 0)
    lending.end()  # waits for the clock's thread, which may still be closing them
    assert not any(answers(one) for one in opening.made)


def test_only_a_few_are_at_work_at_once(lending: Lending[str]) -> None:
    at_work, most, lock = [0], [0], threading.Lock()

    def ask(key: str) -> None:
        with lending.one(key) as population:
            with lock:
                at_work[0] += 1
                most[0] = max(most[0], at_work[0])
            assert answers(population)
            time.sleep(0.05)
            with lock:
                at_work[0] -= 1

    threads = [threading.Thread(target=ask, args=(f"{n % 3}",)) for n in range(4 * MOST_AT_ONCE)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert most[0] == MOST_AT_ONCE


def test_holding_one_a_thread_need_not_wait_for_another(lending: Lending[str]) -> None:
    done = threading.Barrier(MOST_AT_ONCE + 1)

    def ask(key: str) -> None:
        with lending.one(key):
            done.wait(10)
            with lending.one(key + "2") as second:
                assert answers(second)
            done.wait(10)

    threads = [threading.Thread(target=ask, args=(f"{n}",)) for n in range(MOST_AT_ONCE)]
    for one in threads:
        one.start()
    done.wait(10)
    done.wait(10)
    for one in threads:
        one.join(10)


def test_what_cannot_be_opened_takes_no_place(built: Path) -> None:
    def broken(key: str) -> Population:
        raise RuntimeError(key)

    lending: Lending[str] = Lending(broken, IDLE)
    for _ in range(MOST_AT_ONCE + 1):
        with pytest.raises(RuntimeError), lending.one("a"):
            pass
