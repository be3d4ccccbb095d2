"""What is wrong with a definition file, said so that its writer can mend it.

Every checker adds to one `Problems`; the loader raises once, with all of them. A problem never quotes
a row of data: definitions hold no people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from openphm.core.errors import DefinitionError, Problem, nearest


class Problems:
    """A growing list of problems, each with its place."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def add(self, where: str, found: str, *, allowed: str = "", remedy: str = "") -> None:
        """Note one problem: where it is, what stands there, what may stand there, how to mend it."""
        said = f"Allowed: {allowed}." if allowed else ""
        self._found.append(Problem(where=where, found=found, allowed=said, remedy=remedy))

    def add_unknown(self, where: str, name: str, known: Iterable[str], *, thing: str = "name") -> None:
        """Note a name that does not exist, with the nearest one that does."""
        names = sorted(set(known))
        near = nearest(name, names)
        shown = ", ".join(names) if len(names) <= 12 else f"one of {len(names)} known"
        self.add(
            where,
            f"'{name}' is not a known {thing}.",
            allowed=f"{thing}: {shown}" if names else f"no {thing} is defined yet",
            remedy=f"write '{near}' if that is what you mean"
            if near
            else f"add the {thing} or correct the name",
        )

    def raise_if_any(self) -> None:
        """Raise one DefinitionError that carries every problem; do nothing when there is none."""
        if self._found:
            raise DefinitionError.of(self._found)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)
