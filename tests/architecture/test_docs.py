"""What a user can meet has a heading in the docs, and every link leads somewhere."""

import re
from pathlib import Path

import pytest

from openphm.core import errors
from tests.architecture.source import PACKAGE, ROOT, kept_files, shown

DOCS = ROOT / "docs"
PAGES = [path for path in kept_files() if path.suffix == ".md"]
KINDS = [
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.OpenPHMError)
]


def _headings(page: str) -> str:
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if line.startswith("#"))


@pytest.mark.parametrize(
    "kind", [k for k in KINDS if k is not errors.OpenPHMError], ids=lambda kind: kind.__name__
)
def test_every_exit_code_has_a_heading(kind: type[errors.OpenPHMError]) -> None:
    assert re.search(
        rf"^#+ {kind.exit_code} .*`{kind.__name__}`", _headings("reference/errors.md"), re.MULTILINE
    )


def test_every_reason_code_is_explained() -> None:
    """Rows and files are refused for a reason with a code; each code stands in the docs."""
    explained = (DOCS / "reference" / "errors.md").read_text(encoding="utf-8")
    used = {
        code
        for path in [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.sql")]
        for code in re.findall(r"[\"']([RF]_[A-Z][A-Z_]+)[\"']", path.read_text(encoding="utf-8"))
    }
    assert not {code for code in used if f"`{code}`" not in explained}


def _commands() -> list[str]:
    """Every command and sub-command of the command line, as typed."""
    if not (PACKAGE / "cli" / "main.py").is_file():
        return []
    import click

    from openphm.cli.main import main as start

    def walk(command: click.Command, words: str) -> list[str]:
        if not isinstance(command, click.Group):
            return [words]
        context = click.Context(command)
        named = [(name, command.get_command(context, name)) for name in command.list_commands(context)]
        inner = [path for name, found in named if found for path in walk(found, f"{words} {name}")]
        return [words, *inner] if words != "openphm" else inner

    import openphm.cli.main as module

    groups = [value for value in (start, *vars(module).values()) if isinstance(value, click.Group)]
    return walk(groups[0], "openphm")


@pytest.mark.parametrize("command", _commands())
def test_every_command_has_a_heading(command: str) -> None:
    assert re.search(rf"^#+ `{re.escape(command)}[ `]", _headings("reference/commands.md"), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [t.split("#")[0] for t in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"[a-z]+:", t)]
    assert not [t for t in targets if t and not (page.parent / t).exists()]


def test_every_page_can_be_found_from_the_index() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    linked = {(DOCS / t.split("#")[0]).resolve() for t in re.findall(r"\]\(([^)\s]+)\)", index)}
    pages = {p for p in PAGES if p.is_relative_to(DOCS) and p.name != "index.md"}
    assert not {shown(p) for p in pages if p.resolve() not in linked}


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = sorted(int(p.name[:4]) for p in (DOCS / "decisions").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))
