"""The portable subset: what a `.sql` file may use, as data.

Every entry gives the same answer on DuckDB and on Spark; tests/engines/ holds the proof. Add a word here only
together with a case there. docs/explanation/portable_sql.md says the same for readers.
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PRELUDE = frozenset(
    {
        "days_between",
        "add_days",
        "add_months",
        "month_start",
        "month_end",
        "months_from",
        "age_at",
        "financial_year",
        "safe_divide",
    }
)
"""The functions that prelude/duckdb.sql and prelude/spark.sql define."""

AGGREGATES = _words("count sum min max avg bool_and bool_or stddev_samp var_samp percentile_cont grouping")

WINDOWS = _words("row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value")

SCALARS = _words(
    """
    coalesce nullif greatest least cast try_cast
    abs floor ceil round sqrt exp ln power sign
    upper lower trim ltrim rtrim length substring left right replace lpad rpad position
    year month day quarter extract make_date
    """
)

FUNCTIONS = PRELUDE | AGGREGATES | WINDOWS | SCALARS

BEFORE_BRACKET = _words(
    """
    in as over values and or not on exists filter using from join select where when then else case by all
    distinct union intersect except having between group sets like is with any decimal partition
    """
)
"""Words of SQL that may stand before a bracket and are not functions."""

INSTEAD = {
    "date_diff": "days_between(a, b)",
    "datediff": "days_between(a, b)",
    "datesub": "days_between(a, b)",
    "date_sub": "add_days(d, -n)",
    "date_add": "add_days(d, n)",
    "dateadd": "add_days(d, n) or add_months(d, n)",
    "months_between": "months_from(a, b), or age_at(birth, d) for an age",
    "age": "age_at(birth, d)",
    "date_trunc": "month_start(d)",
    "trunc": "month_start(d) for a date, FLOOR(x) for a number",
    "last_day": "month_end(d)",
    "dayofweek": "days_between(DATE '1900-01-01', d) % 7, where 0 is Monday",
    "weekday": "days_between(DATE '1900-01-01', d) % 7, where 0 is Monday",
    "isodow": "days_between(DATE '1900-01-01', d) % 7, where 0 is Monday",
    "concat": "a || b, with COALESCE where null may occur",
    "concat_ws": "a || b, with COALESCE where null may occur",
    "if": "CASE WHEN ... THEN ... ELSE ... END",
    "iff": "CASE WHEN ... THEN ... ELSE ... END",
    "ifnull": "COALESCE(a, b)",
    "nvl": "COALESCE(a, b)",
    "any_value": "MIN(x), or ROW_NUMBER over a unique order",
    "first": "ROW_NUMBER over a unique order",
    "last": "ROW_NUMBER over a unique order",
    "arg_max": "ROW_NUMBER over a unique order",
    "arg_min": "ROW_NUMBER over a unique order",
    "max_by": "ROW_NUMBER over a unique order",
    "min_by": "ROW_NUMBER over a unique order",
    "mode": "COUNT and ROW_NUMBER over a unique order",
    "median": "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY x)",
    "quantile_cont": "PERCENTILE_CONT(p) WITHIN GROUP (ORDER BY x)",
    "percentile": "PERCENTILE_CONT(p) WITHIN GROUP (ORDER BY x)",
    "count_if": "SUM(CASE WHEN ... THEN 1 ELSE 0 END), or COUNT(*) FILTER (WHERE ...)",
    "substr": "SUBSTRING(x, start, length)",
    "instr": "POSITION(x IN y)",
    "strpos": "POSITION(x IN y)",
    "starts_with": "x LIKE 'abc%'",
    "startswith": "x LIKE 'abc%'",
    "contains": "x LIKE '%abc%'",
    "len": "LENGTH(x)",
    "char_length": "LENGTH(x)",
    "ceiling": "CEIL(x)",
    "pow": "POWER(x, y)",
    "mod": "a % b",
    "log": "LN(x), because engines differ on the base",
    "now": "build.parameters.as_at",
    "current_date": "build.parameters.as_at",
    "current_timestamp": "build.parameters.as_at",
    "today": "build.parameters.as_at",
    "stddev": "STDDEV_SAMP(x)",
    "variance": "VAR_SAMP(x)",
    "string_agg": "nothing: keep one row per value",
    "listagg": "nothing: keep one row per value",
    "unnest": "nothing: keep one row per value",
    "explode": "nothing: keep one row per value",
}
"""What to write in place of a function that is not portable."""

WHOLE_NUMBERS = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT"})

_SIMPLE_TYPES = WHOLE_NUMBERS | {"BOOLEAN", "DOUBLE", "STRING", "DATE", "TIMESTAMP"}
_DECIMAL = re.compile(r"DECIMAL\((\d{1,2}),(\d{1,2})\)")

TYPES_TOLD = "BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, DOUBLE, DECIMAL(p,s), STRING, DATE, TIMESTAMP"


def portable_type(written: str) -> str | None:
    """The type in its one spelling, or None when it is not portable.

    >>> portable_type("decimal(12, 2)"), portable_type("VARCHAR")
    ('DECIMAL(12,2)', None)
    """
    spelt = re.sub(r"\s", "", written).upper()
    if spelt in _SIMPLE_TYPES:
        return spelt
    decimal = _DECIMAL.fullmatch(spelt)
    if decimal and 1 <= int(decimal[1]) <= 38 and int(decimal[2]) <= int(decimal[1]):
        return spelt
    return None
