SELECT coalesce(date_published_basis, 'nothing') AS basis, coalesce(date_published_precision, 'not known') AS "precision", count(*) AS articles
FROM articles SEMI JOIN chosen USING (article_id)
GROUP BY ALL
ORDER BY articles DESC, basis, "precision";
