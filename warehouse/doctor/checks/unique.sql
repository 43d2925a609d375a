-- What is meant to be there once is there once.
-- means: Rows are doubled, so that sums and joins come out too large.
-- mend: wireroom rebuild
SELECT source_id, thing AS subject, rows || ' rows where there may be one' AS what
FROM (
    SELECT source_id, 'addresses ' || url_key AS thing, count(*) AS rows FROM addresses GROUP BY source_id, url_key
    UNION ALL SELECT source_id, 'sightings ' || url_key || ' ' || finder || ' ' || seen_at, count(*) FROM sightings GROUP BY source_id, url_key, finder, seen_at
    UNION ALL SELECT any_value(source_id), 'fetches ' || fetch_id, count(*) FROM fetches GROUP BY fetch_id
    UNION ALL SELECT any_value(source_id), 'readings ' || fetch_id || ' ' || item || ' ' || reader, count(*) FROM readings GROUP BY fetch_id, item, reader
    UNION ALL SELECT any_value(source_id), 'texts ' || article_id || ' ' || record_hash, count(*) FROM texts GROUP BY article_id, record_hash
    UNION ALL SELECT any_value(source_id), 'versions ' || article_id || ' ' || version, count(*) FROM versions GROUP BY article_id, version
    UNION ALL SELECT source_id, 'article_urls ' || url_key || ' ' || item, count(*) FROM article_urls GROUP BY source_id, url_key, item
    UNION ALL SELECT source_id, 'heads ' || url_key || ' ' || item, count(*) FROM heads GROUP BY source_id, url_key, item
    UNION ALL SELECT source_id, 'units ' || finder || ' ' || unit || ' ' || listed_at, count(*) FROM units GROUP BY source_id, finder, unit, listed_at
    UNION ALL SELECT any_value(source_id), 'segments ' || segment_id, count(*) FROM segments GROUP BY segment_id
    UNION ALL SELECT any_value(source_id), 'runs ' || run_id, count(*) FROM runs GROUP BY run_id
    UNION ALL SELECT any_value(source_id), 'loads ' || digest, count(*) FROM loads GROUP BY digest
    UNION ALL SELECT any_value(source_id), 'load number ' || load_id, count(*) FROM loads GROUP BY load_id
    UNION ALL SELECT source_id, 'sources ' || source_id, count(*) FROM sources GROUP BY source_id
    UNION ALL SELECT source_id, 'expectations ' || definition_hash, count(*) FROM expectations GROUP BY source_id, definition_hash
    UNION ALL SELECT NULL, 'agencies ' || info_source, count(*) FROM agencies GROUP BY info_source
    UNION ALL SELECT NULL, 'merges ' || article_id, count(*) FROM merges GROUP BY article_id
)
WHERE rows > 1
