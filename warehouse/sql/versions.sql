-- What the outlet showed, in the order in which it showed it; by whom it was read decides what is a revision.
CREATE OR REPLACE TEMP TABLE states AS
SELECT j.*, m.article_id AS article_id_now
FROM judged AS j
LEFT JOIN member AS m USING (url_key, item);

-- A copy that is cut or walled, after we have had the whole: kept, but never a version over a better one.
CREATE OR REPLACE TEMP TABLE weighed AS
SELECT fetch_id, item, reader, read_at, observed_at, record_hash, content_hash, article_id_now AS article_id,
       coalesce(max(CASE WHEN body_extent = 'full' AND opening_hash IS NOT NULL THEN word_count END) OVER same_opening > 2 * word_count, false)
       OR (body_extent <> 'full' AND count(CASE WHEN body_extent = 'full' THEN 1 END) OVER earlier > 0) AS weaker
FROM states
WHERE counts_now AND is_article
WINDOW same_opening AS (PARTITION BY article_id_now, opening_hash ORDER BY observed_at, fetch_id, item
                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
       earlier AS (PARTITION BY article_id_now ORDER BY observed_at, fetch_id, item
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);

-- A boundary is where one reader saw another text; two readers that differ are a correction, not a revision.
CREATE OR REPLACE TEMP TABLE numbered AS
SELECT *, count(CASE WHEN opens THEN 1 END) OVER (PARTITION BY article_id ORDER BY observed_at, fetch_id, item) AS version
FROM (
    SELECT *, coalesce(content_hash <> lag(content_hash) OVER neighbour AND reader = lag(reader) OVER neighbour, true) AS opens
    FROM weighed
    WHERE NOT weaker
    WINDOW neighbour AS (PARTITION BY article_id ORDER BY observed_at, fetch_id, item)
);

CREATE OR REPLACE TEMP TABLE old_versions AS
SELECT v.* FROM versions AS v SEMI JOIN affected USING (article_id);

CREATE OR REPLACE TEMP TABLE new_versions AS
SELECT n.*, lead(n.valid_from) OVER (PARTITION BY n.article_id ORDER BY n.version) AS valid_to
FROM (
    SELECT article_id, version::INTEGER AS version, min(observed_at) AS valid_from,
           max(struct_pack(read_at := read_at, observed_at := observed_at, fetch_id := fetch_id, item := item,
                           record_hash := record_hash, content_hash := content_hash, reader := reader)) AS last_read
    FROM numbered
    GROUP BY ALL
) AS n;

DELETE FROM versions WHERE article_id IN (SELECT article_id FROM old_versions);
INSERT INTO versions BY NAME
SELECT n.article_id, getvariable('source_id') AS source_id, n.version, n.valid_from, n.valid_to,
       n.last_read.record_hash, n.last_read.content_hash, n.last_read.reader, n.last_read.fetch_id,
       coalesce(o.opened_load_id, getvariable('load_id')::INTEGER) AS opened_load_id,
       CASE WHEN n.valid_to IS NULL THEN NULL
            ELSE coalesce(CASE WHEN o.valid_to = n.valid_to THEN o.closed_load_id END, getvariable('load_id')::INTEGER) END AS closed_load_id
FROM new_versions AS n
LEFT JOIN (FROM old_versions QUALIFY row_number() OVER (PARTITION BY article_id, valid_from ORDER BY version) = 1) AS o
  ON o.article_id = n.article_id AND o.valid_from = n.valid_from;
