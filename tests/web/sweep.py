"""python -m tests.web.sweep STORE: every page of the suite for every role, wide and narrow, in Chromium.

The everyday tests take one role a route on a small made-up ICS. This takes them all, on any store (the
20,000 people of `make demo`), with an example of every page about one thing that a page links to. Each answer
must be the one that the route's own rule says; axe, the console and the network must have nothing to say. The
page that refuses is the same wherever a role is refused: it is looked at once a role, and its status always.
Two browsers take a role each until none is left. It prints what it found as it goes and ends with 1 if that
was anything; `--role` takes some roles alone.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import sync_playwright

from openphm.access import Role
from openphm.web.screen import Rule
from openphm.web.screens import all_screens
from tests.web.browsing import Visitor, context_of, served

WIDTHS = (1440, 390)
BROWSERS = 2
OK, REFUSED, MISSING = 200, 403, 404
NOBODY = "/no-such-page"
_LINK = re.compile(r'href="(/[^"#?]+)"')
KINDS = {"requests to other hosts": "asked another host", "reports of the content policy": "Content Security"}
_OF_THE_PAGE = "Failed to load resource: the server responded with a status of 40"
"""What Chromium says of any page that is refused or missing: the answer itself, which is looked at apart."""


@dataclass
class Found:
    """What was seen as one role."""

    role: Role
    n_pages: int = 0
    n_statuses: int = 0
    seconds: float = 0.0
    has_seen_refusal: bool = False
    objects: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.web.sweep")
    parser.add_argument("store", type=Path)
    parser.add_argument("--role", type=Role, action="append", choices=list(Role), metavar="ROLE")
    given = parser.parse_args()
    roles, pages = given.role or list(Role), _pages()
    found: list[Found] = []
    with ProcessPoolExecutor(BROWSERS) as browsers:
        for one in as_completed(browsers.submit(sweep, given.store.resolve(), role) for role in roles):
            found.append(one.result())
            _say(found[-1])
    faults = [fault for one in found for fault in one.faults]
    objects = set().union(*(one.objects for one in found))
    print(f"{len(pages)} pages and {len(objects)} kinds of page about one thing, for {len(roles)} roles:")
    print(
        f"{sum(one.n_statuses for one in found)} answers, {sum(one.n_pages for one in found)} looked at ",
        end="",
    )
    print(f"at {' and '.join(map(str, WIDTHS))} pixels, {len(faults)} faults, among them ", end="")
    print(", ".join(f"{sum(told in one for one in faults)} {name}" for name, told in KINDS.items()))
    return 1 if faults else 0


def _say(found: Found) -> None:
    seen = f"{found.n_statuses} answers, {found.n_pages} looked at, {len(found.faults)} faults"
    print(f"{found.role}: {seen}, {found.seconds:.0f} s", *found.faults, sep="\n    ", flush=True)


def sweep(store: Path, role: Role) -> Found:
    """Each page for one role, in a store of its own that leads to the same builds."""
    found, begun = Found(role), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        own = _own(store, Path(folder))
        with served(own) as suite, sync_playwright() as playwright:
            suite.app.state.suite.limits.take = lambda name, most: None
            context = context_of(playwright, Path(folder) / str(role))
            visitor = Visitor(context.pages[0], suite.address)
            visitor.page.set_default_timeout(120_000)
            visitor.be(role)
            _as_role(visitor, role, found)
            context.close()
    found.seconds = time.monotonic() - begun
    return found


def _as_role(visitor: Visitor, role: Role, found: Found) -> None:
    links: set[str] = set()
    for rule in _pages():
        expected = OK if role in rule.roles else REFUSED
        links.update(_look(visitor, role, rule.path, expected, found))
    for rule, path in _examples(links):
        found.objects.add(rule.path)
        _look(visitor, role, path, OK if role in rule.roles else REFUSED, found)
    _look(visitor, role, NOBODY, MISSING, found)


def _look(visitor: Visitor, role: Role, path: str, expected: int, found: Found) -> set[str]:
    """The links of a page, seen wide and narrow; what is wrong with it goes to `found`."""
    said: list[str] = []
    visitor.complaints.clear()
    if expected == REFUSED and found.has_seen_refusal:
        found.n_statuses += 1
        status = visitor.page.request.get(f"{visitor.address}{path}").status
        found.faults += [] if status == expected else [f"{role} {path}: answered {status}, not {expected}"]
        return set()
    found.has_seen_refusal |= expected == REFUSED
    for width in WIDTHS:
        visitor.page.set_viewport_size({"width": width, "height": 900})
        answer = visitor.page.goto(f"{visitor.address}{path}", wait_until="networkidle")
        status = answer.status if answer is not None else 0
        found.n_statuses += 1
        if status != expected:
            said.append(f"answered {status}, not {expected}")
            continue
        found.n_pages += 1
        said += visitor.faults()
        if visitor.page.evaluate("document.documentElement.scrollWidth") > width:
            said.append(f"scrolls sideways at {width}")
        if visitor.page.locator("h1").count() != 1:
            said.append("has not one heading")
    said += [one for one in visitor.complaints if expected == OK or _OF_THE_PAGE not in one]
    found.faults += [f"{role} {path}: {one}" for one in dict.fromkeys(said)]
    return set(_LINK.findall(visitor.page.content()))


def _pages() -> list[Rule]:
    return [rule for rule in _rules() if "{" not in rule.path]


def _rules() -> list[Rule]:
    return [rule for screen in all_screens() for rule in screen.rules if rule.method == "GET"]


def _examples(links: set[str]) -> Iterator[tuple[Rule, str]]:
    """For every kind of page about one thing, the first link to one."""
    plain = {rule.path for rule in _pages()}
    for rule in _rules():
        shape = re.compile(re.sub(r"\{[^}]+\}", "[^/]+", rule.path))
        example = next((link for link in sorted(links - plain) if shape.fullmatch(link)), None)
        if "{" in rule.path and example is not None and "/files/" not in example:
            yield rule, example


def _own(store: Path, folder: Path) -> Path:
    own = folder / "store"
    own.mkdir()
    shutil.copy(store / "CURRENT", own / "CURRENT")
    (own / "builds").symlink_to(store / "builds")
    return own


if __name__ == "__main__":
    sys.exit(main())
