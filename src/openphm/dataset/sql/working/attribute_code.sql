-- purpose: what each code says about attributes, prefixes resolved, so that rows are matched by equality
-- reads: definitions.attribute_code, definitions.attribute, working.delivered_code
-- writes: working.attribute_code
-- grain: one row per attribute, code system, code and role
-- key: attribute_id, code_system, code, role
-- columns:
--   attribute_id     STRING   the attribute
--   method           STRING   how the attribute is found
--   code_system      STRING   snomed, icd10 or bnf
--   code             STRING   the whole code
--   role             STRING   onset or resolved
--   value_text       STRING   what the code says, for text attributes
--   value_number     DOUBLE   what the code says, for number attributes
--   lookback_months  INTEGER  how long the code holds; null: until another one
WITH spelt AS (
    SELECT
        c.attribute_id, c.code_system, c.code, c.role, c.value_text, c.value_number, c.lookback_months
    FROM definitions.attribute_code AS c
    WHERE c.match = 'exact'
    UNION
    SELECT
        c.attribute_id, c.code_system, d.code, c.role, c.value_text, c.value_number, c.lookback_months
    FROM definitions.attribute_code AS c
    JOIN working.delivered_code AS d
        ON d.code_system = c.code_system AND LEFT(d.code, LENGTH(c.code)) = c.code
    WHERE c.match = 'prefix'
),
refused AS (
    SELECT DISTINCT attribute_id, code_system, code FROM spelt WHERE role = 'not'
)
SELECT
    CAST(s.attribute_id AS STRING) AS attribute_id,
    CAST(a.method AS STRING) AS method,
    CAST(s.code_system AS STRING) AS code_system,
    CAST(s.code AS STRING) AS code,
    CAST(s.role AS STRING) AS role,
    CAST(MAX(s.value_text) AS STRING) AS value_text,
    CAST(MAX(s.value_number) AS DOUBLE) AS value_number,
    CAST(NULLIF(MAX(COALESCE(s.lookback_months, a.lookback_months, 9999)), 9999) AS INTEGER) AS lookback_months
FROM spelt AS s
JOIN definitions.attribute AS a ON a.attribute_id = s.attribute_id
WHERE s.role <> 'not' AND NOT EXISTS (
    SELECT 1 FROM refused AS r
    WHERE r.attribute_id = s.attribute_id AND r.code_system = s.code_system AND r.code = s.code
)
GROUP BY s.attribute_id, a.method, s.code_system, s.code, s.role
