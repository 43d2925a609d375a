-- The area's readings that were not touched, and how each address of the area was seen.
INSERT INTO judged BY NAME
SELECT r.rowid AS place, r.fetch_id, r.url_key, r.item, r.final_key, r.canonical_key, r.observed_at, r.read_at, r.reader, r.record_hash,
       r.content_hash, r.opening_hash, r.headline_hash, r.word_count, r.body_extent, r.article_id, r.counts, r.weaker,
       false AS arrives, r.counts AS counts_now, r.record_hash IS NOT NULL AS is_article
FROM readings AS r SEMI JOIN area USING (url_key, item)
WHERE r.source_id = getvariable('source_id') AND r.url_key NOT IN (SELECT url_key FROM touched);

-- Only with: links.
CREATE OR REPLACE TEMP TABLE ties AS
SELECT l.url_key, l.item, l.to_key, l.how, l.first_seen_at, l.last_seen_at
FROM links AS l SEMI JOIN area USING (url_key, item)
WHERE l.source_id = getvariable('source_id') AND l.believed;

CREATE OR REPLACE TEMP TABLE seen AS
SELECT url_key, item, max(how) AS how, min(first_seen_at) AS first_seen_at, max(last_seen_at) AS last_seen_at
FROM (
    SELECT url_key, item, 'requested' AS how, observed_at AS first_seen_at, observed_at AS last_seen_at FROM judged WHERE is_article
    UNION ALL
    SELECT to_key, item, how, first_seen_at, last_seen_at FROM ties
)
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE old_urls AS
SELECT u.rowid AS place, u.* FROM article_urls AS u SEMI JOIN area USING (url_key, item) WHERE u.source_id = getvariable('source_id');
