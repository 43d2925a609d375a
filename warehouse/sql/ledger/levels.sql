-- What is known of the days $1 to $2, and what is usual: days of the window that something is known of, addresses a day, bytes a page in the archive and seconds until the outlet has answered. Up
-- to three days without an address between two that have some, as a week-end is, count among the days.
WITH day_of AS (
    SELECT url_key, min(day) AS day FROM known_addresses GROUP BY url_key
)
SELECT coalesce((SELECT list(DISTINCT day) FROM day_of WHERE day BETWEEN $1 AND $2), []),
       (SELECT sum(n) / sum(CASE WHEN day - before BETWEEN 2 AND 4 THEN day - before ELSE 1 END)
        FROM (SELECT day, count(*) AS n, lag(day) OVER (ORDER BY day) AS before FROM day_of WHERE day IS NOT NULL GROUP BY day)),
       (SELECT avg(record_length) FROM known_fetches WHERE role = 'article' AND outcome = 'fetched' AND record_length IS NOT NULL),
       (SELECT avg(seconds) FROM known_fetches WHERE role = 'article' AND origin = 'live' AND outcome = 'fetched')
