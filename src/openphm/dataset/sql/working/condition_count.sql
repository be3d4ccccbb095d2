-- purpose: how many counted conditions a person lives with, from when to when
-- reads: conditions.person_condition, definitions.condition, definitions.attribute, person.person
-- writes: working.condition_count
-- grain: one row per person, attribute and unbroken time with one number
-- key: person_key, attribute_id, from_date
-- sort: person_key
-- ranges: person_key
-- columns:
--   person_key    INTEGER  the person
--   attribute_id  STRING   the attribute
--   value_number  DOUBLE   number of count groups with a current condition
--   from_date     DATE     first day
--   to_date       DATE     first day with another number; 9999-12-31 is open

-- Conditions of one count group (cancer and metastatic cancer) count as one. Everybody begins with 0.
WITH counted AS (
    SELECT
        c.person_key,
        d.count_group,
        c.start_date AS from_date,
        COALESCE(c.resolved_date, DATE '9999-12-31') AS to_date
    FROM conditions.person_condition AS c
    JOIN definitions.condition AS d ON d.condition_id = c.condition_id
    WHERE d.is_counted AND (c.resolved_date IS NULL OR c.resolved_date > c.start_date)
),
reached AS (
    SELECT
        person_key, count_group, from_date, to_date,
        MAX(to_date) OVER (
            PARTITION BY person_key, count_group ORDER BY from_date, to_date
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS to_before
    FROM counted
),
numbered AS (
    SELECT
        person_key, count_group, from_date, to_date,
        SUM(CASE WHEN to_before IS NULL OR from_date > to_before THEN 1 ELSE 0 END) OVER (
            PARTITION BY person_key, count_group ORDER BY from_date, to_date
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS island
    FROM reached
),
island AS (
    SELECT person_key, MIN(from_date) AS from_date, MAX(to_date) AS to_date
    FROM numbered
    GROUP BY person_key, count_group, island
),
step AS (
    SELECT person_key, from_date AS event_date, 1 AS change FROM island
    UNION ALL
    SELECT person_key, to_date AS event_date, -1 AS change FROM island WHERE to_date < DATE '9999-12-31'
    UNION ALL
    SELECT person_key, COALESCE(birth_month, DATE '1900-01-01') AS event_date, 0 AS change FROM person.person
),
daily AS (
    SELECT person_key, event_date, SUM(change) AS change FROM step GROUP BY person_key, event_date
),
running AS (
    SELECT
        person_key,
        event_date,
        SUM(change) OVER (
            PARTITION BY person_key ORDER BY event_date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS total,
        LEAD(event_date) OVER (PARTITION BY person_key ORDER BY event_date) AS next_date
    FROM daily
)
SELECT
    CAST(r.person_key AS INTEGER) AS person_key,
    CAST(a.attribute_id AS STRING) AS attribute_id,
    CAST(r.total AS DOUBLE) AS value_number,
    CAST(r.event_date AS DATE) AS from_date,
    CAST(COALESCE(r.next_date, DATE '9999-12-31') AS DATE) AS to_date
FROM running AS r
JOIN definitions.attribute AS a ON a.method = 'count_conditions'
