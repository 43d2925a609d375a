SELECT coalesce(s.name, r.source_id) AS outlet, r.outcome, coalesce(r.reason, '–') AS reason, count(*) AS addresses
FROM rejects AS r
SEMI JOIN chosen_sources USING (source_id)
LEFT JOIN sources AS s ON s.source_id = r.source_id
GROUP BY ALL
ORDER BY outlet, addresses DESC, r.outcome, reason;
