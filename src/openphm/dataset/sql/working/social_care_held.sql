-- purpose: from when to when social care says that an attribute holds
-- reads: standard.social_care_event, definitions.attribute, definitions.attribute_parameter
-- writes: working.social_care_held
-- grain: one row per person, attribute and record that says so
-- key: none
-- ranges: person_key
-- columns:
--   person_key    INTEGER  the person
--   attribute_id  STRING   the attribute
--   from_date     DATE     first day
--   to_date       DATE     first day no longer; 9999-12-31 is open

-- service_types      while such a service is open, for one of primary_support_reasons where these are given
-- client_types       from the record on, for the attribute's look-back
-- accommodation_statuses   until a record says another status, or for the look-back
WITH wanted AS (
    SELECT p.attribute_id, p.parameter, p.value_text, a.lookback_months
    FROM definitions.attribute_parameter AS p
    JOIN definitions.attribute AS a ON a.attribute_id = p.attribute_id
),
reasoned AS (
    SELECT DISTINCT attribute_id FROM wanted WHERE parameter = 'primary_support_reasons'
),
service AS (
    SELECT
        s.person_key,
        t.attribute_id,
        s.start_date AS from_date,
        COALESCE(add_days(s.end_date, 1), DATE '9999-12-31') AS to_date
    FROM standard.social_care_event AS s
    JOIN wanted AS t ON t.parameter = 'service_types' AND t.value_text = s.service_type
    LEFT JOIN reasoned AS n ON n.attribute_id = t.attribute_id
    LEFT JOIN wanted AS r
        ON r.attribute_id = t.attribute_id
        AND r.parameter = 'primary_support_reasons'
        AND r.value_text = s.primary_support_reason
    WHERE s.event_type = 'Service' AND (n.attribute_id IS NULL OR r.attribute_id IS NOT NULL)
),
client AS (
    SELECT
        s.person_key,
        t.attribute_id,
        s.start_date AS from_date,
        CASE
            WHEN t.lookback_months IS NULL THEN DATE '9999-12-31'
            ELSE add_months(GREATEST(s.start_date, COALESCE(s.end_date, s.start_date)), t.lookback_months)
        END AS to_date
    FROM standard.social_care_event AS s
    JOIN wanted AS t ON t.parameter = 'client_types' AND t.value_text = s.client_type
),
lived AS (
    SELECT person_key, start_date, MIN(accommodation_status) AS accommodation_status
    FROM standard.social_care_event
    WHERE accommodation_status IS NOT NULL AND accommodation_status <> 'Unknown'
    GROUP BY person_key, start_date
),
followed AS (
    SELECT
        person_key, start_date, accommodation_status,
        LEAD(start_date) OVER (PARTITION BY person_key ORDER BY start_date) AS next_date
    FROM lived
),
accommodation AS (
    SELECT
        f.person_key,
        t.attribute_id,
        f.start_date AS from_date,
        LEAST(
            COALESCE(f.next_date, DATE '9999-12-31'),
            CASE
                WHEN t.lookback_months IS NULL THEN DATE '9999-12-31'
                ELSE add_months(f.start_date, t.lookback_months)
            END
        ) AS to_date
    FROM followed AS f
    JOIN wanted AS t ON t.parameter = 'accommodation_statuses' AND t.value_text = f.accommodation_status
),
held AS (
    SELECT person_key, attribute_id, from_date, to_date FROM service
    UNION ALL SELECT person_key, attribute_id, from_date, to_date FROM client
    UNION ALL SELECT person_key, attribute_id, from_date, to_date FROM accommodation
)
SELECT
    CAST(person_key AS INTEGER) AS person_key,
    CAST(attribute_id AS STRING) AS attribute_id,
    CAST(from_date AS DATE) AS from_date,
    CAST(to_date AS DATE) AS to_date
FROM held
WHERE to_date > from_date
