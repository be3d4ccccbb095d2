"""Check that `.sql` files keep to the portable subset, and say how to mend those that do not.

    python -m openphm.store.lint PATH...

PATH is a `.sql` file or a folder of them. The rules and the header format are written down in
docs/explanation/portable_sql.md; the words that are allowed are in portable.py. In short:

    -- purpose: one sentence
    -- reads: standard.gp_event, build.parameters
    -- writes: conditions.person_condition
    -- grain: one row per person, condition and spell
    -- key: person_key, condition_id, spell_number
    -- sort: person_key, condition_id               (optional)
    -- encode: condition_id, found_in               (optional)
    -- ranges: person_key                           (optional)
    -- columns:
    --   person_key     INTEGER   the person in this build
    --   condition_id   STRING    id of a file in definitions/conditions

then one SELECT (CTEs allowed) whose final list is `CAST(... AS TYPE) AS name` for each column of the header,
in that order.

The words are checked on the tokens, as written, and the constructs on SQLGlot's syntax tree. Nothing is
translated. All problems of all files are told at once.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token

from openphm.core.errors import Problem, StoreError
from openphm.store.header import Header, SqlFile, in_order, parse_header
from openphm.store.lint_final import check_final_select
from openphm.store.lint_tree import check_tree
from openphm.store.lint_words import check_words
from openphm.store.sql_tree import ColumnTypes

_NO_COLUMNS: ColumnTypes = {}


def lint_text(text: str, where: str, known: ColumnTypes = _NO_COLUMNS) -> list[Problem]:
    """All problems of one file's text.

    known   column types of the tables it may read, by table; lets the lint see fractions behind names
    """
    header, problems = parse_header(text, where)
    try:
        tokens = sqlglot.tokenize(text)
        statements = sqlglot.parse(text)
    except SqlglotError as error:
        return [*problems, _unreadable(error, where)]
    problems += check_words(tokens, where)
    selects = [statement for statement in statements if statement is not None]
    if len(selects) != 1 or not isinstance(selects[0], exp.Query):
        found = (
            f"the file has {len(selects)} statements" if len(selects) != 1 else "the statement is no SELECT"
        )
        return [
            *problems,
            Problem(where, found, "A file is one SELECT.", "move a second table to its own file"),
        ]
    problems += check_tree(selects[0], where, known)
    if header is not None:
        problems += _check_reads(selects[0], header, where)
        problems += check_final_select(selects[0], header, where)
    return _in_reading_order(problems, tokens)


def lint(paths: Iterable[Path]) -> tuple[int, list[Problem]]:
    """How many files were read, and all problems in them and between them."""
    files = [file for path in paths for file in (sorted(path.rglob("*.sql")) if path.is_dir() else [path])]
    texts = {file: file.read_text("utf-8") for file in files}
    headers = {file: header for file, text in texts.items() if (header := parse_header(text, file.name)[0])}
    known = {
        header.writes: {column.name: column.type for column in header.columns} for header in headers.values()
    }
    problems = [problem for file in files for problem in lint_text(texts[file], file.name, known)]
    problems += _check_between(headers)
    return len(files), problems


def _check_between(headers: Mapping[Path, Header]) -> list[Problem]:
    """One writer per table, no circles, and readers that agree on the columns there are."""
    problems: list[Problem] = []
    writers: dict[str, Path] = {}
    for file, header in headers.items():
        if header.writes in writers:
            found = f"writes {header.writes}, which {writers[header.writes].name} writes too"
            problems.append(
                Problem(file.name, found, "One file writes a table.", "merge the two, or rename one table")
            )
        writers.setdefault(header.writes, file)
    try:
        in_order(SqlFile(file, header, "") for file, header in headers.items())
    except StoreError as error:
        problems += error.problems
    return problems


def _check_reads(select: exp.Query, header: Header, where: str) -> list[Problem]:
    """The header's reads are the tables of the SELECT, no more and no fewer."""
    named = {f"{table.db}.{table.name}" for table in select.find_all(exp.Table) if table.db}
    problems = [
        Problem(where, f"the SELECT reads {table}, and the header does not say so", remedy="add it to reads")
        for table in sorted(named - set(header.reads))
    ]
    problems += [
        Problem(
            where, f"the header says it reads {table}, and the SELECT does not", remedy="take it out of reads"
        )
        for table in sorted(set(header.reads) - named)
    ]
    return problems


def _unreadable(error: SqlglotError, where: str) -> Problem:
    details = getattr(error, "errors", None) or [{}]
    line, said = details[0].get("line"), details[0].get("description") or str(error).splitlines()[0]
    place = f"{where}, line {line}" if line else where
    return Problem(
        place, f"the SQL cannot be read: {said}", remedy="look at the words just before that place"
    )


def _in_reading_order(problems: Sequence[Problem], tokens: Sequence[Token]) -> list[Problem]:
    """By line where a line is known; problems of the whole file first. Repeats are told once."""
    last = tokens[-1].line if tokens else 0

    def line(problem: Problem) -> int:
        number = problem.where.rpartition(", line ")[2]
        return min(int(number), last) if number.isdigit() else 0

    return sorted(dict.fromkeys(problems), key=line)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: print every problem, answer 1 when there is any."""
    paths = [Path(argument) for argument in (sys.argv[1:] if arguments is None else arguments)]
    missing = [path for path in paths if not path.exists()]
    if missing or not paths:
        sys.stderr.write("usage: python -m openphm.store.lint PATH...\n")
        sys.stderr.writelines(f"there is no {path}\n" for path in missing)
        return 2
    n, problems = lint(paths)
    for problem in problems:
        sys.stdout.write("\n".join(problem.lines()) + "\n")
    sys.stdout.write(f"SQL lint: {n} files, {len(problems)} problems\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
