-- purpose: how frail a person is, from when to when: what a clinician coded, else the band of the index
-- reads: working.deficit_count, working.attribute_reading, definitions.attribute, definitions.attribute_band,
--      definitions.attribute_parameter, person.person
-- writes: working.frailty_level
-- grain: one row per person, attribute and unbroken time with one level
-- key: person_key, attribute_id, from_date
-- sort: person_key
-- ranges: person_key
-- columns:
--   person_key    INTEGER  the person
--   attribute_id  STRING   the attribute
--   value_text    STRING   the band: fit, mild, moderate or severe
--   from_date     DATE     first day
--   to_date       DATE     first day with another level; 9999-12-31 is open

-- The days on which anything changes: a deficit, a coded level, the birthday from which codes count. On each
-- of them the level is looked up, and days without a change of level are put together.
WITH scheme AS (
    SELECT
        a.attribute_id,
        CAST(FLOOR(COALESCE(MAX(CASE WHEN p.parameter = 'coded_min_age' THEN p.value_number END), 0)) AS INTEGER)
            AS coded_min_age,
        MAX(CASE WHEN p.parameter = 'deficits_in_index' THEN p.value_number END) AS deficits_in_index
    FROM definitions.attribute AS a
    LEFT JOIN definitions.attribute_parameter AS p ON p.attribute_id = a.attribute_id
    WHERE a.method = 'coded_else_band'
    GROUP BY a.attribute_id
),
band AS (
    SELECT s.attribute_id, s.deficits_in_index, b.band, b.lower_inclusive, b.upper_exclusive
    FROM definitions.attribute_band AS b
    JOIN scheme AS s ON s.attribute_id = b.attribute_id
),
indexed AS (
    SELECT c.person_key, b.attribute_id, b.band, c.from_date, c.to_date
    FROM working.deficit_count AS c
    JOIN band AS b
        ON safe_divide(c.n_deficits, b.deficits_in_index) >= b.lower_inclusive
        AND safe_divide(c.n_deficits, b.deficits_in_index) < b.upper_exclusive
),
coded AS (
    SELECT
        r.person_key,
        r.attribute_id,
        r.value_text,
        GREATEST(
            r.from_date,
            add_months(COALESCE(p.birth_month, DATE '1900-01-01'), 12 * s.coded_min_age)
        ) AS from_date,
        r.to_date
    FROM working.attribute_reading AS r
    JOIN scheme AS s ON s.attribute_id = r.attribute_id
    JOIN person.person AS p ON p.person_key = r.person_key
),
changed AS (
    SELECT person_key, attribute_id, from_date AS event_date FROM indexed
    UNION SELECT person_key, attribute_id, from_date AS event_date FROM coded WHERE to_date > from_date
    UNION SELECT person_key, attribute_id, to_date AS event_date FROM coded
    WHERE to_date > from_date AND to_date < DATE '9999-12-31'
),
looked_up AS (
    SELECT
        d.person_key, d.attribute_id, d.event_date,
        COALESCE(MAX(c.value_text), MAX(i.band)) AS value_text
    FROM changed AS d
    LEFT JOIN indexed AS i
        ON i.person_key = d.person_key AND i.attribute_id = d.attribute_id
        AND i.from_date <= d.event_date AND i.to_date > d.event_date
    LEFT JOIN coded AS c
        ON c.person_key = d.person_key AND c.attribute_id = d.attribute_id
        AND c.from_date <= d.event_date AND c.to_date > d.event_date
    GROUP BY d.person_key, d.attribute_id, d.event_date
),
compared AS (
    SELECT
        person_key, attribute_id, event_date, value_text,
        CASE
            WHEN value_text IS NOT DISTINCT FROM
                LAG(value_text) OVER (PARTITION BY person_key, attribute_id ORDER BY event_date)
            THEN 0 ELSE 1
        END AS is_new
    FROM looked_up
),
kept AS (
    SELECT
        person_key, attribute_id, event_date, value_text,
        LEAD(event_date) OVER (PARTITION BY person_key, attribute_id ORDER BY event_date) AS next_date
    FROM compared
    WHERE is_new = 1
)
SELECT
    CAST(person_key AS INTEGER) AS person_key,
    CAST(attribute_id AS STRING) AS attribute_id,
    CAST(value_text AS STRING) AS value_text,
    CAST(event_date AS DATE) AS from_date,
    CAST(COALESCE(next_date, DATE '9999-12-31') AS DATE) AS to_date
FROM kept
WHERE value_text IS NOT NULL
