-- purpose: every dated entry whose code says something about an attribute
-- reads: working.coded_entry, working.attribute_code, standard.gp_medication, standard.sus_apc_diagnosis,
--      standard.sus_op_diagnosis, standard.hes_apc_diagnosis, standard.hes_op_diagnosis
-- writes: working.attribute_mark
-- grain: one row per person, attribute, day, role and what was said
-- key: none
-- sort: person_key, attribute_id, event_date
-- ranges: person_key
-- columns:
--   person_key       INTEGER        the person
--   attribute_id     STRING         the attribute
--   method           STRING         how the attribute is found
--   event_date       DATE           the day of the entry
--   role             STRING         onset or resolved
--   value_text       STRING         what the code says
--   value_number     DOUBLE         what the code says
--   measured         DECIMAL(18,4)  the value on the entry
--   lookback_months  INTEGER        how long the entry holds; null: until another one
WITH coded AS (
    SELECT person_key, event_date, 'snomed' AS code_system, code, value FROM working.coded_entry
    UNION ALL
    SELECT
        person_key, item_date AS event_date, 'bnf' AS code_system, bnf_code AS code,
        CAST(NULL AS DECIMAL(18,4)) AS value
    FROM standard.gp_medication
    UNION ALL
    SELECT person_key, event_date, 'icd10' AS code_system, code, CAST(NULL AS DECIMAL(18,4)) AS value
    FROM standard.sus_apc_diagnosis
    UNION ALL
    SELECT person_key, event_date, 'icd10' AS code_system, code, CAST(NULL AS DECIMAL(18,4)) AS value
    FROM standard.sus_op_diagnosis
    UNION ALL
    SELECT person_key, event_date, 'icd10' AS code_system, code, CAST(NULL AS DECIMAL(18,4)) AS value
    FROM standard.hes_apc_diagnosis
    UNION ALL
    SELECT person_key, event_date, 'icd10' AS code_system, code, CAST(NULL AS DECIMAL(18,4)) AS value
    FROM standard.hes_op_diagnosis
)
SELECT DISTINCT
    CAST(c.person_key AS INTEGER) AS person_key,
    CAST(k.attribute_id AS STRING) AS attribute_id,
    CAST(k.method AS STRING) AS method,
    CAST(c.event_date AS DATE) AS event_date,
    CAST(k.role AS STRING) AS role,
    CAST(k.value_text AS STRING) AS value_text,
    CAST(k.value_number AS DOUBLE) AS value_number,
    CAST(c.value AS DECIMAL(18,4)) AS measured,
    CAST(k.lookback_months AS INTEGER) AS lookback_months
FROM coded AS c
JOIN working.attribute_code AS k ON k.code_system = c.code_system AND k.code = c.code
