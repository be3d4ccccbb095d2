-- purpose: the GP entries whose code any definition asks about: one pass over the record, read by what follows
-- reads: standard.gp_event, definitions.condition_code, definitions.attribute_code, definitions.efi_deficit
-- writes: working.coded_entry
-- grain: one row per coded entry
-- key: none
-- sort: person_key
-- ranges: person_key
-- columns:
--   person_key  INTEGER        the person
--   event_date  DATE           the day the entry is about
--   code        STRING         SNOMED CT concept id
--   value       DECIMAL(18,4)  the measured value
WITH wanted AS (
    SELECT code FROM definitions.condition_code WHERE code_system = 'snomed'
    UNION SELECT code FROM definitions.attribute_code WHERE code_system = 'snomed'
    UNION SELECT code FROM definitions.efi_deficit WHERE code_system = 'snomed'
)
SELECT
    CAST(e.person_key AS INTEGER) AS person_key,
    CAST(e.event_date AS DATE) AS event_date,
    CAST(e.code AS STRING) AS code,
    CAST(e.value AS DECIMAL(18,4)) AS value
FROM standard.gp_event AS e
JOIN wanted AS w ON w.code = e.code
