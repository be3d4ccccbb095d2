"""The part of the SQL lint that looks at words as they are written.

SQLGlot's tree has one node for several spellings (`CEIL`, `CEILING`) and forgets which was used; the
engines do not forgive that, so functions, types and literals are checked on the tokens.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot.tokens import Token, TokenType

from openphm.core.errors import Problem, nearest
from openphm.store.portable import BEFORE_BRACKET, FUNCTIONS, INSTEAD, TYPES_TOLD, portable_type

_DATES = "dates and ranges come from the one-row table build.parameters"
_MARKS = {
    "?": ("a placeholder (?)", _DATES),
    "{": ("a placeholder or struct ({)", _DATES),
    "}": ("a placeholder or struct (})", _DATES),
    ":": ("a placeholder or slice (:)", _DATES),
    "@": ("a variable (@)", _DATES),
    "::": ("a cast written ::", "CAST(x AS TYPE)"),
    "[": ("a list or index ([)", "one row per value"),
    "==": ("==", "="),
    "//": ("//", "FLOOR(safe_divide(a, b))"),
    "`": ("a quoted name (`)", "a plain lower-case name"),
    "->": ("a lambda or JSON path (->)", "plain columns"),
    "~": ("a regular expression (~)", "LIKE or SUBSTRING"),
}
_BARE_WORDS = frozenset(
    {"current_date", "current_timestamp", "current_time", "localtimestamp", "ilike", "rlike"}
)


def check_words(tokens: Sequence[Token], where: str) -> list[Problem]:
    """Every word, mark and type of a file that is not in the portable subset."""
    problems: list[Problem] = []
    for position, token in enumerate(tokens):
        place = f"{where}, line {token.line}"
        problems += _check_mark(token, place)
        if _opens(tokens, position + 1) and _is_word(token):
            problems += _check_function(tokens, position, place)
        elif token.text.lower() in _BARE_WORDS and token.token_type != TokenType.STRING:
            problems.append(_not_portable(token.text.lower(), place))
    return problems


def _check_mark(token: Token, place: str) -> list[Problem]:
    if token.token_type == TokenType.STRING:
        if "\\" in token.text:
            return [
                Problem(
                    place,
                    "a backslash in a text",
                    "Spark reads it as an escape, DuckDB as a backslash.",
                    "leave it out",
                )
            ]
        return []
    if token.token_type == TokenType.IDENTIFIER:
        return [
            Problem(
                place,
                f'"{token.text}" is in double quotes',
                "Spark reads them as a text.",
                "write a plain lower-case name, or single quotes round a text",
            )
        ]
    mark = token.text if token.text in _MARKS else "?" if token.text.startswith("$") else ""
    if mark:
        found, remedy = _MARKS[mark]
        return [Problem(place, f"{found} is not in the portable subset", remedy=f"write {remedy}")]
    return []


def _check_function(tokens: Sequence[Token], position: int, place: str) -> list[Problem]:
    word = tokens[position].text.lower()
    if word in {"cast", "try_cast"}:
        return _check_cast(tokens, position + 1, place)
    if word in FUNCTIONS or word in BEFORE_BRACKET or _is_alias(tokens, position):
        return []
    return [_not_portable(word, place)]


def _check_cast(tokens: Sequence[Token], opening: int, place: str) -> list[Problem]:
    """The type of a CAST, as written between its last AS and its closing bracket."""
    depth, last_as = 0, None
    for position in range(opening, len(tokens)):
        text = tokens[position].text
        if text == "(" and tokens[position].token_type == TokenType.L_PAREN:
            depth += 1
        elif text == ")" and tokens[position].token_type == TokenType.R_PAREN:
            depth -= 1
            if depth == 0:
                break
        elif depth == 1 and tokens[position].token_type == TokenType.ALIAS:
            last_as = position
    else:
        return []
    if last_as is None:
        return [Problem(place, "a CAST without AS", remedy="write CAST(x AS TYPE)")]
    written = "".join(token.text for token in tokens[last_as + 1 : position])
    if portable_type(written):
        return []
    close = {
        "VARCHAR": "STRING",
        "TEXT": "STRING",
        "INT": "INTEGER",
        "FLOAT": "DOUBLE",
        "NUMERIC": "DECIMAL(p,s)",
    }
    hint = close.get(written.upper().partition("(")[0]) or "one of them"
    return [Problem(place, f"the type {written} is not portable", f"{TYPES_TOLD}.", f"write {hint}")]


def _not_portable(word: str, place: str) -> Problem:
    close = nearest(word, FUNCTIONS)
    remedy = INSTEAD.get(word) or (f"{close.upper()}, if that was meant" if close else "")
    return Problem(
        place,
        f"{word} is not a function of the portable subset",
        "It is missing, spelt otherwise or answers otherwise on DuckDB or on Spark.",
        f"write {remedy}" if remedy else "see the functions in docs/explanation/portable_sql.md",
    )


def _opens(tokens: Sequence[Token], position: int) -> bool:
    return position < len(tokens) and tokens[position].token_type == TokenType.L_PAREN


def _is_word(token: Token) -> bool:
    return (
        token.token_type != TokenType.STRING
        and token.text.replace("_", "a").isalnum()
        and token.text[0].isalpha()
    )


def _is_alias(tokens: Sequence[Token], position: int) -> bool:
    """Whether the word names a list of columns: `AS t (a, b)` or `WITH t (a, b) AS`."""
    before = tokens[position - 1] if position else None
    return before is not None and before.token_type in {TokenType.ALIAS, TokenType.WITH}
