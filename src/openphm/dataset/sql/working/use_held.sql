-- purpose: from when to when a condition or the use of a service says that an attribute holds
-- reads: conditions.person_condition, activity.event, definitions.attribute_condition,
--      definitions.attribute_parameter
-- writes: working.use_held
-- grain: one row per person, attribute and spell or event that says so
-- key: none
-- ranges: person_key
-- columns:
--   person_key    INTEGER  the person
--   attribute_id  STRING   the attribute
--   from_date     DATE     first day
--   to_date       DATE     first day no longer; 9999-12-31 is open
WITH months AS (
    SELECT attribute_id, MAX(value_number) AS months
    FROM definitions.attribute_parameter
    WHERE parameter = 'activity_within_months'
    GROUP BY attribute_id
),
used AS (
    SELECT p.attribute_id, p.value_text AS point_of_delivery, CAST(FLOOR(m.months) AS INTEGER) AS months
    FROM definitions.attribute_parameter AS p
    JOIN months AS m ON m.attribute_id = p.attribute_id
    WHERE p.parameter = 'activity'
),
held AS (
    SELECT c.person_key, a.attribute_id, c.start_date AS from_date,
        COALESCE(c.resolved_date, DATE '9999-12-31') AS to_date
    FROM conditions.person_condition AS c
    JOIN definitions.attribute_condition AS a ON a.condition_id = c.condition_id
    UNION ALL
    SELECT e.person_key, u.attribute_id, e.event_date AS from_date,
        add_months(GREATEST(e.event_date, COALESCE(e.end_date, e.event_date)), u.months) AS to_date
    FROM activity.event AS e
    JOIN used AS u ON u.point_of_delivery = e.point_of_delivery
)
SELECT
    CAST(person_key AS INTEGER) AS person_key,
    CAST(attribute_id AS STRING) AS attribute_id,
    CAST(from_date AS DATE) AS from_date,
    CAST(to_date AS DATE) AS to_date
FROM held
WHERE to_date > from_date
