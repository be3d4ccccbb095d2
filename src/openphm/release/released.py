"""Released: a result after disclosure control, and the function that makes one.

A table of one row a person never passes through `secondary_use`: see `person_rows`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from openphm.core.errors import AccessRefused
from openphm.core.results import Cell, Provenance, Result, Scalar
from openphm.release.complementary import also_hidden
from openphm.release.deciding import HIDDEN_FIGURE, Figure, decide_row
from openphm.release.notebook import as_notebook
from openphm.release.overlap import Overlap, in_words, too_close
from openphm.release.rule import DisclosureRule

_SEAL = object()
SUPPRESSED = "suppressed"

Item = Figure | Scalar


Kind = TypeVar("Kind", bound="Released")


class Released:
    """A table that may leave. Only `secondary_use` and `person_rows` can make one."""

    def __init__(
        self,
        seal: object,
        *,
        question: str,
        columns: tuple[str, ...],
        rows: tuple[tuple[Item, ...], ...],
        provenance: Provenance,
        notes: tuple[str, ...],
    ) -> None:
        if seal is not _SEAL:
            raise TypeError("only openphm.release makes a Released, with secondary_use or for person rows")
        self.question = question
        self.columns = columns
        self.rows = rows
        self.provenance = provenance
        self.notes = notes

    def __len__(self) -> int:
        return len(self.rows)

    def records(self) -> Iterator[dict[str, Scalar]]:
        """Rows as dictionaries of plain values, with `suppressed` (true or false) when there are figures."""
        for row in self.rows:
            record: dict[str, Scalar] = dict(zip(self.columns, map(_plain, row), strict=True))
            if self.has_figures:
                record[SUPPRESSED] = is_suppressed(row)
            yield record

    @property
    def has_figures(self) -> bool:
        """False for a table of labels only, such as a list of builds."""
        return any(isinstance(item, Figure) for row in self.rows for item in row)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return as_notebook(self.question, self.columns, self.rows, source=self.provenance, notes=self.notes)


def secondary_use(result: Result, rule: DisclosureRule, *, overlaps: Sequence[Overlap] = ()) -> Released:
    """Apply a disclosure rule to every figure of a result.

    overlaps: how the group asked about overlaps with those this user asked about before. When one of them
    differs by too few people, every figure is hidden, because the difference would be theirs.

    Raises AccessRefused for a result of one row a person.
    """
    if result.grain == "person":
        raise AccessRefused(
            result.question,
            "this answer has one row a person",
            "Rows about people leave for direct care, or into an approved workspace.",
            "ask for counts, or release it with openphm.release.direct_care",
        )
    decided = [decide_row(row, rule) for row in result.rows]
    notes = [*result.notes, rule.in_words]
    close = [] if rule.method == "none" else too_close(overlaps, rule)
    if close:
        hidden = {place for place, cell in _cells(result) if cell.value is not None}
        notes.append(in_words(close))
    else:
        by_rule = {
            (number, column)
            for number, row in enumerate(decided)
            for column, item in enumerate(row)
            if isinstance(item, Figure) and item.is_suppressed
        }
        hidden = also_hidden(result, rule, by_rule)
        if hidden:
            notes.append("Further figures are hidden (*) so that no total gives away a small one.")
    for number, column in hidden:
        decided[number][column] = HIDDEN_FIGURE
    return Released(
        _SEAL,
        question=result.question,
        columns=result.columns,
        rows=tuple(map(tuple, decided)),
        provenance=result.provenance.under(rule.id),
        notes=tuple(notes),
    )


def seal_rows(
    kind: type[Kind], result: Result, *, rows: tuple[tuple[Item, ...], ...], rule: str, notes: tuple[str, ...]
) -> Kind:
    """A table of rows about people, once it was decided that they may go. For `person_rows` alone."""
    return kind(
        _SEAL,
        question=result.question,
        columns=result.columns,
        rows=rows,
        provenance=result.provenance.under(rule),
        notes=notes,
    )


def _cells(result: Result) -> Iterator[tuple[tuple[int, int], Cell]]:
    for number, row in enumerate(result.rows):
        for column, item in enumerate(row):
            if isinstance(item, Cell):
                yield (number, column), item


def _plain(item: Item) -> Scalar:
    return item.value if isinstance(item, Figure) else item


def is_suppressed(row: tuple[Item, ...]) -> bool:
    """True when any figure of a row is hidden."""
    return any(isinstance(item, Figure) and item.is_suppressed for item in row)
