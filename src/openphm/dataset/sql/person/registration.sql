-- purpose: when a person was registered, and where: the denominator of everything
-- reads: standard.gp_registration, person.person
-- writes: person.registration
-- grain: one row per person and spell at one practice; spells of a person do not overlap
-- key: person_key, start_date
-- sort: person_key, start_date
-- columns:
--   person_key     INTEGER  the person in this build
--   practice_code  STRING   the practice
--   start_date     DATE     first day registered
--   end_date       DATE     first day no longer registered; null while open
--   source_rule    STRING   extract, or the rule that made the spell where the source has none

-- Temporary patients are registered elsewhere as well, so only regular registrations count. Where two
-- spells overlap the one that started last wins from its first day. The day of death is the last day.
WITH regular AS (
    SELECT
        r.person_key,
        r.practice_code,
        r.start_date,
        r.end_date,
        r.source_rule,
        ROW_NUMBER() OVER (
            PARTITION BY r.person_key, r.start_date
            ORDER BY CASE WHEN r.end_date IS NULL THEN 0 ELSE 1 END, r.end_date DESC, r.practice_code, r.row_id
        ) AS position
    FROM standard.gp_registration AS r
    WHERE r.registration_type = 'Regular' AND r.start_date IS NOT NULL
),
followed AS (
    SELECT
        r.person_key,
        r.practice_code,
        r.start_date,
        r.end_date,
        r.source_rule,
        LEAD(r.start_date) OVER (PARTITION BY r.person_key ORDER BY r.start_date) AS next_start
    FROM regular AS r
    WHERE r.position = 1
),
ended AS (
    SELECT
        f.person_key,
        f.practice_code,
        f.start_date,
        f.source_rule,
        LEAST(
            COALESCE(f.end_date, DATE '9999-12-31'),
            COALESCE(f.next_start, DATE '9999-12-31'),
            COALESCE(add_days(p.death_date, 1), DATE '9999-12-31')
        ) AS end_date
    FROM followed AS f
    JOIN person.person AS p ON p.person_key = f.person_key
)
SELECT
    CAST(e.person_key AS INTEGER) AS person_key,
    CAST(e.practice_code AS STRING) AS practice_code,
    CAST(e.start_date AS DATE) AS start_date,
    CAST(NULLIF(e.end_date, DATE '9999-12-31') AS DATE) AS end_date,
    CAST(COALESCE(e.source_rule, 'extract') AS STRING) AS source_rule
FROM ended AS e
WHERE e.end_date > e.start_date
