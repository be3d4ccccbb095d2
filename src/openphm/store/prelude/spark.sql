-- The functions in which engines differ, for Apache Spark with ANSI rules and the time zone UTC.
-- duckdb.sql defines the same names. add_months is Spark's own and answers the same.
-- They are kept in a database called openphm, as a view may not use a temporary function.

CREATE OR REPLACE FUNCTION days_between(a DATE, b DATE) RETURNS INT
    RETURN datediff(b, a);

CREATE OR REPLACE FUNCTION add_days(d DATE, n INT) RETURNS DATE
    RETURN date_add(d, n);

CREATE OR REPLACE FUNCTION month_start(d DATE) RETURNS DATE
    RETURN make_date(year(d), month(d), 1);

CREATE OR REPLACE FUNCTION month_end(d DATE) RETURNS DATE
    RETURN last_day(d);

CREATE OR REPLACE FUNCTION months_from(a DATE, b DATE) RETURNS INT
    RETURN (year(b) - year(a)) * 12 + month(b) - month(a);

CREATE OR REPLACE FUNCTION age_at(birth DATE, d DATE) RETURNS INT
    RETURN year(d) - year(birth)
        - CASE WHEN month(d) * 100 + day(d) < month(birth) * 100 + day(birth) THEN 1 ELSE 0 END;

CREATE OR REPLACE FUNCTION financial_year(d DATE) RETURNS INT
    RETURN year(d) - CASE WHEN month(d) < 4 THEN 1 ELSE 0 END;

CREATE OR REPLACE FUNCTION safe_divide(a DOUBLE, b DOUBLE) RETURNS DOUBLE
    RETURN a / nullif(b, 0);
