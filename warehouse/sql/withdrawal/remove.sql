-- What the loader leaves of withdrawn addresses: how they were found and asked for. The rule itself stays in `withdrawals`.
CREATE OR REPLACE TEMP TABLE gone AS
SELECT url_key FROM withdrawals WHERE source_id = getvariable('source_id') AND url_key IS NOT NULL;

CREATE OR REPLACE TEMP TABLE all_gone AS
SELECT 1 AS everything FROM withdrawals WHERE source_id = getvariable('source_id') AND url_key IS NULL;

CREATE OR REPLACE TEMP TABLE gone_articles AS
SELECT DISTINCT article_id FROM article_urls
WHERE source_id = getvariable('source_id') AND (url_key IN (FROM gone) OR EXISTS (FROM all_gone));

DELETE FROM texts WHERE source_id = getvariable('source_id') AND (article_id IN (FROM gone_articles) OR EXISTS (FROM all_gone));
DELETE FROM versions WHERE source_id = getvariable('source_id') AND (article_id IN (FROM gone_articles) OR EXISTS (FROM all_gone));
DELETE FROM readings WHERE source_id = getvariable('source_id') AND (url_key IN (FROM gone) OR EXISTS (FROM all_gone));
DELETE FROM heads WHERE source_id = getvariable('source_id') AND (url_key IN (FROM gone) OR EXISTS (FROM all_gone));
DELETE FROM links WHERE source_id = getvariable('source_id')
    AND (url_key IN (FROM gone) OR to_key IN (FROM gone) OR EXISTS (FROM all_gone));
DELETE FROM article_urls WHERE source_id = getvariable('source_id') AND (url_key IN (FROM gone) OR EXISTS (FROM all_gone));
DELETE FROM addresses WHERE source_id = getvariable('source_id') AND (url_key IN (FROM gone) OR EXISTS (FROM all_gone));
DELETE FROM sightings WHERE source_id = getvariable('source_id') AND (url_key IN (FROM gone) OR EXISTS (FROM all_gone));
DELETE FROM fetches WHERE source_id = getvariable('source_id')
    AND ((role = 'article' AND (url_key IN (FROM gone) OR final_key IN (FROM gone))) OR EXISTS (FROM all_gone));
DELETE FROM units WHERE source_id = getvariable('source_id') AND EXISTS (FROM all_gone);
DELETE FROM changes WHERE source_id = getvariable('source_id') AND EXISTS (FROM all_gone);
DELETE FROM segments WHERE source_id = getvariable('source_id') AND EXISTS (FROM all_gone);
DELETE FROM runs WHERE source_id = getvariable('source_id') AND EXISTS (FROM all_gone);
