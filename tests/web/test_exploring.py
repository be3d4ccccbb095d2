"""A drawing can be explored: its specification is at its page's address, and runs under the strict policy."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import sync_playwright

from openphm.access import Role
from openphm.audit import AuditLog
from tests.web.browsing import Visitor, chromium, context_of, served
from tests.web.conftest import SignIn, another_store

COST = "/overview/cost"
ANALYST = Role.ICB_ANALYST


def addresses_on(page: str) -> list[str]:
    """Where the specifications of the drawings of a page are."""
    return [html.unescape(one) for one in re.findall(r'data-explore="([^"]+)"', page)]


def test_each_drawing_has_its_specification_at_the_address_of_its_page(signed_in: SignIn) -> None:
    analyst = signed_in(ANALYST)
    page = analyst.get(COST).text
    found = addresses_on(page)
    assert found and all(address.startswith(f"{COST}?drawing=") for address in found)
    assert page.count("<svg ") == len(found), "and the plain drawing stands on the page"
    for address in found:
        answer = analyst.get(address)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
        specification = json.loads(answer.text)
        assert specification["$schema"].endswith("/vega-lite/v6.json")
        assert html.escape(specification["title"]["text"]) in page


def test_a_specification_has_the_filters_the_access_and_the_refusals_of_its_page(
    signed_in: SignIn, app: FastAPI
) -> None:
    analyst = signed_in(ANALYST)
    found = addresses_on(analyst.get(f"{COST}?as_at=2025-03-31").text)
    assert found and all("as_at=2025-03-31" in address for address in found)
    assert analyst.get(found[0]).text != analyst.get(found[0].replace("as_at=2025-03-31&", "")).text
    assert signed_in(Role.ADMIN).get(found[0]).status_code == 403
    assert analyst.get(f"{COST}?drawing=of-nothing").status_code == 404
    last = list(AuditLog.beside(app.state.suite.settings.store).entries())[-6:]
    assert any(one.detail.get("format") == "vega-lite" for one in last), "it is remembered as every file is"


def test_a_page_loads_nothing_of_vega(signed_in: SignIn) -> None:
    page = signed_in(ANALYST).get(COST).text
    assert "vendor/vega" not in page
    assert page.count("<script ") == 2


@pytest.fixture(scope="module")
def visitor(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    folder = tmp_path_factory.mktemp("exploring")
    with served(another_store(built, folder)) as suite, sync_playwright() as playwright:
        context = context_of(playwright, folder / "profile")
        yield Visitor(context.pages[0], suite.address)
        context.close()


@pytest.mark.slow
@pytest.mark.skipif(chromium() is None, reason="needs Chromium (`make test` installs it when it may)")
def test_a_drawing_is_explored_with_the_keyboard_under_the_strict_policy(visitor: Visitor) -> None:
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.be(ANALYST)
    visitor.go(COST)
    visitor.page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "vega" in url or "explore" in url]
    button = visitor.page.locator("[data-explore]").first
    button.focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_selector("[data-explore][data-open=true]")
    assert len([url for url in asked if "vendor/vega/" in url]) == 4
    drawn = visitor.page.locator(".phm-explore svg")
    assert drawn.get_attribute("role") == "img" and visitor.page.locator("figure > svg").first.is_hidden()
    part = drawn.locator('path[fill="#005eb8"]').nth(1)
    part.hover()
    told = visitor.page.locator("#vg-tooltip-element.visible").inner_text()
    assert "Group" in told and "Figure" in told and "£" in told
    assert visitor.faults() == []
    visitor.page.locator(".phm-explore select").first.select_option(index=2)
    visitor.page.wait_for_function(
        "document.querySelectorAll('.phm-explore path[opacity=\"0.15\"]').length > 0"
    )
    button.focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_selector("[data-explore][data-open=false]")
    assert visitor.page.locator("figure > svg").first.is_visible() and drawn.is_hidden()
    assert visitor.complaints == []
