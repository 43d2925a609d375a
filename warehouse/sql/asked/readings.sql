-- The readings of one article's pages, with the texts they gave, or why it was none: one page read twice is a correction.
SELECT r.fetch_id, r.item, r.observed_at, r.read_at, r.reader, r.record_hash, r.reject_reason, t.* EXCLUDE (article_id, record_hash, load_id)
FROM readings AS r
LEFT JOIN texts AS t USING (article_id, record_hash)
WHERE r.article_id = $article_id AND NOT r.weaker
ORDER BY r.observed_at, r.fetch_id, r.item, r.read_at;
