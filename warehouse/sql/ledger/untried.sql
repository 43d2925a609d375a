-- Addresses (of the days $1 to $2, where their day is known) that were never asked for, or whose last request asks for another;
-- with $3 also those that were gone.
WITH addresses_of AS (
    SELECT url_key, min(day) AS day, min(found_at) AS found_at, arg_min({'finder': finder, 'unit': unit}, found_at) AS listed
    FROM known_addresses
    GROUP BY url_key
),
periods AS (
    SELECT {'finder': finder, 'unit': unit} AS listed, min(first_day) AS first_day, max(last_day) AS last_day
    FROM known_units
    WHERE first_day IS NOT NULL
    GROUP BY ALL
),
asked AS (
    SELECT url_key, arg_max(outcome, observed_at) AS outcome, count(DISTINCT fetch_id) AS requests
    FROM known_fetches
    WHERE role = 'article'
    GROUP BY url_key
)
SELECT a.url_key::VARCHAR
FROM addresses_of AS a
LEFT JOIN asked AS q USING (url_key)
LEFT JOIN periods AS p USING (listed)
WHERE ($1::DATE IS NULL OR coalesce(a.day, p.last_day, $1::DATE) >= $1::DATE)
  AND ($2::DATE IS NULL OR coalesce(a.day, p.first_day, $2::DATE) <= $2::DATE)
  AND (q.url_key IS NULL OR q.outcome IN ('deferred', 'failed', 'refused') OR ($3 AND q.outcome = 'gone')
       OR (q.requests = 1 AND a.url_key NOT IN (SELECT url_key FROM known_readings WHERE record_hash IS NOT NULL)))
  -- What an archive's index showed first is asked for there, when its month is listed again.
  AND a.listed.finder <> 'wayback'
ORDER BY a.found_at
