"""The little Markdown that the generated pages need."""

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; bars and line ends in a value are made harmless."""

    def line(values: Sequence[object]) -> str:
        return "| " + " | ".join(cell(value) for value in values) + " |"

    return "\n".join([line(head), "|" + "---|" * len(head), *(line(row) for row in rows)])


def cell(value: object) -> str:
    return " ".join(str("" if value is None else value).replace("|", "\\|").split())


def code(value: object) -> str:
    return f"`{value}`" if value not in (None, "") else ""


def page(*parts: str) -> str:
    """Blocks of a page with a line between; the first line says that it is generated."""
    return "\n\n".join(part for part in parts if part) + "\n"


GENERATED = "*Written by `make docs` from the program. Do not edit.*"
