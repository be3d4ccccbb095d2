-- purpose: what each code says about conditions, prefixes resolved, so that rows are matched by equality
-- reads: definitions.condition_code, working.delivered_code
-- writes: working.condition_code
-- grain: one row per condition, code system, code and role
-- key: condition_id, code_system, code, role
-- columns:
--   condition_id     STRING   the condition
--   code_system      STRING   snomed, icd10 or bnf
--   code             STRING   the whole code
--   role             STRING   onset or resolved
--   lookback_months  INTEGER  a spell on this evidence ends so many months after it; null: never
--   min_age          INTEGER  age in whole years below which this evidence does not count; null: any age

-- A code that the definition lists as "not" is no evidence, whatever shorter prefix it also has.
WITH spelt AS (
    SELECT c.condition_id, c.code_system, c.code, c.role, c.lookback_months, c.min_age
    FROM definitions.condition_code AS c
    WHERE c.match = 'exact'
    UNION
    SELECT c.condition_id, c.code_system, d.code, c.role, c.lookback_months, c.min_age
    FROM definitions.condition_code AS c
    JOIN working.delivered_code AS d
        ON d.code_system = c.code_system AND LEFT(d.code, LENGTH(c.code)) = c.code
    WHERE c.match = 'prefix'
),
refused AS (
    SELECT DISTINCT condition_id, code_system, code FROM spelt WHERE role = 'not'
)
SELECT
    CAST(s.condition_id AS STRING) AS condition_id,
    CAST(s.code_system AS STRING) AS code_system,
    CAST(s.code AS STRING) AS code,
    CAST(s.role AS STRING) AS role,
    CAST(NULLIF(MAX(COALESCE(s.lookback_months, 9999)), 9999) AS INTEGER) AS lookback_months,
    CAST(NULLIF(MIN(COALESCE(s.min_age, 0)), 0) AS INTEGER) AS min_age
FROM spelt AS s
WHERE s.role <> 'not' AND NOT EXISTS (
    SELECT 1 FROM refused AS r
    WHERE r.condition_id = s.condition_id AND r.code_system = s.code_system AND r.code = s.code
)
GROUP BY s.condition_id, s.code_system, s.code, s.role
