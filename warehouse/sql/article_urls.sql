-- The addresses of every article of the area, and the ids that now point to another.
CREATE OR REPLACE TEMP TABLE affected AS
SELECT article_id FROM member
UNION
SELECT article_id FROM old_urls;

CREATE OR REPLACE TEMP TABLE new_urls AS
SELECT m.url_key, m.item, m.article_id, getvariable('source_id') AS source_id, s.how, s.first_seen_at, s.last_seen_at,
       coalesce(CASE WHEN o.article_id = m.article_id THEN o.load_id END, getvariable('load_id')::INTEGER) AS load_id
FROM member AS m
JOIN seen AS s USING (url_key, item)
LEFT JOIN old_urls AS o USING (url_key, item);

-- Only with: old_urls.
DELETE FROM article_urls WHERE rowid IN (SELECT place FROM old_urls);

-- Only with: new_urls.
INSERT INTO article_urls BY NAME SELECT * FROM new_urls;

-- An id that lives again points to nothing.
-- Only with: merges.
DELETE FROM merges WHERE article_id IN (SELECT article_id FROM member);

-- Only with: merged.
UPDATE merges SET merged_into = m.merged_into FROM merged AS m WHERE merges.merged_into = m.article_id;

-- Only with: merged.
INSERT INTO merges BY NAME
SELECT article_id, merged_into, getvariable('recorded_at')::TIMESTAMP AS recorded_at, getvariable('load_id')::INTEGER AS load_id
FROM merged;
