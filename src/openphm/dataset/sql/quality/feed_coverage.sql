-- purpose: which provider delivered which months: a gap in a feed is not a zero
-- reads: extract.quality_coverage, build.month
-- writes: quality.feed_coverage
-- grain: one row per record, provider and month from the provider's first month on
-- key: record, provider_code, month_end
-- sort: record, provider_code, month_end
-- encode: record
-- columns:
--   record         STRING   the kind of row
--   provider_code  STRING   provider, practice or council
--   month_end      DATE     last day of the month
--   n_rows         BIGINT   rows dated in the month
--   rows_late      BIGINT   of them, rows delivered in a later reporting period
--   usual_rows     DOUBLE   median of the provider's months with rows
--   is_missing     BOOLEAN  no row at all, from a provider that usually sends some, also in this month of other years
WITH counted AS (
    SELECT record, provider_code, month_end(month) AS month_end, SUM(rows) AS n_rows, SUM(rows_late) AS rows_late
    FROM extract.quality_coverage
    WHERE provider_code IS NOT NULL
    GROUP BY record, provider_code, month_end(month)
),
inside AS (
    SELECT c.record, c.provider_code, c.month_end, c.n_rows, c.rows_late
    FROM counted AS c
    JOIN build.month AS m ON m.month_end = c.month_end
),
provider AS (
    SELECT
        record, provider_code, MIN(month_end) AS first_month_end,
        PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY CAST(n_rows AS DOUBLE)) AS usual_rows
    FROM inside
    GROUP BY record, provider_code
),
-- A feed of one season is empty in the others, every year: that is no gap.
expected AS (
    SELECT
        p.record, p.provider_code, p.usual_rows, m.month_end, i.n_rows, i.rows_late,
        SUM(i.n_rows) OVER (PARTITION BY p.record, p.provider_code, MONTH(m.month_end)) AS rows_of_month,
        COUNT(*) OVER (PARTITION BY p.record, p.provider_code, MONTH(m.month_end)) AS n_years
    FROM provider AS p
    JOIN build.month AS m ON m.month_end >= p.first_month_end
    LEFT JOIN inside AS i
        ON i.record = p.record AND i.provider_code = p.provider_code AND i.month_end = m.month_end
)
SELECT
    CAST(record AS STRING) AS record,
    CAST(provider_code AS STRING) AS provider_code,
    CAST(month_end AS DATE) AS month_end,
    CAST(COALESCE(n_rows, 0) AS BIGINT) AS n_rows,
    CAST(COALESCE(rows_late, 0) AS BIGINT) AS rows_late,
    CAST(usual_rows AS DOUBLE) AS usual_rows,
    CAST(n_rows IS NULL AND usual_rows >= 5 AND (rows_of_month > 0 OR n_years = 1) AS BOOLEAN) AS is_missing
FROM expected
