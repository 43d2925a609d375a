-- Every address under which what is withdrawn was seen: those of its articles, of its redirects and claims, and those
-- that showed the very same page. $1: source, $2: the addresses that were named, a JSON list.
WITH RECURSIVE reach (url_key) AS (
    SELECT unnest(CAST(CAST($2 AS JSON) AS UUID[]))
    UNION
    SELECT n.url_key
    FROM reach AS r
    JOIN (
        SELECT a.url_key AS known, b.url_key
        FROM article_urls AS a JOIN article_urls AS b USING (article_id)
        WHERE a.source_id = $1
        UNION ALL
        SELECT l.to_key, l.url_key FROM links AS l WHERE l.source_id = $1 AND l.believed
        UNION ALL
        SELECT l.url_key, l.to_key FROM links AS l WHERE l.source_id = $1 AND l.believed
        UNION ALL
        SELECT f.url_key, g.url_key
        FROM fetches AS f
        JOIN readings AS p ON p.fetch_id = f.fetch_id AND p.record_hash IS NOT NULL
        JOIN fetches AS g ON g.payload_hash = f.payload_hash AND g.role = 'article' AND g.source_id = $1
        WHERE f.source_id = $1 AND f.role = 'article'
    ) AS n ON n.known = r.url_key
)
SELECT DISTINCT url_key::VARCHAR FROM reach
