SELECT coalesce(s.name, c.source_id) AS outlet, c.state, count(*) AS units
FROM coverage AS c
SEMI JOIN chosen_sources USING (source_id)
LEFT JOIN sources AS s ON s.source_id = c.source_id
WHERE c.scope = 'unit'
GROUP BY ALL
ORDER BY outlet, units DESC, c.state;
