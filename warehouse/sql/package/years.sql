SELECT coalesce(year(date_published)::VARCHAR, 'not known') AS year, count(*) AS articles
FROM articles SEMI JOIN chosen USING (article_id)
GROUP BY ALL
ORDER BY year;
