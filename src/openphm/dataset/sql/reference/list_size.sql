-- purpose: published practice list sizes, to compare registrations with
-- reads: extract.ref_list_size, person.registration
-- writes: reference.list_size
-- grain: one row per practice, date, sex and age published
-- key: none
-- sort: practice_code, extract_date
-- columns:
--   practice_code  STRING   the practice
--   extract_date   DATE     day the list was counted
--   sex            STRING   ALL, MALE or FEMALE
--   age            STRING   ALL, a single year, or 95+
--   patients       INTEGER  people on the list
WITH used AS (
    SELECT DISTINCT practice_code FROM person.registration
)
SELECT
    CAST(l.practice_code AS STRING) AS practice_code,
    CAST(l.extract_date AS DATE) AS extract_date,
    CAST(l.sex AS STRING) AS sex,
    CAST(l.age AS STRING) AS age,
    CAST(l.patients AS INTEGER) AS patients
FROM extract.ref_list_size AS l
JOIN used AS u ON u.practice_code = l.practice_code
