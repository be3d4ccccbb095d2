-- purpose: from when to when an attribute holds, from codes and medicines; a code that ends it ends it
-- reads: working.attribute_mark
-- writes: working.attribute_held
-- grain: one row per person, attribute and entry that says so
-- key: none
-- ranges: person_key
-- columns:
--   person_key    INTEGER  the person
--   attribute_id  STRING   the attribute
--   from_date     DATE     the day of the entry
--   to_date       DATE     end of its look-back, or of a code that ends it; 9999-12-31 is never
WITH mark AS (
    SELECT person_key, attribute_id, event_date, role, lookback_months
    FROM working.attribute_mark
    WHERE method IN ('any_code', 'any_medicine', 'any_condition', 'care_home', 'mental_health_flag')
),
closed AS (
    SELECT
        person_key, attribute_id, event_date, role, lookback_months,
        MIN(CASE WHEN role = 'resolved' THEN event_date END) OVER (
            PARTITION BY person_key, attribute_id
            ORDER BY event_date, CASE WHEN role = 'resolved' THEN 1 ELSE 0 END
            ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS closing_date
    FROM mark
)
SELECT
    CAST(person_key AS INTEGER) AS person_key,
    CAST(attribute_id AS STRING) AS attribute_id,
    CAST(event_date AS DATE) AS from_date,
    CAST(LEAST(
        CASE
            WHEN lookback_months IS NULL THEN DATE '9999-12-31'
            ELSE add_months(event_date, lookback_months)
        END,
        COALESCE(closing_date, DATE '9999-12-31')
    ) AS DATE) AS to_date
FROM closed
WHERE role = 'onset'
