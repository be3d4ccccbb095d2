-- purpose: who lives at the address of a registered care home, from the day this was known
-- reads: standard.gp_patient, person.person, definitions.attribute, build.parameters
-- writes: working.address_held
-- grain: one row per person and attribute
-- key: person_key, attribute_id
-- ranges: person_key
-- columns:
--   person_key    INTEGER  the person
--   attribute_id  STRING   the attribute
--   from_date     DATE     day the address was received
--   to_date       DATE     9999-12-31: still there
SELECT
    CAST(r.person_key AS INTEGER) AS person_key,
    CAST(a.attribute_id AS STRING) AS attribute_id,
    CAST(MIN(LEAST(COALESCE(r.received_date, b.as_at), b.as_at)) AS DATE) AS from_date,
    CAST(DATE '9999-12-31' AS DATE) AS to_date
FROM standard.gp_patient AS r
JOIN person.person AS p ON p.person_key = r.person_key
JOIN definitions.attribute AS a ON a.method = 'care_home'
CROSS JOIN build.parameters AS b
WHERE r.is_care_home_address AND p.is_care_home_address
GROUP BY r.person_key, a.attribute_id
