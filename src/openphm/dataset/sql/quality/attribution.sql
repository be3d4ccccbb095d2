-- purpose: where the pounds of the window went: every subsegment, and what belongs to nobody registered
-- reads: costs.event_cost, segments.window, build.parameters
-- writes: quality.attribution
-- grain: one row per subsegment, and one for unattributed
-- key: subsegment_code
-- sort: subsegment_code
-- columns:
--   subsegment_code  STRING         1a to 5b, or unattributed
--   n_people         BIGINT         people registered on any day of the window
--   person_days      BIGINT         days registered and alive
--   n_events         BIGINT         rows of activity.event in the window
--   cost_gbp         DECIMAL(18,2)  pounds of these rows

-- A person's whole activity of the window goes to the person's one subsegment. Unlinked people and people who
-- were not registered in the window are unattributed.
WITH spent AS (
    SELECT
        COALESCE(w.subsegment_code, 'unattributed') AS subsegment_code,
        COUNT(*) AS n_events,
        SUM(c.cost_gbp) AS cost_gbp
    FROM costs.event_cost AS c
    CROSS JOIN build.parameters AS b
    LEFT JOIN segments.window AS w ON w.person_key = c.person_key
    WHERE c.event_date >= b.window_start AND c.event_date <= b.as_at
    GROUP BY COALESCE(w.subsegment_code, 'unattributed')
),
held AS (
    SELECT subsegment_code, COUNT(*) AS n_people, SUM(person_days) AS person_days
    FROM segments.window
    GROUP BY subsegment_code
),
code AS (
    SELECT subsegment_code FROM spent
    UNION SELECT subsegment_code FROM held
)
SELECT
    CAST(k.subsegment_code AS STRING) AS subsegment_code,
    CAST(COALESCE(h.n_people, 0) AS BIGINT) AS n_people,
    CAST(COALESCE(h.person_days, 0) AS BIGINT) AS person_days,
    CAST(COALESCE(s.n_events, 0) AS BIGINT) AS n_events,
    CAST(COALESCE(s.cost_gbp, 0) AS DECIMAL(18,2)) AS cost_gbp
FROM code AS k
LEFT JOIN spent AS s ON s.subsegment_code = k.subsegment_code
LEFT JOIN held AS h ON h.subsegment_code = k.subsegment_code
