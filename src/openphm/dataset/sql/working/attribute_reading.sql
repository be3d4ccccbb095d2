-- purpose: attributes that hold their latest recorded value: smoking, body mass index, tenure, coded frailty
-- reads: working.attribute_mark, standard.social_care_event, definitions.attribute,
--      definitions.attribute_parameter, definitions.attribute_band, definitions.code_map
-- writes: working.attribute_reading
-- grain: one row per person, attribute and unbroken time with one value
-- key: person_key, attribute_id, from_date
-- sort: person_key
-- ranges: person_key
-- columns:
--   person_key    INTEGER  the person
--   attribute_id  STRING   the attribute
--   method        STRING   how the attribute is found
--   value_text    STRING   the value, for texts
--   value_number  DOUBLE   the value, for numbers; 1 or 0 for flags
--   from_date     DATE     day it was recorded
--   to_date       DATE     day of the next record, or the end of its look-back; 9999-12-31 is open

-- Of several records of one day the highest number wins, then the first text in the alphabet.
WITH measured AS (
    SELECT
        m.person_key, m.attribute_id, m.method, m.event_date, CAST(NULL AS STRING) AS value_text,
        CAST(m.measured AS DOUBLE) AS value_number, m.lookback_months
    FROM working.attribute_mark AS m
    LEFT JOIN definitions.attribute_parameter AS low
        ON low.attribute_id = m.attribute_id AND low.parameter = 'lowest'
    LEFT JOIN definitions.attribute_parameter AS high
        ON high.attribute_id = m.attribute_id AND high.parameter = 'highest'
    WHERE m.method = 'latest_value'
        AND m.measured IS NOT NULL
        AND (low.value_number IS NULL OR m.measured >= low.value_number)
        AND (high.value_number IS NULL OR m.measured <= high.value_number)
),
judged AS (
    SELECT
        v.person_key, a.attribute_id, a.method, v.event_date, CAST(NULL AS STRING) AS value_text,
        CAST(CASE WHEN v.value_number >= t.value_number THEN 1 ELSE 0 END AS DOUBLE) AS value_number,
        a.lookback_months
    FROM measured AS v
    JOIN definitions.attribute_parameter AS s
        ON s.parameter = 'value_attribute' AND s.value_text = v.attribute_id
    JOIN definitions.attribute_parameter AS t ON t.attribute_id = s.attribute_id AND t.parameter = 'at_least'
    JOIN definitions.attribute AS a ON a.attribute_id = s.attribute_id
),
coded AS (
    SELECT
        m.person_key, m.attribute_id, m.method, m.event_date, m.value_text,
        CASE
            WHEN m.method = 'latest_value_or_code' THEN
                CAST(CASE WHEN m.role = 'onset' THEN 1 ELSE 0 END AS DOUBLE)
            WHEN m.method = 'coded_else_band' THEN b.lower_inclusive
            ELSE m.value_number
        END AS value_number,
        m.lookback_months
    FROM working.attribute_mark AS m
    LEFT JOIN definitions.attribute_band AS b
        ON b.attribute_id = m.attribute_id AND b.band = m.value_text
    WHERE m.method IN ('latest_code', 'latest_value_or_code', 'coded_else_band')
),
said AS (
    SELECT person_key, start_date AS event_date, accommodation_status AS code FROM standard.social_care_event
    UNION ALL
    SELECT person_key, start_date AS event_date, employment_status AS code FROM standard.social_care_event
),
mapped AS (
    SELECT
        s.person_key, a.attribute_id, a.method, s.event_date, k.value AS value_text,
        CAST(NULL AS DOUBLE) AS value_number, a.lookback_months
    FROM said AS s
    JOIN definitions.code_map AS k ON k.code = s.code
    JOIN definitions.attribute_parameter AS p ON p.parameter = 'map' AND p.value_text = k.map_id
    JOIN definitions.attribute AS a ON a.attribute_id = p.attribute_id AND a.method = 'latest_record'
),
recorded AS (
    SELECT person_key, attribute_id, method, event_date, value_text, value_number, lookback_months
    FROM measured
    UNION ALL
    SELECT person_key, attribute_id, method, event_date, value_text, value_number, lookback_months
    FROM judged
    UNION ALL
    SELECT person_key, attribute_id, method, event_date, value_text, value_number, lookback_months
    FROM coded
    UNION ALL
    SELECT person_key, attribute_id, method, event_date, value_text, value_number, lookback_months
    FROM mapped
),
ranked AS (
    SELECT
        person_key, attribute_id, method, event_date, value_text, value_number,
        CASE
            WHEN lookback_months IS NULL THEN DATE '9999-12-31'
            ELSE add_months(event_date, lookback_months)
        END AS until_date,
        ROW_NUMBER() OVER (
            PARTITION BY person_key, attribute_id, event_date ORDER BY value_number DESC, value_text
        ) AS position
    FROM recorded
),
followed AS (
    SELECT
        person_key, attribute_id, method, event_date, value_text, value_number,
        LEAST(until_date, COALESCE(
            LEAD(event_date) OVER (PARTITION BY person_key, attribute_id ORDER BY event_date),
            DATE '9999-12-31'
        )) AS to_date
    FROM ranked
    WHERE position = 1
),
compared AS (
    SELECT
        person_key, attribute_id, method, event_date, value_text, value_number, to_date,
        CASE
            WHEN event_date = LAG(to_date) OVER (PARTITION BY person_key, attribute_id ORDER BY event_date)
                AND value_text IS NOT DISTINCT FROM
                    LAG(value_text) OVER (PARTITION BY person_key, attribute_id ORDER BY event_date)
                AND value_number IS NOT DISTINCT FROM
                    LAG(value_number) OVER (PARTITION BY person_key, attribute_id ORDER BY event_date)
            THEN 0 ELSE 1
        END AS is_new
    FROM followed
),
numbered AS (
    SELECT
        person_key, attribute_id, method, event_date, value_text, value_number, to_date,
        SUM(is_new) OVER (
            PARTITION BY person_key, attribute_id ORDER BY event_date
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS island
    FROM compared
)
SELECT
    CAST(person_key AS INTEGER) AS person_key,
    CAST(attribute_id AS STRING) AS attribute_id,
    CAST(method AS STRING) AS method,
    CAST(value_text AS STRING) AS value_text,
    CAST(value_number AS DOUBLE) AS value_number,
    CAST(MIN(event_date) AS DATE) AS from_date,
    CAST(MAX(to_date) AS DATE) AS to_date
FROM numbered
GROUP BY person_key, attribute_id, method, value_text, value_number, island
