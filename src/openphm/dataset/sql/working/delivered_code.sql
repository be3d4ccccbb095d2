-- purpose: every ICD-10 and BNF code that was delivered, once: prefixes are matched against these few
-- reads: standard.sus_apc_diagnosis, standard.sus_op_diagnosis, standard.hes_apc_diagnosis,
--      standard.hes_op_diagnosis, standard.cancer_pathway, standard.gp_medication
-- writes: working.delivered_code
-- grain: one row per code system and code
-- key: code_system, code
-- columns:
--   code_system  STRING  icd10 or bnf
--   code         STRING  the code as delivered
WITH delivered AS (
    SELECT 'icd10' AS code_system, code FROM standard.sus_apc_diagnosis
    UNION SELECT 'icd10' AS code_system, code FROM standard.sus_op_diagnosis
    UNION SELECT 'icd10' AS code_system, code FROM standard.hes_apc_diagnosis
    UNION SELECT 'icd10' AS code_system, code FROM standard.hes_op_diagnosis
    UNION SELECT 'icd10' AS code_system, diagnosis_code AS code FROM standard.cancer_pathway
    UNION SELECT 'bnf' AS code_system, bnf_code AS code FROM standard.gp_medication
)
SELECT
    CAST(code_system AS STRING) AS code_system,
    CAST(code AS STRING) AS code
FROM delivered
WHERE code IS NOT NULL
