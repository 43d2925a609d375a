-- The addresses that led to one article, and how.
SELECT a.url, u.how, u.first_seen_at, u.last_seen_at
FROM article_urls AS u
LEFT JOIN addresses AS a ON a.source_id = u.source_id AND a.url_key = u.url_key
WHERE u.article_id = $article_id
ORDER BY u.first_seen_at, u.how <> 'requested', a.url;
