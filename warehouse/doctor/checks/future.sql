-- No article is dated after tomorrow.
-- means: The page states a wrong date, or it was read wrongly; sorted by date it stands before the news.
-- mend: wireroom explain {subject}
-- level: advice
SELECT source_id, url AS subject, 'dated ' || coalesce(date_published, published_at::DATE) AS what
FROM articles
WHERE date_published > make_timestamp(epoch_us(now()))::DATE + 1 OR published_at > make_timestamp(epoch_us(now())) + INTERVAL 1 DAY
