-- Why an article is none any more: the last of its pages, where that is rejected.
SELECT reject_reason, reject_message, read_at
FROM readings
WHERE article_id = $article_id AND counts AND reject_reason IS NOT NULL
ORDER BY observed_at DESC, fetch_id, item
LIMIT 1;
