-- What withdrawing the addresses in $2 (a JSON list; none: everything) from source $1 removes, in one row.
WITH named AS (SELECT unnest(CAST(CAST($2 AS JSON) AS UUID[])) AS url_key),
wanted_articles AS (
    SELECT DISTINCT article_id FROM article_urls
    WHERE source_id = $1 AND (url_key IN (FROM named) OR NOT EXISTS (FROM named))
),
requests AS (
    SELECT url_key, requested_url, segment_id FROM fetches
    WHERE source_id = $1 AND role = 'article' AND (url_key IN (FROM named) OR NOT EXISTS (FROM named))
),
contents AS (
    SELECT DISTINCT content_hash FROM readings
    WHERE article_id IN (FROM wanted_articles) AND content_hash IS NOT NULL
)
SELECT coalesce((SELECT list(headline ORDER BY headline)[:5] FROM texts WHERE is_current AND article_id IN (FROM wanted_articles)), []),
       coalesce((SELECT list(DISTINCT requested_url)[:5] FROM requests), []),
       (SELECT count(*) FROM wanted_articles),
       (SELECT count(*) FROM versions WHERE article_id IN (FROM wanted_articles)),
       (SELECT count(*) FROM requests WHERE segment_id IS NOT NULL),
       EXISTS (SELECT 1 FROM withdrawals
               WHERE source_id = $1 AND (url_key IN (FROM named) OR (url_key IS NULL AND NOT EXISTS (FROM named)))),
       coalesce((SELECT list(DISTINCT article_id)[:5] FROM readings
                 WHERE content_hash IN (FROM contents) AND article_id IS NOT NULL AND article_id NOT IN (FROM wanted_articles)), [])
