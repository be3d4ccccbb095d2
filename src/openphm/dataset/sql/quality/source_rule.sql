-- purpose: registrations that no source delivered and that a rule of a specification made
-- reads: person.registration
-- writes: quality.source_rule
-- grain: one row per rule
-- key: source_rule
-- sort: source_rule
-- columns:
--   source_rule      STRING  the rule, for example registered_from_birth
--   n_registrations  BIGINT  spells of registration it made
SELECT
    CAST(source_rule AS STRING) AS source_rule,
    CAST(COUNT(*) AS BIGINT) AS n_registrations
FROM person.registration
WHERE source_rule <> 'extract'
GROUP BY source_rule
