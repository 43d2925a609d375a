-- Addresses (of day $1 or later, where their day is known) that were never asked for, or whose last request asks for another.
WITH addresses_of AS (
    SELECT url_key, min(day) AS day, min(found_at) AS found_at FROM known_addresses GROUP BY url_key
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
WHERE ($1::DATE IS NULL OR a.day IS NULL OR a.day >= $1::DATE)
  AND (q.url_key IS NULL OR q.outcome IN ('deferred', 'failed')
       OR (q.requests = 1 AND a.url_key NOT IN (SELECT url_key FROM known_readings WHERE record_hash IS NOT NULL)))
ORDER BY a.found_at
