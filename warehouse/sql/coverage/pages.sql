-- Every address of the days from $first to $last, with its title as far as known, and what came of it.
SELECT s.day, s.url, coalesce(h.headline, a.title) AS title, s.outcome, s.reason
FROM address_states AS s
JOIN (SELECT url_key, title FROM addresses WHERE source_id = $source_id) AS a USING (url_key)
LEFT JOIN (
    SELECT url_key, any_value(headline) AS headline
    FROM article_urls JOIN texts USING (article_id)
    WHERE is_current AND article_urls.source_id = $source_id
    GROUP BY url_key
) AS h USING (url_key)
WHERE s.source_id = $source_id AND s.day BETWEEN $first AND $last
ORDER BY s.day, s.url;
