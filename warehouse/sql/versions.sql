-- What the outlet showed, in the order in which it showed it; by whom it was read decides what is a revision.
CREATE OR REPLACE TEMP TABLE states AS
SELECT j.*, m.article_id AS article_id_now
FROM judged AS j
LEFT JOIN member AS m USING (url_key, item);

CREATE OR REPLACE TEMP TABLE counted AS
SELECT fetch_id, item, reader, read_at, observed_at, record_hash, content_hash, opening_hash, word_count, body_extent,
       article_id_now AS article_id
FROM states
WHERE counts_now AND is_article;

-- Only where one copy is much shorter than another, or not free, can one be weaker.
CREATE OR REPLACE TEMP TABLE suspect AS
SELECT article_id FROM counted GROUP BY article_id, opening_hash HAVING max(word_count) > 2 * min(word_count)
UNION
SELECT article_id FROM counted WHERE body_extent <> 'full';

-- A copy that is cut or walled, after we have had the whole: kept, but never a version over a better one.
CREATE OR REPLACE TEMP TABLE weighed AS
SELECT *, false AS weaker FROM counted ANTI JOIN suspect USING (article_id);

-- Only with: suspect.
INSERT INTO weighed
SELECT *, coalesce(max(CASE WHEN body_extent = 'full' AND opening_hash IS NOT NULL THEN word_count END) OVER same_opening > 2 * word_count, false)
       OR (body_extent <> 'full' AND count(CASE WHEN body_extent = 'full' THEN 1 END) OVER earlier > 0) AS weaker
FROM counted SEMI JOIN suspect USING (article_id)
WINDOW same_opening AS (PARTITION BY article_id, opening_hash ORDER BY observed_at, fetch_id, item
                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
       earlier AS (PARTITION BY article_id ORDER BY observed_at, fetch_id, item
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);

-- Readings that another reader's have put aside: of two pages they may be all that one reader has read of both.
CREATE OR REPLACE TEMP TABLE put_aside AS
SELECT article_id_now AS article_id, fetch_id, item FROM states WHERE is_article AND NOT counts_now;

-- Neighbours that two readers have read are compared as the last reader of both saw them.
-- Only with: put_aside.
CREATE OR REPLACE TEMP TABLE told_apart AS
SELECT n.fetch_id, n.item
FROM (
    SELECT *, lag({'article_id': article_id, 'fetch_id': fetch_id, 'item': item, 'reader': reader, 'content_hash': content_hash}) OVER neighbour AS before
    FROM weighed SEMI JOIN put_aside USING (article_id)
    WHERE NOT weaker
    WINDOW neighbour AS (ORDER BY article_id, observed_at, fetch_id, item)
) AS n
JOIN states AS a ON a.fetch_id = n.before.fetch_id AND a.item = n.before.item AND a.is_article
JOIN states AS b ON b.fetch_id = n.fetch_id AND b.item = n.item AND b.is_article AND b.reader = a.reader
WHERE n.before.article_id = n.article_id AND n.before.reader <> n.reader AND n.before.content_hash <> n.content_hash
GROUP BY n.fetch_id, n.item
HAVING arg_max(a.content_hash <> b.content_hash, {'read_at': least(a.read_at, b.read_at), 'reader': a.reader});

-- A boundary is where one reader saw another text; two readers that differ are a correction, not a revision.
-- One order for all articles together: a partition for each would cost more than all the rest.
CREATE OR REPLACE TEMP TABLE bounded AS
SELECT *, count(CASE WHEN opens THEN 1 END) OVER (ORDER BY article_id, observed_at, fetch_id, item ROWS UNBOUNDED PRECEDING) AS boundary
FROM (
    SELECT w.*, lag(article_id) OVER neighbour IS DISTINCT FROM article_id
                OR (content_hash <> lag(content_hash) OVER neighbour AND reader = lag(reader) OVER neighbour)
                OR t.fetch_id IS NOT NULL AS opens
    FROM weighed AS w LEFT JOIN told_apart AS t ON t.fetch_id = w.fetch_id AND t.item = w.item
    WHERE NOT weaker
    WINDOW neighbour AS (ORDER BY article_id, observed_at, w.fetch_id, w.item)
);

CREATE OR REPLACE TEMP TABLE numbered AS
SELECT b.*, b.boundary - f.boundary + 1 AS version, reader = newest AS is_newest
FROM bounded AS b
JOIN (
    SELECT article_id, min(boundary) AS boundary, arg_max(reader, {'read_at': read_at, 'reader': reader}) AS newest
    FROM bounded
    GROUP BY article_id
) AS f USING (article_id);

-- Only with: old_urls.
CREATE OR REPLACE TEMP TABLE old_versions AS
SELECT v.rowid AS place, v.* FROM versions AS v SEMI JOIN affected USING (article_id);

-- A version's record is the one last read; of what the newest reader has read, in whatever order, the one last shown.
CREATE OR REPLACE TEMP TABLE new_versions AS
SELECT article_id, version::INTEGER AS version, min(observed_at) AS valid_from, NULL::TIMESTAMP AS valid_to,
       max(struct_pack(is_newest := is_newest, at := CASE WHEN is_newest THEN observed_at ELSE read_at END,
                       observed_at := observed_at, fetch_id := fetch_id, item := item,
                       record_hash := record_hash, content_hash := content_hash, reader := reader)) AS last_read
FROM numbered
GROUP BY ALL;

UPDATE new_versions SET valid_to = n.valid_from
FROM new_versions AS n
WHERE n.article_id = new_versions.article_id AND n.version = new_versions.version + 1;

-- Only with: old_versions.
DELETE FROM versions WHERE rowid IN (SELECT place FROM old_versions);

-- Only with: new_versions.
INSERT INTO versions BY NAME
SELECT n.article_id, getvariable('source_id') AS source_id, n.version, n.valid_from, n.valid_to,
       n.last_read.record_hash, n.last_read.content_hash, n.last_read.reader, n.last_read.fetch_id,
       coalesce(o.opened_load_id, getvariable('load_id')::INTEGER) AS opened_load_id,
       CASE WHEN n.valid_to IS NULL THEN NULL
            ELSE coalesce(CASE WHEN o.valid_to = n.valid_to THEN o.closed_load_id END, getvariable('load_id')::INTEGER) END AS closed_load_id
FROM new_versions AS n
LEFT JOIN (
    FROM old_versions
    WHERE rowid IN (SELECT arg_min(rowid, version) FROM old_versions GROUP BY article_id, valid_from)
) AS o
  ON o.article_id = n.article_id AND o.valid_from = n.valid_from;
