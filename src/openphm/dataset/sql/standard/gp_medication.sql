-- purpose: a medicine prescribed in general practice and dispensed
-- reads: extract.gp_medication, person.person, build.parameters
-- writes: standard.gp_medication
-- grain: one row per item
-- key: row_id
-- sort: person_key, item_date
-- columns:
--   person_key               INTEGER        the person in this build
--   row_id                   BIGINT         the delivered row: file_id x build.parameters.row_stride + row_number
--   practice_code            STRING         the practice that holds the record
--   item_date                DATE           the month the item was processed
--   bnf_code                 STRING         BNF code, up to 15 characters
--   dmd_code                 STRING         dm+d product id
--   item_count               INTEGER        items on the form
--   quantity                 DECIMAL(18,4)  quantity dispensed
--   net_ingredient_cost_gbp  DECIMAL(12,2)  net ingredient cost
--   actual_cost_gbp          DECIMAL(12,2)  cost after discount and fees
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(r.practice_code AS STRING) AS practice_code,
    CAST(r.item_date AS DATE) AS item_date,
    CAST(r.bnf_code AS STRING) AS bnf_code,
    CAST(r.dmd_code AS STRING) AS dmd_code,
    CAST(r.item_count AS INTEGER) AS item_count,
    CAST(r.quantity AS DECIMAL(18,4)) AS quantity,
    CAST(r.net_ingredient_cost_gbp AS DECIMAL(12,2)) AS net_ingredient_cost_gbp,
    CAST(r.actual_cost_gbp AS DECIMAL(12,2)) AS actual_cost_gbp
FROM extract.gp_medication AS r
JOIN person.person AS p ON p.person_id = r.person_id
CROSS JOIN build.parameters AS b
