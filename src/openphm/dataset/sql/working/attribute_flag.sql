-- purpose: from when to when each flag holds, all sources together, without overlaps
-- reads: working.attribute_held, working.social_care_held, working.use_held, working.waiting_held,
--      working.referral_held, working.address_held, working.attribute_reading, definitions.attribute,
--      definitions.attribute_parameter, person.person
-- writes: working.attribute_flag
-- grain: one row per person, attribute and unbroken time
-- key: person_key, attribute_id, from_date
-- sort: person_key
-- ranges: person_key
-- columns:
--   person_key    INTEGER  the person
--   attribute_id  STRING   the attribute
--   from_date     DATE     first day
--   to_date       DATE     first day no longer; 9999-12-31 is open

-- An attribute with a youngest or oldest age holds only between the birthdays.
WITH lowest AS (
    SELECT attribute_id, MAX(value_number) AS level
    FROM definitions.attribute_parameter
    WHERE parameter = 'rockwood_cfs_at_least'
    GROUP BY attribute_id
),
held AS (
    SELECT person_key, attribute_id, from_date, to_date FROM working.attribute_held
    UNION ALL SELECT person_key, attribute_id, from_date, to_date FROM working.social_care_held
    UNION ALL SELECT person_key, attribute_id, from_date, to_date FROM working.use_held
    UNION ALL SELECT person_key, attribute_id, from_date, to_date FROM working.waiting_held
    UNION ALL SELECT person_key, attribute_id, from_date, to_date FROM working.referral_held
    UNION ALL SELECT person_key, attribute_id, from_date, to_date FROM working.address_held
    UNION ALL
    SELECT r.person_key, r.attribute_id, r.from_date, r.to_date
    FROM working.attribute_reading AS r
    JOIN definitions.attribute AS a ON a.attribute_id = r.attribute_id AND a.kind = 'flag'
    WHERE r.value_number > 0
    UNION ALL
    SELECT r.person_key, l.attribute_id, r.from_date, r.to_date
    FROM working.attribute_reading AS r
    JOIN lowest AS l ON r.attribute_id = 'rockwood_cfs' AND r.value_number >= l.level
),
aged AS (
    SELECT
        h.person_key,
        h.attribute_id,
        CASE
            WHEN a.min_age IS NULL OR p.birth_month IS NULL THEN h.from_date
            ELSE GREATEST(h.from_date, add_months(p.birth_month, 12 * a.min_age))
        END AS from_date,
        CASE
            WHEN a.max_age IS NULL OR p.birth_month IS NULL THEN h.to_date
            ELSE LEAST(h.to_date, add_months(p.birth_month, 12 * (a.max_age + 1)))
        END AS to_date
    FROM held AS h
    JOIN definitions.attribute AS a ON a.attribute_id = h.attribute_id
    JOIN person.person AS p ON p.person_key = h.person_key
),
reached AS (
    SELECT
        person_key, attribute_id, from_date, to_date,
        MAX(to_date) OVER (
            PARTITION BY person_key, attribute_id ORDER BY from_date, to_date
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS to_before
    FROM aged
    WHERE to_date > from_date
),
-- RANGE: equal rows are in one island, whichever the engine puts first.
numbered AS (
    SELECT
        person_key, attribute_id, from_date, to_date,
        SUM(CASE WHEN to_before IS NULL OR from_date > to_before THEN 1 ELSE 0 END) OVER (
            PARTITION BY person_key, attribute_id ORDER BY from_date, to_date
            RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS island
    FROM reached
)
SELECT
    CAST(person_key AS INTEGER) AS person_key,
    CAST(attribute_id AS STRING) AS attribute_id,
    CAST(MIN(from_date) AS DATE) AS from_date,
    CAST(MAX(to_date) AS DATE) AS to_date
FROM numbered
GROUP BY person_key, attribute_id, island
