-- purpose: everybody who was registered in a month, with the date as at which the person is asked about
-- reads: person.registration, person.person, build.month
-- writes: segments.spine
-- grain: one row per person and month with a registered day
-- key: person_key, month_end
-- ranges: person_key
-- columns:
--   person_key                  INTEGER  the person
--   month_end                   DATE     last day of the month
--   as_at                       DATE     the month end, or the last registered day for people who died or left
--   practice_code               STRING   practice on that day
--   is_registered_at_month_end  BOOLEAN  registered on the last day of the month
--   birth_month                 DATE     the 15th of the month of birth
--   sex_code                    STRING   1 male, 2 female, 9 or X not stated
--   ethnicity_code              STRING   NHS ethnic category
--   lsoa21_code                 STRING   small area of residence
WITH followed AS (
    SELECT
        r.person_key,
        r.practice_code,
        r.start_date,
        COALESCE(r.end_date, DATE '9999-12-31') AS end_date,
        COALESCE(
            LEAD(r.start_date) OVER (PARTITION BY r.person_key ORDER BY r.start_date), DATE '9999-12-31'
        ) AS next_start
    FROM person.registration AS r
)
SELECT
    CAST(f.person_key AS INTEGER) AS person_key,
    CAST(m.month_end AS DATE) AS month_end,
    CAST(LEAST(m.month_end, add_days(f.end_date, -1)) AS DATE) AS as_at,
    CAST(f.practice_code AS STRING) AS practice_code,
    CAST(f.end_date > m.month_end AS BOOLEAN) AS is_registered_at_month_end,
    CAST(p.birth_month AS DATE) AS birth_month,
    CAST(p.sex_code AS STRING) AS sex_code,
    CAST(p.ethnicity_code AS STRING) AS ethnicity_code,
    CAST(p.lsoa21_code AS STRING) AS lsoa21_code
FROM followed AS f
JOIN build.month AS m
    ON f.start_date <= m.month_end AND f.end_date > m.month_start AND f.next_start > m.month_end
JOIN person.person AS p ON p.person_key = f.person_key
