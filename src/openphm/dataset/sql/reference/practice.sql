-- purpose: the practices of this build, with the network each belongs to on the as-at date
-- reads: person.registration, extract.ref_practice, extract.ref_pcn_member, build.parameters
-- writes: reference.practice
-- grain: one row per practice with a registration in this build
-- key: practice_code
-- sort: practice_code
-- columns:
--   practice_code  STRING  organisation code
--   name           STRING  name; the code where the reference file does not know it
--   pcn_code       STRING  primary care network on the as-at date
--   pcn_name       STRING  name of the network
--   status_code    STRING  A active, C closed, D dormant, P proposed
WITH used AS (
    SELECT DISTINCT practice_code FROM person.registration
),
member AS (
    SELECT
        m.practice_code,
        m.practice_name,
        m.pcn_code,
        m.pcn_name,
        ROW_NUMBER() OVER (
            PARTITION BY m.practice_code
            ORDER BY
                CASE WHEN m.end_date IS NULL OR m.end_date >= b.as_at THEN 0 ELSE 1 END,
                m.start_date DESC,
                m.pcn_code
        ) AS position
    FROM extract.ref_pcn_member AS m
    CROSS JOIN build.parameters AS b
    WHERE m.start_date IS NULL OR m.start_date <= b.as_at
),
listed AS (
    SELECT
        r.practice_code,
        r.name,
        r.status_code,
        ROW_NUMBER() OVER (PARTITION BY r.practice_code ORDER BY r.open_date DESC, r.name) AS position
    FROM extract.ref_practice AS r
)
SELECT
    CAST(u.practice_code AS STRING) AS practice_code,
    CAST(COALESCE(l.name, m.practice_name, u.practice_code) AS STRING) AS name,
    CAST(m.pcn_code AS STRING) AS pcn_code,
    CAST(COALESCE(m.pcn_name, m.pcn_code) AS STRING) AS pcn_name,
    CAST(l.status_code AS STRING) AS status_code
FROM used AS u
LEFT JOIN member AS m ON m.practice_code = u.practice_code AND m.position = 1
LEFT JOIN listed AS l ON l.practice_code = u.practice_code AND l.position = 1
