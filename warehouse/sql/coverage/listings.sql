-- The units of a source that may be of the days from $first to $last.
SELECT finder, unit, c.state, s.first_day, s.last_day, s.asked_at, s.links, c.found, c.articles, c.missing, s.late_links, c.reason
FROM unit_states AS s
JOIN (FROM coverage WHERE scope = 'unit' AND source_id = $source_id) AS c USING (finder, unit)
WHERE s.source_id = $source_id AND coalesce(s.last_day >= $first, true) AND coalesce(s.first_day <= $last, true)
ORDER BY s.first_day, finder, unit;
