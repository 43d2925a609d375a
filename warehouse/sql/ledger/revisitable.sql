-- Addresses with an article whose next revisit age ($2, sorted) has come at $1; the rule is warehouse/due.py's next_age.
WITH looks AS (
    SELECT url_key, min(observed_at) AS first_seen_at, max(observed_at) AS last_seen_at, count(DISTINCT fetch_id) - 1 AS looks
    FROM known_fetches
    WHERE role = 'article' AND origin = 'live' AND outcome IN ('fetched', 'unchanged')
    GROUP BY url_key
)
SELECT l.url_key::VARCHAR
FROM looks AS l
SEMI JOIN (SELECT url_key FROM known_readings WHERE record_hash IS NOT NULL) USING (url_key)
WHERE first_seen_at + list_filter($2::INTERVAL[], age -> looks = 0 OR first_seen_at + age > last_seen_at)[1] <= $1
ORDER BY last_seen_at
