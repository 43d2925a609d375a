-- Addresses that nothing ties to another, which keep the article they alone have, or are given the one of their own name:
-- nearly all of them, and the rule of warehouse/identity.py says the same of them.
-- Only with: ties.
CREATE OR REPLACE TEMP TABLE tied AS
SELECT url_key FROM ties
UNION
SELECT to_key FROM ties;

CREATE OR REPLACE TEMP TABLE loners AS
SELECT s.url_key, s.item, o.article_id
FROM (FROM seen ANTI JOIN tied USING (url_key)) AS s
JOIN old_urls AS o USING (url_key, item)
JOIN (SELECT article_id FROM old_urls GROUP BY article_id HAVING count(*) = 1) USING (article_id)
WHERE s.item = 0
UNION ALL
SELECT s.url_key, s.item, s.url_key
FROM (FROM seen ANTI JOIN tied USING (url_key)) AS s
ANTI JOIN old_urls USING (url_key)
ANTI JOIN article_urls AS u ON u.article_id = s.url_key
WHERE s.item = 0;
