-- The functions in which engines differ, for Apache Spark with ANSI rules and the time zone UTC.
-- duckdb.sql defines the same names. add_months is Spark's own and answers the same.

CREATE OR REPLACE TEMPORARY FUNCTION days_between(a DATE, b DATE) RETURNS INT
    RETURN datediff(b, a);

CREATE OR REPLACE TEMPORARY FUNCTION add_days(d DATE, n INT) RETURNS DATE
    RETURN date_add(d, n);

CREATE OR REPLACE TEMPORARY FUNCTION month_start(d DATE) RETURNS DATE
    RETURN make_date(year(d), month(d), 1);

CREATE OR REPLACE TEMPORARY FUNCTION month_end(d DATE) RETURNS DATE
    RETURN last_day(d);

CREATE OR REPLACE TEMPORARY FUNCTION months_from(a DATE, b DATE) RETURNS INT
    RETURN (year(b) - year(a)) * 12 + month(b) - month(a);

CREATE OR REPLACE TEMPORARY FUNCTION age_at(birth DATE, d DATE) RETURNS INT
    RETURN year(d) - year(birth)
        - CASE WHEN month(d) * 100 + day(d) < month(birth) * 100 + day(birth) THEN 1 ELSE 0 END;

CREATE OR REPLACE TEMPORARY FUNCTION financial_year(d DATE) RETURNS INT
    RETURN year(d) - CASE WHEN month(d) < 4 THEN 1 ELSE 0 END;

CREATE OR REPLACE TEMPORARY FUNCTION safe_divide(a DOUBLE, b DOUBLE) RETURNS DOUBLE
    RETURN a / nullif(b, 0);
