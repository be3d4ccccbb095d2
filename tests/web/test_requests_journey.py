"""A clinician asks who people are, the custodian decides on its own pages, and the list opens there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect, sync_playwright

from openphm.access import Role
from openphm.direct_care import CustodianService
from tests.support.reidentifying import PASSWORD, SUITE_KEY
from tests.web.browsing import Visitor, chromium, context_of, served
from tests.web.conftest import another_store
from tests.web.custodian_beside import AGREEMENT, TITLE, Beside, custodian_of, grown_up_of_the_clinician

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="needs Chromium (`make test` installs it when it may)"),
]
NUMBER = re.compile(r"\b999 ?\d{3} ?\d{4}\b")


@pytest.fixture
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


def at_the_custodian(context: BrowserContext, custodian: Beside, name: str) -> Page:
    """A page on the custodian's host, signed in as somebody else than before."""
    page = context.new_page()
    context.clear_cookies(name="openphm_custodian")
    page.goto(f"{custodian.address}/sign-in")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"{custodian.address}/")
    return page


def test_a_clinician_asks_others_decide_and_the_list_opens_at_the_custodian(
    built: Path, tmp_path: Path, playwright: Playwright
) -> None:
    store = another_store(built, tmp_path)
    with custodian_of(built, tmp_path) as custodian:
        service = CustodianService(custodian.address, "suite-1", SUITE_KEY, agreements={AGREEMENT: "Visits"})
        with served(store, custodian=service) as suite:
            custodian.agree(grown_up_of_the_clinician(suite.app))
            context = context_of(playwright, tmp_path / "profile")
            clinician = Visitor(context.pages[0], suite.address)
            seen = asks_and_collects(context, clinician, custodian)
            assert clinician.complaints == []
            context.close()
    assert len(seen) == 5
    assert not [text for text in seen if NUMBER.search(text)]


def asks_and_collects(context: BrowserContext, clinician: Visitor, custodian: Beside) -> list[str]:
    """The whole way; the text of each page of the suite on it."""
    page, seen = clinician.page, []
    clinician.be(Role.CLINICIAN)
    clinician.go("/cohorts/grown_up")
    page.get_by_role("link", name="Ask to re-identify").click()
    page.select_option("#f-recipient", index=1)
    page.select_option("#f-agreement", AGREEMENT)
    page.fill("#f-requester", "dr.amber")
    seen.append(looked_at(clinician))
    page.get_by_role("button", name="See how many people it is").click()
    expect(page.locator("h1")).to_contain_text("ask who they are?")
    seen.append(looked_at(clinician))
    page.get_by_role("button", name="Send it to the custodian").click()
    expect(page.locator("#headline")).to_contain_text("Checked")
    request_id = page.url.rsplit("/", 1)[-1]
    for name, button in (("guardian", "Approve"), ("clerk", "Release the list")):
        there = at_the_custodian(context, custodian, name)
        there.goto(f"{custodian.address}/requests/{request_id}")
        for box in there.get_by_role("checkbox").all():
            box.check()
        there.get_by_role("button", name=button).click()
        there.wait_for_url(re.compile(request_id))
        there.close()
    page.reload()
    expect(page.locator("#headline")).to_contain_text("Released")
    seen.append(looked_at(clinician))
    at_the_custodian(context, custodian, "dr.amber").close()
    link = page.get_by_role("link", name="Open the list on the custodian's page")
    there = context.new_page()
    there.goto(str(link.get_attribute("href")))
    there.fill("#password", PASSWORD)
    there.get_by_role("button", name="Collect").click()
    expect(there.locator("table")).to_be_visible()
    assert NUMBER.search(there.content())
    page.reload()
    expect(page.locator("#headline")).to_contain_text("Collected")
    seen.append(looked_at(clinician))
    clinician.go("/reid")
    expect(page.get_by_role("row", name=TITLE)).to_contain_text("Collected")
    return [*seen, looked_at(clinician)]


def looked_at(visitor: Visitor) -> str:
    """The text of a page in which axe finds nothing."""
    assert visitor.faults() == []
    return visitor.page.content()
