SELECT coalesce("language", 'not known') AS "language", count(*) AS articles
FROM articles SEMI JOIN chosen USING (article_id)
GROUP BY ALL
ORDER BY articles DESC, 1;
