-- purpose: every dated piece of evidence for or against a condition, from all sources
-- reads: working.coded_entry, working.condition_code, standard.sus_apc_diagnosis, standard.sus_op_diagnosis,
--      standard.sus_ecds_diagnosis, standard.hes_apc_diagnosis, standard.hes_op_diagnosis,
--      standard.gp_medication, standard.cancer_pathway, person.person
-- writes: working.condition_evidence
-- grain: one row per person, condition, day, role and source
-- key: person_key, condition_id, event_date, role, found_in
-- sort: person_key, condition_id, event_date
-- ranges: person_key
-- columns:
--   person_key    INTEGER  the person
--   condition_id  STRING   the condition
--   event_date    DATE     the day of the evidence
--   role          STRING   onset or resolved
--   found_in      STRING   gp, hospital, medicine or other
--   until_date    DATE     the day on which the evidence no longer says so; null: never
WITH coded AS (
    SELECT person_key, event_date, 'snomed' AS code_system, code, 'gp' AS found_in FROM working.coded_entry
    UNION ALL
    SELECT person_key, event_date, 'icd10' AS code_system, code, 'hospital' AS found_in
    FROM standard.sus_apc_diagnosis
    UNION ALL
    SELECT person_key, event_date, 'icd10' AS code_system, code, 'hospital' AS found_in
    FROM standard.sus_op_diagnosis
    UNION ALL
    SELECT person_key, event_date, 'snomed' AS code_system, code, 'hospital' AS found_in
    FROM standard.sus_ecds_diagnosis
    UNION ALL
    SELECT person_key, event_date, 'icd10' AS code_system, code, 'hospital' AS found_in
    FROM standard.hes_apc_diagnosis
    UNION ALL
    SELECT person_key, event_date, 'icd10' AS code_system, code, 'hospital' AS found_in
    FROM standard.hes_op_diagnosis
    UNION ALL
    SELECT person_key, item_date AS event_date, 'bnf' AS code_system, bnf_code AS code, 'medicine' AS found_in
    FROM standard.gp_medication
    UNION ALL
    SELECT
        person_key, COALESCE(faster_diagnosis_end_date, first_seen_date, referral_start_date) AS event_date,
        'icd10' AS code_system, diagnosis_code AS code, 'other' AS found_in
    FROM standard.cancer_pathway
),
matched AS (
    SELECT
        c.person_key, k.condition_id, c.event_date, k.role, c.found_in, k.min_age,
        CASE
            WHEN k.lookback_months IS NULL THEN DATE '9999-12-31'
            ELSE add_months(c.event_date, k.lookback_months)
        END AS until_date
    FROM coded AS c
    JOIN working.condition_code AS k ON k.code_system = c.code_system AND k.code = c.code
)
SELECT
    CAST(m.person_key AS INTEGER) AS person_key,
    CAST(m.condition_id AS STRING) AS condition_id,
    CAST(m.event_date AS DATE) AS event_date,
    CAST(m.role AS STRING) AS role,
    CAST(m.found_in AS STRING) AS found_in,
    CAST(NULLIF(MAX(m.until_date), DATE '9999-12-31') AS DATE) AS until_date
FROM matched AS m
JOIN person.person AS p ON p.person_key = m.person_key
WHERE m.min_age IS NULL OR p.birth_month IS NULL OR age_at(p.birth_month, m.event_date) >= m.min_age
GROUP BY m.person_key, m.condition_id, m.event_date, m.role, m.found_in
