-- What archives were asked of the addresses in $1 (a JSON list of keys), and which finder showed each of them first.
WITH keys AS (
    SELECT DISTINCT unnest(CAST(CAST($1 AS JSON) AS UUID[])) AS url_key
),
found AS (
    SELECT url_key, arg_min(finder, found_at) AS finder FROM known_addresses SEMI JOIN keys USING (url_key) GROUP BY url_key
)
SELECT k.url_key::VARCHAR, f.finder, m.requested_url, m.observed_at, m.outcome, coalesce(m.attempts, 0), m.next_attempt_at
FROM keys AS k
LEFT JOIN found AS f USING (url_key)
LEFT JOIN known_mementos AS m USING (url_key)
WHERE f.finder IS NOT NULL OR m.requested_url IS NOT NULL
ORDER BY k.url_key, m.asked_at, m.observed_at
