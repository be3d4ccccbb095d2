-- purpose: the day on which each deficit of the electronic frailty index was first known
-- reads: working.coded_entry, conditions.person_condition, working.attribute_flag, working.medicine_count,
--      definitions.efi_deficit
-- writes: working.deficit_step
-- grain: one row per person and deficit
-- key: person_key, deficit_id
-- sort: person_key
-- ranges: person_key
-- columns:
--   person_key  INTEGER  the person
--   deficit_id  STRING   the deficit
--   from_date   DATE     first day; a deficit counts once, ever
WITH refused AS (
    SELECT deficit_id, code FROM definitions.efi_deficit WHERE kind = 'code' AND role = 'not'
),
flag AS (
    SELECT person_key, attribute_id, from_date FROM working.attribute_flag
    UNION ALL SELECT person_key, attribute_id, from_date FROM working.medicine_count
),
known AS (
    SELECT e.person_key, d.deficit_id, e.event_date AS from_date
    FROM working.coded_entry AS e
    JOIN definitions.efi_deficit AS d ON d.kind = 'code' AND d.role = 'onset' AND d.code = e.code
    LEFT JOIN refused AS r ON r.deficit_id = d.deficit_id AND r.code = e.code
    WHERE r.code IS NULL
    UNION ALL
    SELECT c.person_key, d.deficit_id, c.start_date AS from_date
    FROM conditions.person_condition AS c
    JOIN definitions.efi_deficit AS d ON d.kind = 'condition' AND d.code = c.condition_id
    UNION ALL
    SELECT f.person_key, d.deficit_id, f.from_date
    FROM flag AS f
    JOIN definitions.efi_deficit AS d ON d.kind = 'attribute' AND d.code = f.attribute_id
)
SELECT
    CAST(person_key AS INTEGER) AS person_key,
    CAST(deficit_id AS STRING) AS deficit_id,
    CAST(MIN(from_date) AS DATE) AS from_date
FROM known
GROUP BY person_key, deficit_id
