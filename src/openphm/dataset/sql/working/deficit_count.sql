-- purpose: how many deficits of the electronic frailty index a person has, from when to when
-- reads: working.deficit_step, person.person
-- writes: working.deficit_count
-- grain: one row per person and unbroken time with one number
-- key: person_key, from_date
-- sort: person_key
-- ranges: person_key
-- columns:
--   person_key  INTEGER  the person
--   n_deficits  INTEGER  deficits known
--   from_date   DATE     first day
--   to_date     DATE     first day with another number; 9999-12-31 is open

-- Everybody begins with 0.
WITH step AS (
    SELECT person_key, from_date AS event_date, 1 AS change FROM working.deficit_step
    UNION ALL
    SELECT person_key, COALESCE(birth_month, DATE '1900-01-01') AS event_date, 0 AS change FROM person.person
),
daily AS (
    SELECT person_key, event_date, SUM(change) AS change FROM step GROUP BY person_key, event_date
)
SELECT
    CAST(person_key AS INTEGER) AS person_key,
    CAST(SUM(change) OVER (
        PARTITION BY person_key ORDER BY event_date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS INTEGER) AS n_deficits,
    CAST(event_date AS DATE) AS from_date,
    CAST(COALESCE(
        LEAD(event_date) OVER (PARTITION BY person_key ORDER BY event_date), DATE '9999-12-31'
    ) AS DATE) AS to_date
FROM daily
