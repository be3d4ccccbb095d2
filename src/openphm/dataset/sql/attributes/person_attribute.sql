-- purpose: what holds of a person, from when to when: frailty, care home, smoking, deprivation ...
-- reads: working.attribute_flag, working.attribute_reading, working.condition_count, working.medicine_count,
--      working.deficit_count, working.frailty_level, working.place_value, definitions.attribute
-- writes: attributes.person_attribute
-- grain: one row per person, attribute and unbroken time with one value
-- key: person_key, attribute_id, from_date
-- sort: person_key, attribute_id, from_date
-- encode: attribute_id, value_text
-- ranges: person_key
-- columns:
--   person_key    INTEGER  the person
--   attribute_id  STRING   id of a file in definitions/attributes
--   value_text    STRING   the value, for texts; true for flags
--   value_number  DOUBLE   the value, for numbers
--   from_date     DATE     first day
--   to_date       DATE     first day no longer; null: still so
WITH stated AS (
    SELECT person_key, attribute_id, 'true' AS value_text, CAST(NULL AS DOUBLE) AS value_number,
        from_date, to_date
    FROM working.attribute_flag
    UNION ALL
    SELECT person_key, attribute_id, 'true' AS value_text, CAST(NULL AS DOUBLE) AS value_number,
        from_date, to_date
    FROM working.medicine_count
    UNION ALL
    SELECT r.person_key, r.attribute_id, r.value_text, r.value_number, r.from_date, r.to_date
    FROM working.attribute_reading AS r
    JOIN definitions.attribute AS a ON a.attribute_id = r.attribute_id
    WHERE a.kind <> 'flag' AND a.method <> 'coded_else_band'
    UNION ALL
    SELECT person_key, attribute_id, CAST(NULL AS STRING) AS value_text, value_number, from_date, to_date
    FROM working.condition_count
    UNION ALL
    SELECT c.person_key, a.attribute_id, CAST(NULL AS STRING) AS value_text,
        CAST(c.n_deficits AS DOUBLE) AS value_number, c.from_date, c.to_date
    FROM working.deficit_count AS c
    JOIN definitions.attribute AS a ON a.method = 'count_deficits'
    UNION ALL
    SELECT person_key, attribute_id, value_text, CAST(NULL AS DOUBLE) AS value_number, from_date, to_date
    FROM working.frailty_level
    UNION ALL
    SELECT person_key, attribute_id, value_text, value_number, from_date, DATE '9999-12-31' AS to_date
    FROM working.place_value
)
SELECT
    CAST(s.person_key AS INTEGER) AS person_key,
    CAST(s.attribute_id AS STRING) AS attribute_id,
    CAST(s.value_text AS STRING) AS value_text,
    CAST(s.value_number AS DOUBLE) AS value_number,
    CAST(s.from_date AS DATE) AS from_date,
    CAST(NULLIF(s.to_date, DATE '9999-12-31') AS DATE) AS to_date
FROM stated AS s
JOIN definitions.attribute AS a ON a.attribute_id = s.attribute_id AND a.is_stored
