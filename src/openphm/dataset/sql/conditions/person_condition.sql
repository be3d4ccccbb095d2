-- purpose: who lives with what, from when to when
-- reads: working.condition_evidence
-- writes: conditions.person_condition
-- grain: one row per person, condition and spell; a condition may end and come back
-- key: person_key, condition_id, spell_number
-- sort: person_key, condition_id, start_date
-- encode: condition_id, found_in
-- ranges: person_key
-- columns:
--   person_key     INTEGER  the person
--   condition_id   STRING   id of a file in definitions/conditions
--   spell_number   INTEGER  1 is the first
--   start_date     DATE     first evidence of the spell
--   resolved_date  DATE     first day without it: a resolution, or the end of the look-back; null: current
--   last_date      DATE     last evidence of the spell
--   found_in       STRING   where the first evidence was found: gp, hospital, medicine or other

-- A resolution ends the spell of all evidence up to its day; evidence after it starts a new spell. Evidence
-- with a look-back keeps a spell open so long; a gap longer than that starts a new spell. Half-open.
WITH resolution AS (
    SELECT DISTINCT person_key, condition_id, event_date
    FROM working.condition_evidence
    WHERE role = 'resolved'
),
dated AS (
    SELECT
        person_key, condition_id, event_date, found_in,
        COALESCE(until_date, DATE '9999-12-31') AS until_date, 0 AS is_resolution
    FROM working.condition_evidence
    WHERE role = 'onset'
    UNION ALL
    SELECT
        person_key, condition_id, event_date, 'other' AS found_in, event_date AS until_date,
        1 AS is_resolution
    FROM resolution
),
closed AS (
    -- the resolution that closes a row is the first on its day or later
    SELECT
        person_key, condition_id, event_date, found_in, is_resolution, until_date,
        MIN(CASE WHEN is_resolution = 1 THEN event_date END) OVER (
            PARTITION BY person_key, condition_id ORDER BY event_date, is_resolution
            ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS closing_date
    FROM dated
),
capped AS (
    SELECT
        person_key, condition_id, event_date, found_in, closing_date,
        LEAST(until_date, COALESCE(closing_date, DATE '9999-12-31')) AS until_date
    FROM closed
    WHERE is_resolution = 0
),
reached AS (
    SELECT
        person_key, condition_id, event_date, found_in, closing_date, until_date,
        MAX(until_date) OVER (
            PARTITION BY person_key, condition_id, closing_date ORDER BY event_date, until_date, found_in
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS until_before
    FROM capped
),
numbered AS (
    SELECT
        person_key, condition_id, event_date, found_in, until_date,
        SUM(CASE WHEN until_before IS NULL OR event_date > until_before THEN 1 ELSE 0 END) OVER (
            PARTITION BY person_key, condition_id ORDER BY event_date, until_date, found_in
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS spell_number
    FROM reached
),
placed AS (
    SELECT
        person_key, condition_id, spell_number, event_date, until_date,
        CASE found_in WHEN 'gp' THEN 1 WHEN 'hospital' THEN 2 WHEN 'medicine' THEN 3 ELSE 4 END AS place,
        MIN(event_date) OVER (PARTITION BY person_key, condition_id, spell_number) AS start_date
    FROM numbered
)
SELECT
    CAST(person_key AS INTEGER) AS person_key,
    CAST(condition_id AS STRING) AS condition_id,
    CAST(spell_number AS INTEGER) AS spell_number,
    CAST(start_date AS DATE) AS start_date,
    CAST(NULLIF(MAX(until_date), DATE '9999-12-31') AS DATE) AS resolved_date,
    CAST(MAX(event_date) AS DATE) AS last_date,
    CAST(CASE MIN(CASE WHEN event_date = start_date THEN place END)
        WHEN 1 THEN 'gp' WHEN 2 THEN 'hospital' WHEN 3 THEN 'medicine' ELSE 'other'
    END AS STRING) AS found_in
FROM placed
GROUP BY person_key, condition_id, spell_number, start_date
