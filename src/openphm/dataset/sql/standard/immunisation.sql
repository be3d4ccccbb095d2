-- purpose: a vaccination given
-- reads: extract.immunisation, person.person, build.parameters
-- writes: standard.immunisation
-- grain: one row per vaccination; those marked as deleted are left out
-- key: row_id
-- sort: person_key, vaccination_date
-- columns:
--   person_key        INTEGER  the person in this build
--   row_id            BIGINT   the delivered row: file_id x build.parameters.row_stride + row_number
--   site_code         STRING   where it was given
--   vaccination_date  DATE     day of the vaccination
--   action_flag       STRING   new or update
--   procedure_code    STRING   SNOMED CT
--   dose_sequence     INTEGER  first, second ...
--   product_code      STRING   dm+d product id
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(r.site_code AS STRING) AS site_code,
    CAST(r.vaccination_date AS DATE) AS vaccination_date,
    CAST(r.action_flag AS STRING) AS action_flag,
    CAST(r.procedure_code AS STRING) AS procedure_code,
    CAST(r.dose_sequence AS INTEGER) AS dose_sequence,
    CAST(r.product_code AS STRING) AS product_code
FROM extract.immunisation AS r
JOIN person.person AS p ON p.person_id = r.person_id
CROSS JOIN build.parameters AS b
WHERE NOT EXISTS (
    SELECT 1 FROM extract.immunisation AS gone
    WHERE gone.vaccination_key = r.vaccination_key AND gone.action_flag = 'delete'
)
