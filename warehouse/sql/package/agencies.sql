SELECT coalesce(agency, info_source, 'not known') AS agency, count(*) AS articles
FROM articles SEMI JOIN chosen USING (article_id)
GROUP BY ALL
ORDER BY articles DESC, agency
LIMIT 50;
