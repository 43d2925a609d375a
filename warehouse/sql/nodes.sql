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

-- Which of the area's readings are of captures in a web archive.
CREATE OR REPLACE TEMP TABLE captured AS
SELECT DISTINCT fetch_id
FROM fetches
WHERE source_id = getvariable('source_id') AND origin = 'wayback' AND fetch_id IN (SELECT fetch_id FROM judged);

-- An address that the outlet itself answered for says so, whatever else it is; a capture says more than being pointed to.
CREATE OR REPLACE TEMP TABLE seen AS
SELECT url_key, item, arg_max(how, list_position(['canonical', 'redirect', 'wayback', 'requested'], how)) AS how,
       min(first_seen_at) AS first_seen_at, max(last_seen_at) AS last_seen_at
FROM (
    SELECT j.url_key, j.item, CASE WHEN c.fetch_id IS NULL THEN 'requested' ELSE 'wayback' END AS how,
           j.observed_at AS first_seen_at, j.observed_at AS last_seen_at
    FROM judged AS j LEFT JOIN captured AS c USING (fetch_id)
    WHERE j.is_article
    UNION ALL
    SELECT to_key, item, how, first_seen_at, last_seen_at FROM ties
)
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE old_urls AS
SELECT u.rowid AS place, u.* FROM article_urls AS u SEMI JOIN area USING (url_key, item) WHERE u.source_id = getvariable('source_id');
