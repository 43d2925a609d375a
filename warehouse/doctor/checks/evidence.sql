-- Every version rests on a page in the archive.
-- means: What the version says cannot be shown from the page, and a rebuild would lose it.
-- mend: wireroom rebuild
SELECT v.source_id, v.article_id::VARCHAR AS subject,
       'version ' || v.version || CASE WHEN r.fetch_id IS NULL THEN ' rests on no reading'
                                       WHEN f.fetch_id IS NULL THEN ' rests on a request that the ledger does not have'
                                       WHEN f.segment_id IS NULL THEN ' rests on a page that was not archived'
                                       ELSE ' rests on a page in an archive file that the ledger does not have' END AS what
FROM versions AS v
LEFT JOIN (SELECT DISTINCT fetch_id FROM readings) AS r USING (fetch_id)
LEFT JOIN (SELECT fetch_id, segment_id FROM fetches) AS f USING (fetch_id)
LEFT JOIN (SELECT segment_id, true AS is_known FROM segments) AS s ON s.segment_id = f.segment_id
WHERE r.fetch_id IS NULL OR f.segment_id IS NULL OR s.is_known IS NULL
