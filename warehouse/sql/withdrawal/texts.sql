-- What the articles at the addresses in $2 (a JSON list) of source $1 say, in all their versions, and how listings call them.
SELECT concat_ws(chr(10), t.headline, t.subheadline, t.abstract, t.body)
FROM texts AS t
WHERE t.source_id = $1 AND t.article_id IN (
    SELECT article_id FROM article_urls
    WHERE source_id = $1 AND url_key IN (SELECT unnest(CAST(CAST($2 AS JSON) AS UUID[])))
)
UNION ALL
SELECT title FROM addresses
WHERE source_id = $1 AND title IS NOT NULL AND url_key IN (SELECT unnest(CAST(CAST($2 AS JSON) AS UUID[])))
