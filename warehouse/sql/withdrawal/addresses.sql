-- Every address, as it is written, of the keys in $2 (a JSON list) of source $1: what the log calls the pages.
WITH named AS (SELECT unnest(CAST(CAST($2 AS JSON) AS UUID[])) AS url_key)
SELECT url FROM addresses SEMI JOIN named USING (url_key) WHERE source_id = $1
UNION
SELECT unnest([requested_url, final_url]) FROM fetches SEMI JOIN named USING (url_key) WHERE source_id = $1
UNION
SELECT unnest([t.url, t.canonical_url])
FROM texts AS t JOIN article_urls AS u USING (article_id) JOIN named AS n ON n.url_key = u.url_key
WHERE u.source_id = $1
