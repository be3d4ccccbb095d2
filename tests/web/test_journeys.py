"""What people do in the suite, done in a real Chromium by clicking."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, Playwright, expect, sync_playwright

from openphm.access import Role
from tests.web.browsing import WAIT, Served, Visitor, chromium, context_of, served
from tests.web.conftest import another_store

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="needs Chromium (`make test` installs it when it may)"),
]

expect.set_options(timeout=WAIT)  # a loaded machine is slow; what is waited for comes all the same


@pytest.fixture(scope="module")
def suite(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(another_store(built, tmp_path_factory.mktemp("journeys")), with_worker=True) as running:
        yield running


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture
def visitor(suite: Served, playwright: Playwright, tmp_path: Path) -> Iterator[Visitor]:
    context = context_of(playwright, tmp_path / "profile")
    somebody = Visitor(context.pages[0], suite.address)
    yield somebody
    context.close()
    assert somebody.complaints == []


@pytest.fixture
def page(visitor: Visitor) -> Page:
    visitor.be(Role.ICB_ANALYST)
    return visitor.page


def test_the_overview_fills_and_leads_to_a_report(page: Page) -> None:
    card = page.locator(".phm-card", has_text="Conditions and their impact")
    expect(card).to_contain_text("most common condition")
    card.get_by_role("link").click()
    expect(page).to_have_url(re.compile("/overview/conditions$"))
    expect(page.locator("h1")).to_contain_text("most common condition")


def test_a_filter_changes_the_page_its_address_and_what_is_announced(visitor: Visitor, page: Page) -> None:
    visitor.go("/segments/matrix")
    page.get_by_label("Split by").select_option("pcn")
    expect(page.locator(".phm-chip").first).to_contain_text("Split by: Network (PCN)")
    expect(page).to_have_url(re.compile(r"/segments/matrix\?by=pcn$"))
    expect(page.locator("#live")).to_contain_text("Updated.")
    page.locator(".phm-chip").first.click()
    expect(page).to_have_url(re.compile("/segments/matrix$"))
    expect(page.locator(".phm-chip")).to_have_count(0)


def test_back_brings_the_view_before(visitor: Visitor, page: Page) -> None:
    visitor.go("/overview/cost")
    page.get_by_label("Split by").select_option("sex")
    expect(page).to_have_url(re.compile("by=sex"))
    page.go_back()
    expect(page).to_have_url(re.compile("/overview/cost$"))
    expect(page.locator(".phm-chip")).to_have_count(0)
    expect(page.locator("figure svg").first).to_be_visible()


def test_everything_works_without_scripts(suite: Served, playwright: Playwright, tmp_path: Path) -> None:
    context = context_of(playwright, tmp_path / "plain", has_scripts=False)
    page = context.pages[0]
    page.goto(f"{suite.address}/segments/matrix")
    page.click("button[value=executive]")
    expect(page).to_have_url(re.compile("/segments/matrix$"))
    page.get_by_label("Split by").select_option("pcn")
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile("by=pcn"))
    expect(page.locator("table").nth(1)).to_be_visible()
    context.close()


def test_a_table_is_taken_as_a_file(visitor: Visitor, page: Page) -> None:
    visitor.go("/segments/matrix?by=pcn")
    with page.expect_download() as begun:
        page.get_by_role("link", name="CSV").click()
    content = Path(begun.value.path()).read_text("utf-8")
    assert content.startswith("place_code,place_name,subsegment_code,measure,value")


def test_a_drawing_is_saved_as_a_picture(visitor: Visitor, page: Page) -> None:
    visitor.go("/overview/areas")
    with page.expect_download() as begun:
        page.get_by_role("button", name="Save as picture").first.click()
    assert begun.value.suggested_filename.endswith(".png")
    picture = Path(begun.value.path()).read_bytes()
    assert picture.startswith(b"\x89PNG")
    wide, high = (int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))
    box = page.locator(".phm-chart svg").first.get_attribute("viewBox") or ""
    assert [wide / 2, high / 2] == [float(part) for part in box.split()[2:]]
    assert visitor.complaints == []


def test_a_link_is_copied(visitor: Visitor, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.go("/overview/areas?by=practice")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Link copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").endswith("/overview/areas?by=practice")


def test_another_role_sees_other_pages_and_who_can_help(visitor: Visitor, page: Page) -> None:
    page.get_by_role("link", name="Switch role").click()
    page.get_by_role("button", name="Finance").click()
    expect(page.locator(".phm-header__acct")).to_contain_text("Demo finance")
    expect(page.get_by_role("link", name="Inequalities")).to_have_count(0)
    page.goto(f"{visitor.address}/overview/inequalities")
    expect(page.locator("h1")).to_have_text("You may not see this page")
    expect(page.locator("main")).to_contain_text("It is for: ICB analyst")
    visitor.complaints.clear()  # the browser says that the answer was 403, which was the point


def test_why_one_asks_is_said_and_shown(visitor: Visitor, page: Page) -> None:
    page.get_by_role("link", name="Planning services").click()
    page.get_by_label("Evaluating a service").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("link", name="Evaluating a service")).to_be_visible()


def test_a_file_is_made_in_the_background(visitor: Visitor, page: Page) -> None:
    visitor.go("/downloads")
    page.get_by_label("Report").select_option("segments")
    page.get_by_label("As").select_option("csv")
    page.get_by_role("button", name="Make it").click()
    expect(page).to_have_url(re.compile("/jobs/[0-9a-f]{16}$"))
    expect(page.locator("#progress .nhsuk-tag")).to_have_text("Done", timeout=60_000)
    with page.expect_download() as begun:
        page.get_by_role("link", name="segments.csv").click()
    assert Path(begun.value.path()).read_text("utf-8").startswith("subsegment_code,measure,value")


def test_a_token_reads_the_api_until_it_is_ended(visitor: Visitor, page: Page) -> None:
    visitor.go("/tokens")
    page.get_by_label("What is it for?").fill("A workbook of mine")
    page.get_by_role("button", name="Make a token").click()
    headers = {"authorization": f"Bearer {page.locator('.phm-token').inner_text()}"}
    asked = f"{visitor.address}/api/v1/reports/segments"
    answer = httpx.get(asked, headers=headers)
    assert answer.status_code == 200
    assert answer.json()["provenance"]["disclosure"] == "disclosure/default"
    page.get_by_role("button", name="End it").click()
    expect(page.locator("main")).not_to_contain_text("A workbook of mine")
    assert httpx.get(asked, headers=headers).status_code == 401


def test_the_keyboard_goes_past_the_navigation(visitor: Visitor, page: Page) -> None:
    visitor.go("/segments/matrix")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to main content")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_a_session_that_was_ended_leads_back_after_signing_in(visitor: Visitor, page: Page) -> None:
    visitor.go("/sessions")
    page.locator("li", has_text="this one").get_by_role("button").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    page.goto(f"{visitor.address}/overview/cost?by=sex")
    page.get_by_role("button", name="ICB analyst").click()
    expect(page).to_have_url(re.compile(r"/overview/cost\?by=sex$"))
