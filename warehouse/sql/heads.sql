-- For a page only its latest reading counts; for an address, the head is its latest page that is an article.
CREATE OR REPLACE TEMP TABLE judged AS
SELECT l.*, l.reader = p.reader AS counts_now, record_hash IS NOT NULL AS is_article
FROM local AS l
JOIN (SELECT fetch_id, arg_max(reader, {'read_at': read_at, 'reader': reader}) AS reader FROM local GROUP BY fetch_id) AS p USING (fetch_id);

-- Only with: judged.
CREATE OR REPLACE TEMP TABLE new_heads AS
SELECT url_key, item, canonical_key, headline_hash, content_hash, observed_at, fetch_id
FROM judged
WHERE rowid IN (
    SELECT arg_max(rowid, {'observed_at': observed_at, 'fetch_id': fetch_id}) FROM judged WHERE counts_now AND is_article GROUP BY url_key, item
);

-- Only with: earlier.
DELETE FROM heads WHERE source_id = getvariable('source_id') AND url_key IN (SELECT url_key FROM touched);

-- Only with: new_heads.
INSERT INTO heads BY NAME
SELECT *, getvariable('source_id') AS source_id, getvariable('load_id')::INTEGER AS load_id FROM new_heads;

-- Why two addresses may be one article: a redirect that was followed, and what the head names as its canonical address.
CREATE OR REPLACE TEMP TABLE new_links AS
SELECT url_key, item, final_key AS to_key, 'redirect' AS how, true AS believed,
       NULL::UUID AS headline_hash, NULL::UUID AS content_hash, min(observed_at) AS first_seen_at, max(observed_at) AS last_seen_at
FROM judged
WHERE counts_now AND is_article AND final_key <> url_key
GROUP BY ALL
UNION ALL
SELECT url_key, item, canonical_key, 'canonical', false, headline_hash, content_hash, observed_at, observed_at
FROM new_heads
WHERE canonical_key <> url_key;

-- Only with: earlier.
CREATE OR REPLACE TEMP TABLE old_links AS
SELECT url_key, item, to_key, how, believed
FROM links
WHERE source_id = getvariable('source_id') AND url_key IN (SELECT url_key FROM touched);

-- Only with: old_links.
DELETE FROM links WHERE source_id = getvariable('source_id') AND url_key IN (SELECT url_key FROM touched);

-- Only with: new_links.
INSERT INTO links BY NAME
SELECT *, getvariable('source_id') AS source_id, getvariable('load_id')::INTEGER AS load_id FROM new_links;
