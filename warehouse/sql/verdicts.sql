-- The readings themselves: those that arrive with what was decided, older ones where their narrow flags change.
CREATE OR REPLACE TEMP TABLE decided AS
SELECT s.fetch_id, s.item, s.reader, s.article_id_now AS article_id, s.counts_now AS counts, coalesce(w.weaker, false) AS weaker,
       s.arrives, s.place, s.article_id AS article_id_before, s.counts AS counts_before, s.weaker AS weaker_before
FROM states AS s
LEFT JOIN weighed AS w USING (fetch_id, item, reader);

-- Only with: fresh.
INSERT INTO readings BY NAME
SELECT f.* EXCLUDE (place), d.article_id, d.counts, d.weaker, getvariable('load_id')::INTEGER AS load_id
FROM fresh AS f JOIN decided AS d USING (fetch_id, item, reader)
WHERE d.arrives;

UPDATE readings SET article_id = d.article_id, counts = d.counts, weaker = d.weaker
FROM (
    FROM decided
    WHERE NOT arrives AND (article_id IS DISTINCT FROM article_id_before OR counts <> counts_before OR weaker <> weaker_before)
) AS d
WHERE readings.rowid = d.place;
