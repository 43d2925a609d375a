-- The articles that a name stands for: an address in any form we met, the beginning of an id, also of one that was merged.
WITH named AS (
    SELECT article_id FROM article_urls WHERE length($prefix) >= 4 AND starts_with(replace(article_id::VARCHAR, '-', ''), $prefix)
    UNION
    SELECT merged_into FROM merges WHERE length($prefix) >= 4 AND starts_with(replace(article_id::VARCHAR, '-', ''), $prefix)
    UNION
    SELECT article_id FROM article_urls WHERE url_key = $url_key
    UNION
    SELECT article_id FROM texts WHERE url = $name OR canonical_url = $name
    UNION
    SELECT r.article_id FROM readings AS r JOIN fetches AS f USING (fetch_id)
    WHERE f.requested_url = $name OR f.final_url = $name OR f.final_key = $url_key
)
SELECT DISTINCT coalesce(m.merged_into, n.article_id) AS article_id
FROM named AS n
LEFT JOIN merges AS m USING (article_id)
WHERE n.article_id IS NOT NULL
ORDER BY 1
LIMIT 20;
