SELECT coalesce(outlet, source_id) AS outlet, count(*) AS articles, min(date_published) AS first_day, max(date_published) AS last_day,
       count(*) FILTER (body_extent = 'full') AS whole_texts, count(*) FILTER (date_published IS NULL) AS without_day
FROM articles SEMI JOIN chosen USING (article_id)
GROUP BY ALL
ORDER BY articles DESC, outlet;
