-- purpose: a procedure of an episode
-- reads: extract.sus_apc_procedure, standard.sus_apc_spell, build.parameters
-- writes: standard.sus_apc_procedure
-- grain: one row per procedure
-- key: row_id
-- sort: person_key, event_date
-- columns:
--   person_key      INTEGER  the person in this build
--   row_id          BIGINT   the delivered row: file_id x build.parameters.row_stride + row_number
--   event_date      DATE     the admission date of the parent row
--   position        INTEGER  1 is the main procedure
--   code            STRING   OPCS-4 without dot
--   procedure_date  DATE     day of the procedure
SELECT
    CAST(s.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(s.admission_date AS DATE) AS event_date,
    CAST(r.position AS INTEGER) AS position,
    CAST(r.code AS STRING) AS code,
    CAST(r.procedure_date AS DATE) AS procedure_date
FROM extract.sus_apc_procedure AS r
JOIN standard.sus_apc_spell AS s ON s.spell_key = r.spell_key
CROSS JOIN build.parameters AS b
