-- The sources that have seen one of the addresses in $1 (a JSON list), or from which one of them was withdrawn before.
WITH named AS (SELECT unnest(CAST(CAST($1 AS JSON) AS UUID[])) AS url_key)
SELECT source_id FROM addresses SEMI JOIN named USING (url_key)
UNION
SELECT source_id FROM fetches SEMI JOIN named USING (url_key)
UNION
SELECT source_id FROM article_urls SEMI JOIN named USING (url_key)
UNION
SELECT source_id FROM withdrawals SEMI JOIN named USING (url_key)
ORDER BY source_id
