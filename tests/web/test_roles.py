"""Every route for every role: exactly the answer that the route's own rule says, and never a fault."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from openphm.access import Role
from openphm.audit import AuditLog
from openphm.web.screen import Rule
from openphm.web.screens import all_screens
from openphm.web.suite import Suite
from tests.web.conftest import SignIn

RULES = [rule for screen in all_screens() for rule in screen.rules]
PAGES = [rule for rule in RULES if rule.method == "GET" and "{" not in rule.path]
OBJECTS = [rule for rule in RULES if rule.method == "GET" and "{" in rule.path]
FORMS = [rule for rule in RULES if rule.method == "POST"]
OK, REFUSED, MISSING = 200, 403, 404


def named(rule: Rule) -> str:
    return f"{rule.method} {rule.path}"


def expected(rule: Rule, role: Role) -> set[int]:
    return {OK, 303} if role in rule.roles else {REFUSED}


def one_inside_one_outside(rule: Rule) -> list[Role]:
    """The everyday run takes two roles a route: one that may and one that may not."""
    place = PAGES.index(rule)
    inside = sorted(rule.roles)
    outside = sorted(set(Role) - rule.roles)
    return [held[place % len(held)] for held in (inside, outside) if held]


@pytest.mark.parametrize("rule", PAGES, ids=named)
def test_a_page_is_for_the_roles_of_its_rule(signed_in: SignIn, rule: Rule) -> None:
    for role in one_inside_one_outside(rule):
        answer = signed_in(role).get(rule.path)
        assert answer.status_code in expected(rule, role), f"{role}: {answer.status_code}"


@pytest.mark.slow
@pytest.mark.parametrize("role", list(Role))
def test_every_page_for_every_role(signed_in: SignIn, role: Role) -> None:
    client = signed_in(role)
    wrong = {
        rule.path: status
        for rule in PAGES
        if (status := client.get(rule.path).status_code) not in expected(rule, role)
    }
    assert not wrong


@pytest.mark.parametrize("rule", OBJECTS, ids=named)
def test_an_object_that_is_not_there_is_404_and_for_others_403(signed_in: SignIn, rule: Rule) -> None:
    path = re.sub(r"\{[^}]*\}", "nothing-like-it", rule.path)
    for role in (sorted(rule.roles)[0], *sorted(set(Role) - rule.roles)[:1]):
        status = signed_in(role).get(path).status_code
        assert status == (MISSING if role in rule.roles else REFUSED), f"{role}: {status}"


@pytest.mark.parametrize("rule", FORMS, ids=named)
def test_a_form_without_its_token_does_nothing(signed_in: SignIn, rule: Rule) -> None:
    path = re.sub(r"\{[^}]*\}", "nothing-like-it", rule.path)
    assert signed_in(sorted(rule.roles)[0]).post(path, data={"x": "y"}).status_code == REFUSED


@pytest.mark.parametrize("rule", FORMS, ids=named)
def test_a_form_from_another_site_does_nothing(signed_in: SignIn, rule: Rule) -> None:
    path = re.sub(r"\{[^}]*\}", "nothing-like-it", rule.path)
    client = signed_in(sorted(rule.roles)[0])
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}):
        assert client.post(path, headers=headers).status_code == REFUSED


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_nobody_who_is_not_signed_in_gets_anything(app: object, rule: Rule) -> None:
    client = TestClient(app, follow_redirects=False)  # type: ignore[arg-type]  # a FastAPI app is one
    answer = client.request(rule.method, re.sub(r"\{[^}]*\}", "nothing-like-it", rule.path))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


def test_every_rule_names_somebody_and_no_route_stands_twice() -> None:
    assert all(rule.roles for rule in RULES)
    assert len({named(rule) for rule in RULES}) == len(RULES)


def test_a_refusal_is_remembered(signed_in: SignIn, app: object) -> None:
    signed_in(Role.FINANCE).get("/overview/areas")
    suite: Suite = app.state.suite  # type: ignore[attr-defined]  # the app is ours
    last = AuditLog.beside(suite.settings.store).last(1)[0]
    assert last.event == "access.refused"
    assert last.actor == "Demo finance"


def test_governance_sees_no_figures_about_people(signed_in: SignIn) -> None:
    for role in (Role.IG_LEAD, Role.ADMIN):
        assert "sees no figures about people" in signed_in(role).get("/overview").text


LINK = re.compile(r'href="(/[a-z/-]+)"')


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_no_page_links_to_one_that_its_reader_may_not_see(signed_in: SignIn, role: Role) -> None:
    client = signed_in(role)
    linked = {link for path in ("/help", "/accessibility") for link in LINK.findall(client.get(path).text)}
    refused = [path for path in linked if client.get(path).status_code == 403]
    assert linked
    assert not refused
