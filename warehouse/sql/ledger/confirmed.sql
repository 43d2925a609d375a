-- Addresses of the periods that were read whole after they had ended, whoever read them.
SELECT url
FROM known_units
WHERE last_day IS NOT NULL AND whole AND outcome IN ('fetched', 'unchanged') AND listed_at >= last_day + INTERVAL 36 HOUR
GROUP BY url
