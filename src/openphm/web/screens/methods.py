"""How each figure is computed, and what each word means."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml
from starlette.responses import Response

from openphm.definitions.frozen import thaw
from openphm.web.asking import Ask, NotFound
from openphm.web.screen import EVERYBODY, Screen
from openphm.web.screens.governance import Table

ORDER = 8
INTERVALS = {
    "wilson": "Wilson's interval of a share (Wilson 1927; Newcombe 1998)",
    "byar": "Byar's interval of a count, exact below 10 (Breslow and Day 1987; Garwood 1936)",
    "exact": "Exact Poisson interval (Garwood 1936)",
    "dobson": "Dobson's interval of a directly standardised rate (Dobson and others 1991)",
    "normal": "Normal interval of a mean",
    "bootstrap": "Bootstrap over people",
}
"""What each `interval` of a measure's definition stands for."""
KINDS = ("measures", "conditions", "attributes", "segments", "outcomes", "costs", "cohorts", "disclosure")
"""Kinds of definition that decide a figure and that anybody may read."""
screen = Screen("governance", roles=EVERYBODY)


@screen.get("/governance/methods", "Methods", says="How each figure is computed, and from which definition.")
def methods(ask: Ask) -> Response:
    """Every measure with its kind, interval, source and definition; the other definitions below."""
    measures = [
        (one.name, one.title, thaw(one.body), one.version, one.status)
        for one in sorted(ask.definitions.all("measures"), key=lambda one: str(one.title))
    ]
    used = sorted({str(body["interval"]) for _, _, body, _, _ in measures if body.get("interval")})
    rows: list[tuple[object, ...]] = [(name, INTERVALS.get(name, name.replace("_", " "))) for name in used]
    others = {kind: sorted(ask.definitions.all(kind), key=lambda one: one.id) for kind in KINDS[1:]}
    return ask.page(
        "governance/methods.html", measures=measures, others=others,
        intervals=Table("Intervals, at 95%", ("Name", "Method"), rows), rule=ask.suite.rule.in_words,
    )  # fmt: skip


@screen.get("/governance/methods/{kind}/{name}", "Definition")
def definition(ask: Ask, kind: str, name: str) -> Response:
    """One definition as it is in force, word for word."""
    found = (
        next((one for one in ask.definitions.all(kind) if one.name == name), None) if kind in KINDS else None
    )
    if found is None:
        raise NotFound
    text = yaml.safe_dump(thaw(found.body), sort_keys=False, allow_unicode=True)
    return ask.page("governance/definition.html", found=found, text=text)


@screen.get("/glossary", "Glossary", says="One word for a thing, and one thing for a word.")
def glossary(ask: Ask) -> Response:
    """Every word of GLOSSARY.md, or those that hold what was searched for."""
    sought = ask.request.query_params.get("q", "").strip()[:60]
    words = [one for one in _words() if sought.lower() in " ".join(one).lower()]
    return ask.page("governance/glossary.html", words=words, sought=sought)


@cache
def _words() -> list[tuple[str, str]]:
    text = files("openphm.web").joinpath("glossary.md").read_text("utf-8")
    lines = [line.strip().strip("|").split("|", 1) for line in text.splitlines() if line.startswith("| ")]
    pairs = [(one[0].strip(), one[1].strip().replace("`", "")) for one in lines if len(one) == 2]
    return [pair for pair in pairs if pair[0] != "word"]
