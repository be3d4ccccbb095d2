"""Every page in a real Chromium, wide and narrow: no fault of accessibility, no complaint, no other host."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from openphm.access import Role
from tests.web.browsing import Visitor, chromium, context_of, served
from tests.web.conftest import another_store
from tests.web.test_roles import PAGES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="needs Chromium (`make test` installs it when it may)"),
]
WIDTHS = (1440, 390)


@pytest.fixture(scope="module")
def visitor(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    folder = tmp_path_factory.mktemp("browser")
    with served(another_store(built, folder)) as suite, sync_playwright() as playwright:
        suite.app.state.suite.limits.take = lambda name, most: None
        context = context_of(playwright, folder / "profile")
        yield Visitor(context.pages[0], suite.address)
        context.close()


def one_role(path: str) -> Role:
    """The everyday run takes one role a route."""
    rule = next(rule for rule in PAGES if rule.path == path)
    held = sorted(rule.roles)
    return held[PAGES.index(rule) % len(held)]


PATHS = [rule.path for rule in PAGES]


@pytest.mark.parametrize("path", sorted(PATHS, key=lambda path: (one_role(path), path)))
def test_a_page_has_no_fault_wide_or_narrow(visitor: Visitor, path: str) -> None:
    role = one_role(path)
    if visitor.page.url == "about:blank" or visitor.page.locator(".phm-header__acct").count() == 0:
        visitor.be(role)
    shown = visitor.page.locator(".phm-header__acct").inner_text().lower()
    if str(role).replace("_", " ") not in shown.replace("-", " "):
        visitor.be(role)
    visitor.complaints.clear()
    for width in WIDTHS:
        visitor.page.set_viewport_size({"width": width, "height": 900})
        visitor.go(path)
        visitor.page.wait_for_load_state("networkidle")
        assert visitor.faults() == []
        assert visitor.complaints == []
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width, "it scrolls sideways"
        assert visitor.page.locator("h1").count() == 1
