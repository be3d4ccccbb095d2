-- purpose: a person's ethnic category: what the practice recorded last, else what others recorded most
-- reads: extract.gp_patient, extract.sus_apc_spell, extract.sus_ecds_attendance, extract.csds_patient,
--      extract.mhsds_patient, extract.hes_apc_episode
-- writes: working.person_ethnicity
-- grain: one row per person with a stated ethnic category
-- key: person_id
-- columns:
--   person_id       STRING  the pseudonym
--   ethnicity_code  STRING  NHS ethnic category, first character

-- Z, 99, X and digits are "not stated", "not known" and old classes: they say nothing about a person.
WITH recorded AS (
    SELECT person_id, 1 AS preference, ethnicity_code, received_date AS said_date FROM extract.gp_patient
    UNION ALL
    SELECT person_id, 2 AS preference, ethnicity_code, CAST(NULL AS DATE) AS said_date FROM extract.sus_apc_spell
    UNION ALL
    SELECT person_id, 2 AS preference, ethnicity_code, CAST(NULL AS DATE) AS said_date FROM extract.sus_ecds_attendance
    UNION ALL
    SELECT person_id, 2 AS preference, ethnicity_code, CAST(NULL AS DATE) AS said_date FROM extract.csds_patient
    UNION ALL
    SELECT person_id, 2 AS preference, ethnicity_code, CAST(NULL AS DATE) AS said_date FROM extract.mhsds_patient
    UNION ALL
    SELECT person_id, 2 AS preference, ethnicity_code, CAST(NULL AS DATE) AS said_date FROM extract.hes_apc_episode
),
counted AS (
    SELECT
        person_id,
        preference,
        LEFT(ethnicity_code, 1) AS ethnicity_code,
        MAX(said_date) AS said_date,
        COUNT(*) AS n_rows
    FROM recorded
    WHERE LEFT(ethnicity_code, 1) BETWEEN 'A' AND 'W' AND person_id IS NOT NULL
    GROUP BY person_id, preference, LEFT(ethnicity_code, 1)
),
ranked AS (
    SELECT
        person_id,
        ethnicity_code,
        ROW_NUMBER() OVER (
            PARTITION BY person_id ORDER BY preference, said_date DESC, n_rows DESC, ethnicity_code
        ) AS position
    FROM counted
)
SELECT
    CAST(person_id AS STRING) AS person_id,
    CAST(ethnicity_code AS STRING) AS ethnicity_code
FROM ranked
WHERE position = 1
