-- purpose: from when to when a person takes at least so many different medicines
-- reads: standard.gp_medication, working.delivered_code, definitions.attribute, definitions.attribute_code,
--      definitions.attribute_parameter
-- writes: working.medicine_count
-- grain: one row per person, attribute and unbroken time
-- key: person_key, attribute_id, from_date
-- sort: person_key
-- ranges: person_key
-- columns:
--   person_key    INTEGER  the person
--   attribute_id  STRING   the attribute
--   from_date     DATE     first day with so many medicines
--   to_date       DATE     first day with fewer

-- A medicine is a chemical substance: the first characters of the BNF code. It counts for the look-back of
-- the attribute from each item on. Attributes that count the same medicines for the same time (5 or more, 10
-- or more) share one count and differ in the minimum.
WITH threshold AS (
    SELECT
        a.attribute_id,
        a.lookback_months,
        CAST(FLOOR(MAX(CASE WHEN p.parameter = 'minimum_medicines' THEN p.value_number END)) AS INTEGER)
            AS minimum_medicines,
        CAST(FLOOR(MAX(CASE WHEN p.parameter = 'substance_characters' THEN p.value_number END)) AS INTEGER)
            AS substance_characters
    FROM definitions.attribute AS a
    JOIN definitions.attribute_parameter AS p ON p.attribute_id = a.attribute_id
    WHERE a.method = 'count_medicines'
    GROUP BY a.attribute_id, a.lookback_months
),
refused AS (
    SELECT DISTINCT x.attribute_id, d.code
    FROM definitions.attribute_code AS x
    JOIN threshold AS t ON t.attribute_id = x.attribute_id
    JOIN working.delivered_code AS d
        ON d.code_system = x.code_system AND LEFT(d.code, LENGTH(x.code)) = x.code
    WHERE x.role = 'not'
),
listed AS (
    SELECT
        t.attribute_id, t.lookback_months, t.substance_characters, t.minimum_medicines,
        COUNT(r.code) AS n_refused, MIN(r.code) AS first_refused, MAX(r.code) AS last_refused
    FROM threshold AS t
    LEFT JOIN refused AS r ON r.attribute_id = t.attribute_id
    GROUP BY t.attribute_id, t.lookback_months, t.substance_characters, t.minimum_medicines
),
scheme AS (
    SELECT
        attribute_id, lookback_months, substance_characters, minimum_medicines,
        MIN(attribute_id) OVER (
            PARTITION BY lookback_months, substance_characters, n_refused, first_refused, last_refused
        ) AS counted_as
    FROM listed
),
substance AS (
    SELECT
        s.attribute_id AS counted_as,
        s.lookback_months,
        d.code AS bnf_code,
        LEFT(d.code, s.substance_characters) AS substance
    FROM working.delivered_code AS d
    JOIN scheme AS s ON s.attribute_id = s.counted_as
    LEFT JOIN refused AS r ON r.attribute_id = s.attribute_id AND r.code = d.code
    WHERE d.code_system = 'bnf' AND r.code IS NULL
),
taken AS (
    SELECT DISTINCT m.person_key, k.counted_as, k.substance, m.item_date, k.lookback_months
    FROM standard.gp_medication AS m
    JOIN substance AS k ON k.bnf_code = m.bnf_code
),
followed AS (
    SELECT
        person_key, counted_as, substance, item_date,
        add_months(item_date, lookback_months) AS until_date,
        LAG(item_date) OVER (PARTITION BY person_key, counted_as, substance ORDER BY item_date) AS date_before,
        LEAD(item_date) OVER (PARTITION BY person_key, counted_as, substance ORDER BY item_date) AS next_date,
        lookback_months
    FROM taken
),
step AS (
    SELECT person_key, counted_as, item_date AS event_date, 1 AS change
    FROM followed
    WHERE date_before IS NULL OR item_date > add_months(date_before, lookback_months)
    UNION ALL
    SELECT person_key, counted_as, until_date AS event_date, -1 AS change
    FROM followed
    WHERE next_date IS NULL OR next_date > until_date
),
daily AS (
    SELECT person_key, counted_as, event_date, SUM(change) AS change
    FROM step
    GROUP BY person_key, counted_as, event_date
),
running AS (
    SELECT
        person_key, counted_as, event_date,
        SUM(change) OVER (
            PARTITION BY person_key, counted_as ORDER BY event_date
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS total,
        LEAD(event_date) OVER (PARTITION BY person_key, counted_as ORDER BY event_date) AS next_date
    FROM daily
),
judged AS (
    SELECT
        r.person_key, s.attribute_id, r.event_date, r.next_date,
        CASE WHEN r.total >= s.minimum_medicines THEN 1 ELSE 0 END AS is_enough
    FROM running AS r
    JOIN scheme AS s ON s.counted_as = r.counted_as
),
changed AS (
    SELECT
        person_key, attribute_id, event_date, next_date, is_enough,
        SUM(CASE WHEN is_enough = 1 THEN 0 ELSE 1 END) OVER (
            PARTITION BY person_key, attribute_id ORDER BY event_date
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS island
    FROM judged
)
SELECT
    CAST(person_key AS INTEGER) AS person_key,
    CAST(attribute_id AS STRING) AS attribute_id,
    CAST(MIN(event_date) AS DATE) AS from_date,
    CAST(MAX(next_date) AS DATE) AS to_date
FROM changed
WHERE is_enough = 1
GROUP BY person_key, attribute_id, island
