SELECT coalesce(s.name, c.source_id) AS outlet, c.state, count(*) AS days, min(c.day) AS first_day, max(c.day) AS last_day
FROM coverage AS c
SEMI JOIN chosen_sources USING (source_id)
LEFT JOIN sources AS s ON s.source_id = c.source_id
WHERE c.scope = 'day'
GROUP BY ALL
ORDER BY outlet, days DESC, c.state;
