-- The functions in which engines differ, for DuckDB. spark.sql defines the same names.
-- Macros are stored in the build file, so that anybody who opens it can run the same SQL.
-- The engine also sets default_null_order to nulls_first_on_asc_last_on_desc, as on Spark.

CREATE OR REPLACE MACRO days_between(a, b) AS
    CAST(date_diff('day', CAST(a AS DATE), CAST(b AS DATE)) AS INTEGER);

CREATE OR REPLACE MACRO add_days(d, n) AS
    CAST(CAST(d AS DATE) + CAST(n AS INTEGER) AS DATE);

CREATE OR REPLACE MACRO add_months(d, n) AS
    CAST(CAST(d AS DATE) + to_months(CAST(n AS INTEGER)) AS DATE);

CREATE OR REPLACE MACRO month_start(d) AS
    make_date(year(CAST(d AS DATE)), month(CAST(d AS DATE)), 1);

CREATE OR REPLACE MACRO month_end(d) AS
    last_day(CAST(d AS DATE));

CREATE OR REPLACE MACRO months_from(a, b) AS
    CAST((year(CAST(b AS DATE)) - year(CAST(a AS DATE))) * 12
        + month(CAST(b AS DATE)) - month(CAST(a AS DATE)) AS INTEGER);

CREATE OR REPLACE MACRO age_at(birth, d) AS
    CAST(year(CAST(d AS DATE)) - year(CAST(birth AS DATE))
        - CASE
            WHEN month(CAST(d AS DATE)) * 100 + day(CAST(d AS DATE))
                < month(CAST(birth AS DATE)) * 100 + day(CAST(birth AS DATE)) THEN 1
            ELSE 0
        END AS INTEGER);

CREATE OR REPLACE MACRO financial_year(d) AS
    CAST(year(CAST(d AS DATE)) - CASE WHEN month(CAST(d AS DATE)) < 4 THEN 1 ELSE 0 END AS INTEGER);

CREATE OR REPLACE MACRO safe_divide(a, b) AS
    CAST(a AS DOUBLE) / nullif(CAST(b AS DOUBLE), 0);
