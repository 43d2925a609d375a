-- A claim on a canonical address is believed while all who make it, and the address itself, show the same headline or text.
-- Only with: links.
CREATE OR REPLACE TEMP TABLE claimed AS
SELECT to_key, item FROM old_links WHERE how = 'canonical'
UNION
SELECT to_key, item FROM new_links WHERE how = 'canonical'
UNION
SELECT l.to_key, l.item FROM links AS l
WHERE l.source_id = getvariable('source_id') AND l.how = 'canonical' AND l.to_key IN (SELECT url_key FROM touched);

-- Only with: claimed.
CREATE OR REPLACE TEMP TABLE verdicts AS
SELECT to_key, item,
       (count(headline_hash) = count(*) AND min(headline_hash) = max(headline_hash))
       OR (count(content_hash) = count(*) AND min(content_hash) = max(content_hash)) AS believed
FROM (
    SELECT to_key, item, headline_hash, content_hash
    FROM links SEMI JOIN claimed USING (to_key, item)
    WHERE source_id = getvariable('source_id') AND how = 'canonical'
    UNION ALL
    SELECT h.url_key, h.item, h.headline_hash, h.content_hash
    FROM heads AS h SEMI JOIN claimed AS c ON c.to_key = h.url_key AND c.item = h.item
    WHERE h.source_id = getvariable('source_id')
)
GROUP BY ALL;

-- Only with: verdicts.
CREATE OR REPLACE TEMP TABLE turned AS
SELECT l.url_key, l.item, l.to_key, v.believed
FROM links AS l
JOIN verdicts AS v USING (to_key, item)
WHERE l.source_id = getvariable('source_id') AND l.how = 'canonical' AND l.believed <> v.believed;

-- Only with: turned.
UPDATE links SET believed = t.believed
FROM turned AS t
WHERE links.source_id = getvariable('source_id') AND links.how = 'canonical'
  AND links.url_key = t.url_key AND links.item = t.item AND links.to_key = t.to_key;
